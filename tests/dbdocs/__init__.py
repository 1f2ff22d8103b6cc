"""Tests of the database docs: a small shop with what a schema can have, and the bank's own."""
