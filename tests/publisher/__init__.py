"""Tests of publishing to Kafka."""
