"""Publishes the events of the bank to Kafka; loaded only where brokers are set."""
