"""What clients rely on follows from the operations."""
