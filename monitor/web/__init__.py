"""What the monitor serves over HTTP: answers in JSON, and one page."""
