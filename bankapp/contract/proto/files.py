"""The `.proto` files: one for each division, as the operations are divided."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from itertools import groupby
from pathlib import PurePath
from typing import Final

from bankapp.api.grpc.methods import PACKAGE, SERVED, Method
from bankapp.contract.proto.numbers import Numbers
from bankapp.contract.proto.parts import Field, Procedure, Service
from bankapp.contract.proto.text import (
    WELL_KNOWN,
    render_enumeration,
    render_file,
    render_message,
    render_service,
)
from bankapp.contract.proto.types import Messages, of_messages
from bankapp.domain.roles import Role

DIRECTORY: Final = PurePath(*PACKAGE.split("."))
_AUDIENCES: Final[Mapping[Role | None, str]] = {
    None: "No token is needed.",
    Role.DEPOSITOR: "",
    Role.BANKER: "For bankers.",
    Role.ADMIN: "For admins.",
}


def proto_files(numbers: Numbers) -> Mapping[PurePath, str]:
    """The texts of the files, by path. Names that have no number yet are given one."""
    known: dict[str, Messages] = {}
    texts: dict[PurePath, str] = {}
    for division, methods in groupby(SERVED, key=lambda method: method.operation.division):
        messages = Messages(tuple(known.values()))
        service = _service([*methods], messages)
        texts[_path(division)] = render_file(
            PACKAGE,
            _imports(messages, service, known),
            [
                render_service(service),
                *(render_message(message, numbers) for message in messages.messages.values()),
                *(render_enumeration(one, numbers) for one in messages.enums.values()),
            ],
        )
        known[division] = messages
    return texts


def _path(division: str) -> PurePath:
    return DIRECTORY / f"{division}.proto"


def _service(methods: Sequence[Method], messages: Messages) -> Service:
    procedures = tuple(_procedure(method, messages) for method in methods)
    module = import_module(f"bankapp.operations.{methods[0].operation.division}")
    return Service(methods[0].service, inspect.getdoc(module) or "", procedures)


def _procedure(method: Method, messages: Messages) -> Procedure:
    operation = method.operation
    messages.add_request(method.request, operation.request)
    return Procedure(
        name=method.name,
        request=method.request,
        response=messages.add_response(operation.response),
        comment="\n\n".join(filter(None, [_text(method), " ".join(_remarks(method))])),
    )


def _text(method: Method) -> str:
    return of_messages(inspect.getdoc(method.operation.run) or "")


def _remarks(method: Method) -> Iterator[str]:
    operation = method.operation
    yield from filter(None, [_AUDIENCES[operation.role]])
    if operation.idempotent:
        yield "Done once under the `idempotency-key` of the metadata."
    if codes := dict.fromkeys(refusal.code for refusal in operation.refuses):
        yield f"Refused as {', '.join(codes)}."


def _imports(messages: Messages, service: Service, known: Mapping[str, Messages]) -> Iterator[str]:
    used = {field.type for field in _fields(messages)}
    used |= {procedure.response for procedure in service.procedures}
    yield from (path for name, path in WELL_KNOWN.items() if name in used)
    for division, others in known.items():
        if used & (others.messages.keys() | others.enums.keys()):
            yield str(_path(division))


def _fields(messages: Messages) -> Iterator[Field]:
    for message in messages.messages.values():
        yield from message.fields
