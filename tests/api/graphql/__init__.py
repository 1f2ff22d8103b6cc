"""What is the GraphQL door's own; tests/doors tests what every door does."""
