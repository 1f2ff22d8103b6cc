"""The Kafka door: commands come from a topic, and replies go to topics of those who ask."""
