"""Benchmarks: their times are printed, and never asserted."""
