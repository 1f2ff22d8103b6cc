"""The Kafka door: commands, replies, and what nobody can serve."""
