"""Accounts, transfers and holds: steps and transactions."""
