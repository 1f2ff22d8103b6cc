"""The monitor: keeps the events of a bank, answers questions about them, and acts by rules."""
