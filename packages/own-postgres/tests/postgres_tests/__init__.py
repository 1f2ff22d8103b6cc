"""Tests of own-postgres."""
