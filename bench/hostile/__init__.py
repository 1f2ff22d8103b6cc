"""A server of the bank under attack, and how honest clients fare meanwhile."""
