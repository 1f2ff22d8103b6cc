"""Holds what is asked and answered against the OpenAPI document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import jsonschema_rs

from bankapp.api.http.openapi.document import create_document
from bankapp.api.http.routes import ROUTES

DOCUMENT: Final = create_document()
# An answer has these only where the document says so.
_NEVER_UNSAID: Final = {"Location", "WWW-Authenticate", "Retry-After"}


@dataclass(frozen=True)
class Exchange:
    """A request, with the JSON that was sent, and its answer."""

    method: str
    path: str
    sent: object
    status: int
    headers: Mapping[str, str]
    body: object


def require_documented(exchange: Exchange) -> None:
    """Require that the response fits the document, and the request too if it succeeded."""
    path = _path_template(exchange)
    if path is None:
        return
    operation = ("paths", path, exchange.method.lower())
    assert str(exchange.status) in part(*operation, "responses"), exchange
    response = (*operation, "responses", str(exchange.status))
    _require_headers(exchange, response)
    if "content" in part(*response):
        content_type = exchange.headers["Content-Type"].partition(";")[0]
        assert content_type in part(*response, "content"), exchange
        validator(*response, "content", content_type, "schema").validate(exchange.body)
    else:
        assert exchange.body == "", exchange
    if exchange.status < 400 and exchange.sent:
        content = (*operation, "requestBody", "content", "application/json")
        validator(*content, "schema").validate(exchange.sent)


def _path_template(exchange: Exchange) -> str | None:
    path = exchange.path.partition("?")[0]
    for route in ROUTES:
        pattern = re.sub(r"{\w+}", "[^/]+", route.path)
        if route.method == exchange.method and re.fullmatch(pattern, path):
            return route.path
    return None


def _require_headers(exchange: Exchange, response: tuple[str, ...]) -> None:
    described = part(*response, "headers")
    for name in described:
        header = (*response, "headers", name)
        assert name in exchange.headers or not part(*header).get("required"), (name, exchange)
        if name in exchange.headers:
            value = exchange.headers[name]
            is_number = part(*header, "schema").get("type") == "integer"
            validator(*header, "schema").validate(int(value) if is_number else value)
    unsaid = _NEVER_UNSAID - described.keys()
    assert not any(name in exchange.headers for name in unsaid), exchange


@cache
def validator(*place: str) -> jsonschema_rs.Draft202012Validator:
    """Checks what a schema of the document is about."""
    schema = {**part(*place), "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


@cache
def part(*place: str) -> Any:
    """A part of the document, references on the way followed."""
    found: Any = DOCUMENT
    for name in place:
        found = found[name]
        while "$ref" in found:
            found = part(*found["$ref"].removeprefix("#/").split("/"))
    return found
