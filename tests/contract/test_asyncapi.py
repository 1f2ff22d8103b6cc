"""The AsyncAPI document: valid by the schema of its makers, and true to what readers are told."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest

from bankapp.api.http.openapi.document import create_document
from bankapp.api.kafka.commands import SERVED
from bankapp.contract.asyncapi import create_asyncapi, render_asyncapi
from bankapp.operations.events.declared import DECLARED, MODELS
from tests.api.client import Api

VENDORED: Final = Path(__file__).parent / "asyncapi"
DOCUMENT: Final = create_asyncapi()
SCHEMA: Final = jsonschema_rs.validator_for(json.loads((VENDORED / "schema.json").read_text()))


def validator(schema: dict[str, Any]) -> jsonschema_rs.Draft7Validator:
    """Checks what a schema of the document is about; AsyncAPI 3.0 extends draft 7."""
    whole = {**schema, "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft7Validator(whole, validate_formats=True)


def test_it_is_valid() -> None:
    SCHEMA.validate(DOCUMENT)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"asyncapi": "2.6.0"}, id="another version"),
        pytest.param({"channels": {"events": {"adress": "typo"}}}, id="an unknown field"),
        pytest.param({"operations": {"tell_events": {"action": "tell"}}}, id="an unknown action"),
        pytest.param({"components": {"schemas": {"Id": {"type": "id"}}}}, id="an unknown type"),
    ],
)
def test_what_is_not_valid_is_found(change: dict[str, Any]) -> None:
    assert not SCHEMA.is_valid({**DOCUMENT, **change})


def test_its_schema_is_the_package_of_npm() -> None:
    sums = [line.split("  ") for line in (VENDORED / "SHA256SUMS").read_text().splitlines()]
    kept = {entry.name for entry in VENDORED.iterdir()} - {"SHA256SUMS"}
    assert {name for _, name in sums} == kept - {"package.json", "package-lock.json"}
    for digest, name in sums:
        assert hashlib.sha256((VENDORED / name).read_bytes()).hexdigest() == digest, name


def test_it_has_the_same_bytes_whenever_it_is_written(root: Path) -> None:
    text = (root / "gen" / "asyncapi.json").read_text()
    assert render_asyncapi() == text, "gen/asyncapi.json is stale: make generate"


def test_every_event_and_every_command_is_a_message_and_nothing_else() -> None:
    names = {event.name for event in DECLARED}
    messages = {*SERVED, *(f"{name}.reply" for name in SERVED), "problem", "dead_command"}
    assert DOCUMENT["components"]["messages"].keys() == names | messages
    assert DOCUMENT["channels"]["commands"]["messages"].keys() == SERVED.keys()
    assert DOCUMENT["channels"]["events"]["messages"].keys() == names
    for event in DECLARED:
        message = DOCUMENT["components"]["messages"][event.name]
        assert (message["name"], message["summary"]) == (event.name, event.meaning())


def test_every_reference_leads_somewhere() -> None:
    references = re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(DOCUMENT))
    assert references
    for reference in references:
        found: Any = DOCUMENT
        for name in reference.split("/"):
            assert name in found, reference
            found = found[name]


def test_its_schemas_are_those_of_the_openapi_document() -> None:
    described = create_document()["components"]["schemas"]
    schemas = dict(DOCUMENT["components"]["schemas"])
    spread = {served.operation.request.__name__ for served in SERVED.values()}
    of_kafka = {"EventHeaders", "CommandHeaders", "ReplyHeaders", "DeadHeaders"}
    # Over HTTP a request is divided between path, query and body; an empty answer has no body.
    alike = schemas.keys() - spread - of_kafka - {"NoContent", "Accepted"}
    assert {name: schemas[name] for name in alike} == {name: described[name] for name in alike}


async def test_what_is_told_fits(api: Api) -> None:
    """Goal: an event of the feed is the record that is described, and of no other type."""
    alice = await api.person("alice")
    await api.make.account(owner="alice", balance=100)
    answer = await alice.get("/v1/events", wait_s=25)
    [event, *_] = answer.body["items"]
    headers = {
        "ce_specversion": "1.0",
        "ce_id": event["id"],
        "ce_type": event["type"],
        "ce_source": "/bank",
        "ce_time": event["timestamp"],
        "ce_subject": event["subject"],
        "content-type": "application/json",
    }
    for name in MODELS:
        message = DOCUMENT["components"]["messages"][name]
        is_this = name == event["type"]
        assert validator(message["payload"]).is_valid(event) == is_this
        assert validator(message["headers"]).is_valid(headers) == is_this
