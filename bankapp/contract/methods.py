"""The operations, spelled as methods of the client."""

import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

from bankapp.api.http.route import Route
from bankapp.contract.types import Types, item_of
from bankapp.domain import limits
from bankapp.operations.fields import Accepted, NoContent, PageRequest
from bankapp.operations.operation import Operation

PAGE_PARAMETERS = (f"page_size: int = {limits.PAGE_SIZE_MAX}", "cursor: str | None = None")


@dataclass(frozen=True, slots=True)
class Method:
    """An operation as a method: positional parameters for the path, keywords for the rest."""

    name: str
    parameters: str
    answer: str
    item: str | None
    docstring: str
    endpoint: str
    arguments: str


def describe(route: Route, known: Types) -> Method:
    """The method of a route."""
    wanted = route.operation
    in_path = [name for _, name, _, _ in Formatter().parse(route.path) if name]
    names = in_path + [name for name in _fields(wanted) if name not in in_path]
    keywords = sorted(
        (_parameter(wanted, name, known) for name in names if name not in in_path),
        key=lambda parameter: "=" in parameter,
    )
    fields = {name: name for name in names}
    if issubclass(wanted.request, PageRequest):
        keywords += PAGE_PARAMETERS
        fields |= {"limit": "page_size", "cursor": "cursor"}
    has_key = wanted.idempotent
    if has_key:
        keywords.append("idempotency_key: str | None = None")
    parameters = [_parameter(wanted, name, known) for name in in_path]
    parameters += ["*", *keywords] if keywords else []
    answer = _answer(wanted, known)
    item = item_of(wanted.response)
    return Method(
        name=wanted.name,
        parameters=", ".join(parameters),
        answer=answer,
        item=None if item is None else known.spell(item, "models."),
        docstring=_docstring(wanted, has_key=has_key),
        endpoint=_endpoint(route, answer, has_key=has_key),
        arguments=_arguments(wanted, fields, has_key=has_key),
    )


def _fields(wanted: Operation) -> list[str]:
    paging = PageRequest.model_fields if issubclass(wanted.request, PageRequest) else ()
    return [name for name in wanted.request.model_fields if name not in paging]


def _parameter(wanted: Operation, name: str, known: Types) -> str:
    member = wanted.request.model_fields[name]
    spelled = known.spell(member.annotation, "models.")
    if member.is_required():
        return f"{name}: {spelled}"
    return f"{name}: {spelled.removesuffix(' | None')} | None = None"


def _answer(wanted: Operation, known: Types) -> str:
    is_empty = wanted.response in (NoContent, Accepted)
    return "None" if is_empty else known.spell(wanted.response, "models.")


def _endpoint(route: Route, answer: str, *, has_key: bool) -> str:
    read = "nothing" if answer == "None" else f"{answer}.model_validate_json"
    parts = [repr(route.operation.name), repr(route.method), repr(route.path), read]
    if route.operation.role is None:
        parts.append("is_public=True")
    if has_key:
        parts.append("takes_key=True")
    return f"Endpoint({', '.join(parts)})"


def _arguments(wanted: Operation, fields: dict[str, str], *, has_key: bool) -> str:
    given = ", ".join(f'"{name}": {value}' for name, value in fields.items())
    parts = [f"endpoints.{wanted.name.upper()}", f"{{{given}}}"]
    return ", ".join([*parts, "idempotency_key"] if has_key else parts)


def _docstring(wanted: Operation, *, has_key: bool) -> str:
    paragraphs = (inspect.getdoc(wanted.run) or "").split("\n\n")
    if has_key:
        paragraphs.append(
            "Idempotent by `idempotency_key`; a random key is used where none is given."
        )
    if refused := sorted({refusal.__name__ for refusal in wanted.refuses}):
        paragraphs.append(f"Raises {', '.join(refused)}.")
    return "\n\n".join(textwrap.fill(" ".join(text.split()), 90) for text in paragraphs)


def endpoints_source(methods: list[Method]) -> Iterator[str]:
    """The module that lists every endpoint."""
    yield '"""Every endpoint of the bank, in the order of its URL table."""'
    yield (
        "from typing import Final\n\n"
        "from bankapp_client.call import Endpoint, Page, nothing\n"
        "from bankapp_client.generated import models"
    )
    yield "\n".join(f"{method.name.upper()}: Final = {method.endpoint}" for method in methods)


def shell_source(methods: list[Method], *, is_async: bool) -> Iterator[str]:
    """The module of a class with a method for every operation; a subclass sends the requests."""
    name, pages = ("AsyncOperations", "AsyncPages") if is_async else ("Operations", "Pages")
    prefix, wait = ("async ", "await ") if is_async else ("", "")
    yield f'"""The operations of the bank as {"coroutines" if is_async else "blocking methods"}."""'
    yield (
        "from abc import ABC, abstractmethod\nfrom collections.abc import Mapping\n"
        "from datetime import date, datetime\n"
        "from typing import Literal\nfrom uuid import UUID\n\n"
        "from bankapp_client.call import Endpoint, Result\n"
        f"from bankapp_client.paging import {pages}\n"
        "from bankapp_client.generated import endpoints, models"
    )
    yield f'class {name}(ABC):\n    """A method for each operation of the bank."""'
    yield textwrap.indent(
        f"@abstractmethod\n{prefix}def _perform(self, endpoint: Endpoint[Result], "
        "fields: Mapping[str, object], key: str | None = None) -> Result:\n"
        '    """The answer of an endpoint."""',
        "    ",
    )
    for method in methods:
        performed = f"self._perform({method.arguments})"
        parameters = ", ".join(filter(None, ["self", method.parameters]))
        if method.item is None:
            head = f"{prefix}def {method.name}({parameters}) -> {method.answer}:"
            body = _body(method, f"return {wait}{performed}")
        else:
            head = f"def {method.name}({parameters}) -> {pages}[{method.item}]:"
            body = _body(method, f"return {pages}(lambda cursor: {performed}, cursor)")
        yield textwrap.indent(f"{head}\n{body}", "    ")


def _body(method: Method, statement: str) -> str:
    ending = "\n" if "\n" in method.docstring else ""
    return textwrap.indent(f'"""{method.docstring}{ending}"""\n{statement}', "    ")
