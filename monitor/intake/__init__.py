"""The intake: what the feed tells is stored, counted and judged."""
