"""Requests over gRPC, made up from the descriptors: none of them is a fault of the bank."""

import os
from collections import Counter
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf.message_factory import GetMessageClass
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode
from hypothesis import HealthCheck, Phase, given, seed, settings

from bankapp.api.grpc.descriptors import messages_of
from tests.api.grpc.kills import grpc_port
from tests.fuzz.actors import Actors, Knowledge
from tests.fuzz.grpc_cases import METHODS, Case, cases
from tests.grpc_calls import fields_of, message_bytes, path_of
from tests.processes.processes import Served

CASE_COUNT: Final = int(os.environ.get("GRPC_FUZZ_CASE_COUNT", "300"))
# A wrong table of grpc's own, a dead process, or an exception that nobody caught.
FAULTS: Final = {StatusCode.INTERNAL, StatusCode.UNKNOWN, StatusCode.UNAVAILABLE}
DEADLINE_S: Final = 30
DONE_COUNT_MIN: Final = 15  # of the methods


class Sender:
    """Sends cases, and counts their status codes."""

    def __init__(self, served: Served, channel: Any) -> None:
        self._actors = Actors(served)
        self._knowledge = Knowledge(1)
        self._channel = channel
        self.codes: Counter[StatusCode] = Counter()
        self.answered: set[str] = set()

    def send(self, case: Case) -> None:
        """Send a case; fail where the answer is none that the bank gives."""
        actor, token = self._actors.get(case.role), self._actors.get(case.role).token
        request, response = messages_of(case.method)
        content = case.content
        if content is None:
            self._knowledge.apply(actor, case.fields)
            content = message_bytes(request, case.fields)
        metadata = [("authorization", f"Bearer {token}")] if token else []
        if case.key.isprintable() and case.key.isascii():
            metadata.append(("idempotency-key", case.key))
        method = self._channel.unary_unary(path_of(case.method))
        try:
            answer = method(content, metadata=metadata, timeout=DEADLINE_S)
        except grpc.RpcError as error:
            self._check(case, error)
            return
        self._knowledge.learn(fields_of(GetMessageClass(response).FromString(answer)))
        self.codes[StatusCode.OK] += 1
        self.answered.add(case.method.operation.name)

    def _check(self, case: Case, error: Any) -> None:
        code = error.code()
        self.codes[code] += 1
        assert code not in FAULTS, (case, error)
        trailers = dict(error.trailing_metadata())
        packed = Status.FromString(trailers["grpc-status-details-bin"])
        info = ErrorInfo()
        packed.details[0].Unpack(info)
        declared = {refusal.code for refusal in case.method.operation.refuses}
        shared = {"malformed_request", "validation_failed", "payload_too_large"}
        assert info.reason in declared | shared, (case, error)


def test_nothing_that_is_sent_is_a_fault_of_the_bank(home: Path) -> None:
    """Goal: no internal error. Method: hypothesis makes up requests to every method.

    GRPC_FUZZ_CASE_COUNT=3000 sends as many.
    """
    with Served(home, BANK_GRPC_ADDRESS="127.0.0.1:0") as served:
        with grpc.insecure_channel(f"127.0.0.1:{grpc_port(served.wait())}") as channel:
            sender = Sender(served, channel)

            @seed(1)
            @settings(
                max_examples=CASE_COUNT,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=[
                    HealthCheck.too_slow,
                    HealthCheck.filter_too_much,
                    HealthCheck.data_too_large,
                ],
            )
            @given(cases())
            def send(case: Case) -> None:
                sender.send(case)

            send()
        faults = served.events("request failed")
    assert not faults, faults
    print(sender.codes, f"{len(sender.answered)} of {len(METHODS)} methods with success")
    assert StatusCode.INVALID_ARGUMENT in sender.codes
    assert len(sender.answered) > DONE_COUNT_MIN
