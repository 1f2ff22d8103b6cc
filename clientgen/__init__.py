"""Writes the Python client of the bank from its routes and operations."""
