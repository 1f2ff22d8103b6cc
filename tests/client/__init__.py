"""The Python client, against the bank itself."""
