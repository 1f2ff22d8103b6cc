"""Real processes: their start, their stop, and what remains of them."""
