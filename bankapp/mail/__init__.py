"""Mail: composing messages and sending them."""
