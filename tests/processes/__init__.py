"""Real processes: the servers we start, what stops them, and what they leave behind."""
