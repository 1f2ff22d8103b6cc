"""The latency of an honest client while a server of the bank is under attack."""
