"""The machinery of the store: transactions, batching, idempotency keys and errors."""
