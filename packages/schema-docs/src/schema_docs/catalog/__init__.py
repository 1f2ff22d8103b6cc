"""A schema as PostgreSQL's catalog has it."""
