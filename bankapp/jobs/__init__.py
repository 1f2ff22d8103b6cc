"""Background jobs: any process does them, after the commit and at least once."""
