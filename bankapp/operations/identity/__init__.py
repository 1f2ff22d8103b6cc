"""Users, their sessions and their e-mail addresses."""
