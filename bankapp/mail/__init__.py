"""Mail: what is written and how it is sent."""
