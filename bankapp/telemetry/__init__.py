"""Logs, metrics and traces of a running bank; independent of banking."""
