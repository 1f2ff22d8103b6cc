"""Accounts, transfers, holds and statements."""
