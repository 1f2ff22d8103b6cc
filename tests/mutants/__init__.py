"""Mutation tests: each mutant breaks the bank in one way, and a test must fail."""
