"""The declaration and serving of operations, without a door."""
