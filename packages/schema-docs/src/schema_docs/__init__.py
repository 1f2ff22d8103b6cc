"""Documents a PostgreSQL schema from its migrations, its DBML and its named queries."""
