"""Prints the OpenAPI document, for `make generate`."""

from bankapp.api.http.openapi.document import render_document

print(render_document(), end="")
