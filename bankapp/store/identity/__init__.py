"""Users and their sessions: steps and transactions."""
