"""Kafka: the topic of events, and commands with their replies. Needs the extra `kafka`."""
