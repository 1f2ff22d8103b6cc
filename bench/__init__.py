"""Measurements: what is timed, and never asserted."""
