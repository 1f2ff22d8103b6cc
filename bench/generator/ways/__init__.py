"""The ways: one module each, with the same names for the same work."""
