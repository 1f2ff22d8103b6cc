"""The ways that are compared: one module each, with the same names for the same work."""
