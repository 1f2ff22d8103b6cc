"""Tools of the operator, each on a connection of its own."""
