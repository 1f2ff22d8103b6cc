"""What stops a build or a comparison."""


class DocsError(Exception):
    """The docs cannot be built, or the drawing is not the schema; the message says why."""
