"""The OpenAPI document: valid, complete, and with examples that are real."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import validate
from standardwebhooks import Webhook

from bankapp.api.http.openapi.document import create_document, render_document
from bankapp.api.http.route import Route
from bankapp.api.http.routes import ROUTES
from bankapp.operations.events.declared import DECLARED
from tests.api.client import Api
from tests.api.conftest import Backdate
from tests.api.document import DOCUMENT, Exchange, part, require_documented, validator
from tests.api.story import tell
from tests.doors.http import name_of
from tests.doors.world import Connection, Worlds
from tests.job_runner import JobRunner

EXAMPLES = Path("bankapp/api/http/openapi/examples.json")
OPERATIONS = [("paths", route.path, route.method.lower()) for route in ROUTES]


def test_it_is_valid() -> None:
    validate(DOCUMENT)


def test_every_route_is_in_it_and_nothing_else() -> None:
    described = {
        f"{method.upper()} {path}"
        for path, operations in DOCUMENT["paths"].items()
        for method in operations
    }
    assert described == {name_of(route) for route in ROUTES}
    names = [part(*operation, "operationId") for operation in OPERATIONS]
    assert len(names) == len(set(names))


def test_every_event_is_a_webhook_and_nothing_else() -> None:
    assert DOCUMENT["webhooks"].keys() == {event.name for event in DECLARED}
    for event in DECLARED:
        place = ("webhooks", event.name, "post")
        assert part(*place, "description") == event.meaning()
        assert {parameter["name"] for parameter in map(resolved, part(*place, "parameters"))} == {
            *("webhook-id", "webhook-timestamp", "webhook-signature")
        }
        schema = (*place, "requestBody", "content", "application/json", "schema")
        assert part(*schema, "properties", "type")["const"] == event.name


def test_a_signed_webhook_fits() -> None:
    signed = Webhook("whsec_c2VjcmV0").sign("1-123", datetime.now(UTC), "{}")
    headers = {"webhook-id": "1-123", "webhook-timestamp": "1000000000"}
    for value in (signed, f"{signed} {signed}"):
        for parameter in part("webhooks", "account.frozen", "post", "parameters"):
            header = resolved(parameter)
            sent = {**headers, "webhook-signature": value}[header["name"]]
            jsonschema_rs.validate(header["schema"], sent)


def resolved(parameter: dict[str, str]) -> dict[str, Any]:
    """The parameter to which a reference leads."""
    found: dict[str, Any] = part(*parameter["$ref"].removeprefix("#/").split("/"))
    return found


def test_it_has_the_same_bytes_whenever_it_is_written(root: Path) -> None:
    text = (root / "gen" / "openapi.json").read_text()
    assert render_document() == text, "gen/openapi.json is stale: make generate"
    assert create_document() == DOCUMENT


def test_everything_named_is_used() -> None:
    text = json.dumps(DOCUMENT)
    for kind, components in DOCUMENT["components"].items():
        for name in components if kind != "securitySchemes" else ():
            assert f'"#/components/{kind}/{name}"' in text, (kind, name)


async def test_examples_are_what_is_answered(
    api: Api,
    job_runner: JobRunner,
    backdate: Backdate,
    connection: Connection,
    root: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = await tell(api, job_runner, backdate, Worlds(api.bank, api.make, connection))
    assert told.keys() == {name_of(route) for route in ROUTES}
    text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("GENERATE_EXAMPLES"):
        (root / EXAMPLES).write_text(text)
    capsys.readouterr()  # the log of the whole day
    assert text == (root / EXAMPLES).read_text(), f"{EXAMPLES} is stale: make generate-examples"


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_examples_fit_their_schemas(route: Route, root: Path) -> None:
    known = json.loads((root / EXAMPLES).read_text()).keys()
    assert name_of(route) in known, f"{EXAMPLES} is stale: make generate-examples"
    operation = ("paths", route.path, route.method.lower())
    places: list[tuple[str, ...]] = []
    places += [(*operation, "responses", status) for status in part(*operation, "responses")]
    if "requestBody" in part(*operation):
        places.append((*operation, "requestBody"))
    for place in places:
        for content_type, content in part(*place).get("content", {}).items():
            here = (*place, "content", content_type)
            examples = [content["example"]] if "example" in content else []
            examples += [
                part(*here, "examples", name)["value"] for name in content.get("examples", ())
            ]
            assert examples or content_type == "text/html"
            for example in examples:
                validator(*here, "schema").validate(example)
    for parameter in part(*operation, "parameters"):
        if "example" in parameter:
            jsonschema_rs.validate(parameter["schema"], parameter["example"])


ACCOUNT = part("paths", "/v1/accounts", "post", "responses", "201", "content", "application/json")
OPENED = Exchange(
    "POST",
    "/v1/accounts",
    {"currency": "USD"},
    201,
    {"X-Request-Id": "x", "Location": "/v1/accounts/12", "Content-Type": "application/json"},
    ACCOUNT["example"],
)


def test_what_fits_is_let_through() -> None:
    require_documented(OPENED)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"status": 200}, id="a status"),
        pytest.param({"sent": {"currency": "dollars"}}, id="a request"),
        pytest.param({"headers": {**OPENED.headers, "Content-Type": "text/csv"}}, id="a type"),
        pytest.param({"headers": {**OPENED.headers, "Retry-After": "1"}}, id="a header"),
        pytest.param({"headers": {**OPENED.headers, "X-Request-Id": "?"}}, id="a bad header"),
        pytest.param({"headers": {"Content-Type": "application/json"}}, id="no header"),
        pytest.param({"body": {**ACCOUNT["example"], "secret": 1}}, id="a field more"),
        pytest.param({"body": {"id": 12}}, id="fields less"),
        pytest.param({"body": {**ACCOUNT["example"], "balance": 2**53}}, id="too much money"),
        pytest.param({"body": {**ACCOUNT["example"], "balance": 1.5}}, id="half a cent"),
        pytest.param({"body": {**ACCOUNT["example"], "id": 0}}, id="no id"),
        pytest.param({"body": {**ACCOUNT["example"], "created_at": "today"}}, id="no time"),
        pytest.param({"body": {**ACCOUNT["example"], "status": "lost"}}, id="no status"),
    ],
)
def test_what_does_not_fit_is_found(change: dict[str, Any]) -> None:
    with pytest.raises((AssertionError, jsonschema_rs.ValidationError)):
        require_documented(replace(OPENED, **change))
