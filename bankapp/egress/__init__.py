"""Egress: the one way by which the bank sends requests to URLs that others, or settings, name."""
