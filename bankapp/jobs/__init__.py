"""Background jobs: done after the transaction that wanted them, once or more, by any process."""
