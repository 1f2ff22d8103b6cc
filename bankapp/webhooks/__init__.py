"""Webhooks: events sent to the servers of customers and of the bank."""
