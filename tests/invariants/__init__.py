"""Money is conserved: under concurrency, crashes and random requests."""
