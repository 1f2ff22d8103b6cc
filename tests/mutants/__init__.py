"""The bank broken in one way at a time, to see that a test notices."""
