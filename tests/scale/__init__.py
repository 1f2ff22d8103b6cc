"""A bank of any size, generated, and what may not depend on its size."""
