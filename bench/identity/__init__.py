"""What it costs to know who asks, and what the time of a login tells."""
