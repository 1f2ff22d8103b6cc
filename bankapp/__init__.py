"""A bank backend whose source is SQL."""
