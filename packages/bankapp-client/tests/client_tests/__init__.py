"""The client against a fake bank; no real one is needed."""
