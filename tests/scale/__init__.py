"""A generated bank of any size, for plans that must not depend on its size."""
