"""The GraphQL door; only it and the contract import graphql."""
