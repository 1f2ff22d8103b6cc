"""The whole document."""

import json
from importlib import import_module
from importlib.metadata import version
from importlib.resources import files
from typing import Final

from bankapp.api.http.openapi.entries import describe_route, tag_of, text_of
from bankapp.api.http.openapi.refusals import (
    PROBLEM,
    describe_refusals,
    problem_examples,
    refusals_by_status,
    response_name,
)
from bankapp.api.http.openapi.schemas import Schema, Schemas
from bankapp.api.http.openapi.shared import HEADERS, PARAMETERS
from bankapp.api.http.openapi.webhooks import HEADERS as WEBHOOK_HEADERS
from bankapp.api.http.openapi.webhooks import describe_webhooks
from bankapp.api.http.routes import ROUTES

_INTRODUCTION: Final = files("bankapp.api.http.openapi") / "introduction.md"


def render_document() -> str:
    """The document as text: the same bytes for the same bank."""
    return json.dumps(create_document(), indent=1, ensure_ascii=False) + "\n"


def create_document() -> Schema:
    """The document as data."""
    schemas = Schemas(ROUTES)
    paths: Schema = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = describe_route(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "bankapp",
            "version": version("bankapp"),
            "description": _INTRODUCTION.read_text(),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This server"}],
        "tags": _tags(),
        "paths": paths,
        "webhooks": describe_webhooks("events"),
        "components": {
            "schemas": dict(sorted({**schemas.components, "Problem": PROBLEM}.items())),
            "responses": _refusals(),
            "parameters": {**PARAMETERS, **WEBHOOK_HEADERS},
            "headers": HEADERS,
            "examples": problem_examples(ROUTES),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The `access_token` that `POST /v1/users/login` answers",
                }
            },
        },
    }


def _tags() -> list[Schema]:
    names = dict.fromkeys(map(tag_of, ROUTES))
    divisions = {name: import_module(f"bankapp.operations.{name}") for name in names}
    return [
        {"name": name, "description": text_of(module.__doc__)} for name, module in divisions.items()
    ]


def _refusals() -> Schema:
    known = [
        (status, refusals)
        for route in ROUTES
        for status, refusals in refusals_by_status(route).items()
    ]
    described = {response_name(codes): describe_refusals(status, codes) for status, codes in known}
    return dict(sorted(described.items()))
