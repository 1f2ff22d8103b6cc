"""The columns that queries, functions and views use, from PostgreSQL's own parse trees."""
