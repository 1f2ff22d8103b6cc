"""Fixtures of this package."""

from client_tests.clients import connect
from client_tests.fake_bank import fake_bank

__all__ = ["connect", "fake_bank"]
