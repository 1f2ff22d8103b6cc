"""The machinery of the store."""
