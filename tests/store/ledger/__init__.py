"""Accounts, transfers and holds."""
