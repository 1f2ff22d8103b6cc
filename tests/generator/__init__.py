"""The code generator."""
