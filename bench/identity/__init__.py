"""The cost of authentication, and whether the time of a login reveals a user."""
