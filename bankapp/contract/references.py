"""References within the AsyncAPI document."""

from bankapp.api.http.openapi.schemas import Schema


def reference(kind: str, name: str) -> Schema:
    """A reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}
