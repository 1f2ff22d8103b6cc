"""Tests of the schema docs, on a small shop with what a schema can have."""
