"""Money is conserved, whatever happens."""
