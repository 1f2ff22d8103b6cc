"""Every document gets an answer of GraphQL, and none an internal error."""

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bankapp.api.graphql.names import is_read
from bankapp.operations.operation import Operation
from tests.api.graphql.documents import variables_of
from tests.fuzz.actors import ROLES, Actors, Knowledge
from tests.fuzz.documents import asked, documents
from tests.processes.processes import Served

# `make fuzz` asks more.
CASE_COUNT: Final = int(os.environ.get("FUZZ_DOCUMENT_COUNT", "150"))


def test_no_document_is_an_internal_error(home: Path) -> None:
    """Method: documents with fields and links at random, and values of which most are sensible.

    Whoever may have ended their own session is replaced. Some of all must be done.
    """
    codes: Counter[str] = Counter()
    knowledge = Knowledge(1)
    with Served(home) as served:
        served.wait()
        actors = Actors(served)

        @seed(1)
        @settings(
            max_examples=CASE_COUNT,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
        )
        @given(asked(), st.sampled_from(ROLES), st.data())
        def ask(chosen: tuple[Operation, dict[str, Any]], role: str, data: st.DataObject) -> None:
            operation, fields = chosen
            actor = actors.get(role)
            knowledge.apply(actor, fields)
            text = data.draw(documents(operation, fields))
            body = {"query": text, "variables": variables_of(operation, fields)}
            answer = served.ask("POST", "/graphql", body, token=actor.token)
            assert answer.status < 500, (text, fields, answer.body)
            assert answer.body.keys() <= {"data", "errors"}, text
            found = [error["extensions"]["code"] for error in answer.body.get("errors", ())]
            assert "internal_error" not in found, (text, fields, answer.body)
            codes.update(found or ["done"])
            knowledge.learn(_snake_case(answer.body.get("data")))
            if not is_read(operation):
                actors.lose(role)

        ask()
    print(codes)
    assert codes["done"] > CASE_COUNT / 30
    assert codes["invalid_document"] > 0


def _snake_case(data: Any) -> Any:
    """An answer with the names of HTTP."""
    text = re.sub("(?<=[a-z])([A-Z])", lambda found: f"_{found[1].lower()}", json.dumps(data))
    return json.loads(text)
