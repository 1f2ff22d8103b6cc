"""The error that stops the generator."""


class GeneratorError(Exception):
    """The request cannot be compiled; the message says where and what to change."""
