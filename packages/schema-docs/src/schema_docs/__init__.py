"""Documents a PostgreSQL schema from its migrations, its drawing and its named queries."""
