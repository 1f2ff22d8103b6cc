"""Accounts, transfers and holds over HTTP."""
