"""The error that ends a build or a comparison."""


class DocsError(Exception):
    """The message tells a user why the docs cannot be built or compared."""
