"""The schema and its rules."""
