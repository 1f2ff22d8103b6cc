"""Makes requests up, sends them, and keeps what the answers have against the document."""

import itertools
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import FlakyStrategyDefinition, Unsatisfiable
from schemathesis import checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode

from bankapp.domain import limits
from tests.fuzz.actors import ROLES, Actors, Knowledge
from tests.processes.processes import Served

Case: TypeAlias = Any  # its type has parameters that nobody knows
CHECKS: Final[list[Any]] = [
    getattr(checks, name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
    )
]
STEP_COUNT: Final = 6
SCENARIOS_AT_ONCE: Final = 5
_WAITS: Final = {str(wait_s) for wait_s in range(2, limits.FEED_WAIT_MAX_S + 1)}


@dataclass
class Findings:
    """How many requests of each operation got which class of answer, and what is wrong."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter[tuple[str, int]])
    wrong: list[str] = field(default_factory=list[str])

    @property
    def case_count(self) -> int:
        """How many were sent."""
        return self.statuses.total()

    @property
    def done_count(self) -> int:
        """How many operations were done at least once."""
        return sum(status == 2 for _, status in self.statuses)

    def __str__(self) -> str:
        names = sorted({name for name, _ in self.statuses})
        lines = [
            f"{name:<24}{self.statuses[name, 2]:>6} done {self.statuses[name, 4]:>6} refused"
            for name in names
        ]
        return "\n".join([*lines, f"{self.case_count:,} requests", *self.wrong])


class Fuzzer:
    """Sends requests of all roles to a server."""

    def __init__(self, served: Served, seed_number: int) -> None:
        host, port = served.address
        self._url = f"http://{host}:{port}"
        self._seed = seed_number
        self.actors = Actors(served)
        self.knowledge = Knowledge(seed_number)
        self._session = requests.Session()
        self.schema = schemathesis.openapi.from_url(f"{self._url}/openapi.json")
        self.findings = Findings()

    def fuzz_operations(self, case_count: int) -> None:
        """Send about `case_count` requests, half of them valid, by each role in turn."""
        paths: Any = self.schema
        operations = [operation for path in paths for operation in paths[path].values()]
        count = max(1, case_count // (len(operations) * len(ROLES) * 2))
        for operation in operations:
            for role in ROLES:
                for mode in GenerationMode:
                    self._fuzz(operation, role, mode, count)

    def _fuzz(self, operation: Any, role: str, mode: GenerationMode, count: int) -> None:
        @seed(self._seed)
        @_settings(count)
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Case) -> None:
            if mode is GenerationMode.POSITIVE:
                for part in (case.path_parameters, case.query, case.body):
                    self.knowledge.apply(self.actors.get(role), part)
            self.send(case, role)

        with suppress(Unsatisfiable):  # nothing can be wrong with a request that has no parts
            send()

    def fuzz_links(self, scenario_count: int) -> None:
        """So many scenarios, in which what was answered to one request is asked of the next."""
        fuzzer, roles = self, itertools.cycle(ROLES[1:])

        class Scenario(self.schema.as_state_machine()):  # type: ignore[misc]
            def setup(self) -> None:
                self.role = next(roles)

            def call(self, case: Case, **_: object) -> Response:
                if case.meta.generation.mode is GenerationMode.POSITIVE:
                    fuzzer.knowledge.apply(fuzzer.actors.get(self.role), case.body)
                return fuzzer.send(case, self.role)

            def validate_response(self, response: Response, *_: object, **__: object) -> None:
                """It is judged already."""

        for start in range(0, scenario_count, SCENARIOS_AT_ONCE):
            seed(self._seed + start)(Scenario)
            with suppress(FlakyStrategyDefinition):  # the bank is not as it was the last time
                Scenario.run(settings=_settings(SCENARIOS_AT_ONCE, stateful_step_count=STEP_COUNT))

    def send(self, case: Case, role: str) -> Response:
        """Send one, and keep what is wrong with the answer."""
        # An id that a link took from an answer may look like a number.
        case.headers.update({name: str(value) for name, value in case.headers.items()})
        query: dict[str, object] = case.query or {}
        if str(query.get("wait_s")) in _WAITS:
            query["wait_s"] = 1  # a reader of the feed would wait that long
        headers = self.actors.get(role).headers
        response: Response = case.call(self._url, session=self._session, headers=headers)
        self._judge(case, role, response)
        return response

    def _judge(self, case: Case, role: str, response: Response) -> None:
        self.findings.statuses[_name_of(case), response.status_code // 100] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as failures:
            for failure in failures.exceptions:
                self.findings.wrong.append(f"{role}: {failure}\n{case.as_curl_command()}")
        is_json = "json" in response.headers.get("content-type", [""])[0]
        body: Any = response.json() if is_json else None
        if response.status_code == 401 and body["code"] == "unauthenticated":
            self.actors.lose(role)
        elif response.status_code < 300:
            self.knowledge.learn(body)


def _settings(count: int, **more: Any) -> settings:
    return settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.filter_too_much,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
        **more,
    )


def _name_of(case: Case) -> str:
    return str(case.operation.definition.raw["operationId"])
