"""Transactions and queries."""
