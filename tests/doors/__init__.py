"""One suite for every door of the bank."""
