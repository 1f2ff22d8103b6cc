"""What the database itself knows of the queries: exact types, and what can be NULL."""
