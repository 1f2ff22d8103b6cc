"""The doors of the bank, a folder each: adapters between a protocol and the operations."""
