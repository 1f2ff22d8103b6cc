"""What PostgreSQL's catalog says of a schema."""
