"""The contract with clients, which is written from the operations."""
