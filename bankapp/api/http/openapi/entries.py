"""The entry of one route in the document."""

import inspect
import json
import re
from collections.abc import Iterable
from datetime import timedelta
from importlib.resources import files
from typing import Any, Final

from bankapp.api.http.formats import JSON_TYPE
from bankapp.api.http.openapi.refusals import refusals_by_status, response_name
from bankapp.api.http.openapi.schemas import Schema, Schemas
from bankapp.api.http.openapi.shared import header_references
from bankapp.api.http.route import Route
from bankapp.api.http.routes import ROUTES
from bankapp.domain.rates import RateLimit
from bankapp.domain.roles import Role

# One request to each route and its answer; `make generate-examples` sends them again.
_EXAMPLES: Final[dict[str, dict[str, Any]]] = json.loads(
    (files("bankapp.api.http.openapi") / "examples.json").read_text()
)
_AUDIENCES: Final = {
    None: "For everybody, without a login.",
    Role.DEPOSITOR: "For all users.",
    Role.BANKER: "For bankers and admins.",
    Role.ADMIN: "For admins.",
}


def describe_route(route: Route, schemas: Schemas) -> Schema:
    """The route as an operation of OpenAPI."""
    operation = route.operation
    summary, _, rest = text_of(operation.run.__doc__).partition(". ")
    described: Schema = {
        "tags": [tag_of(route)],
        "operationId": operation.name,
        "summary": summary.rstrip("."),
        "description": " ".join(filter(None, [rest, *_remarks(route)])),
        # Of a scheme other than OAuth2 the list names the roles that are needed.
        "security": [] if operation.role is None else [{"bearer": [operation.role.value]}],
        "parameters": _parameters(route, schemas),
    }
    if body := _request_body(route, schemas):
        described["requestBody"] = body
    return {**described, "responses": _responses(route, schemas)}


def tag_of(route: Route) -> str:
    """The division of the route's operation."""
    return route.operation.division or "identity"  # the page that a link in a mail leads to


def text_of(docstring: str | None) -> str:
    """A docstring on one line."""
    return " ".join((docstring or "").split())


def _remarks(route: Route) -> Iterable[str]:
    if not route.has_body:
        yield text_of(route.operation.request.__doc__)
    yield _AUDIENCES[route.operation.role]
    if route.operation.needs_verified_email:
        yield "Needs a verified e-mail address where the bank requires one."
    yield from map(_remark_on_limit, route.operation.limits)
    if route.operation.count_tries is not None:
        yield "Each item counts."


def _remark_on_limit(limit: RateLimit) -> str:
    counted_by = " and ".join(name.replace("caller", "user") for name in limit.by)
    minutes = limit.period // timedelta(minutes=1)
    known = {1: "a minute", 60: "an hour", 24 * 60: "a day"}
    period = known.get(minutes, f"{minutes} minutes")
    only = f" {limit.only}" if limit.only else ""
    return f"At most {limit.count:,} in {period} by {counted_by}{only}."


def _parameters(route: Route, schemas: Schemas) -> list[Schema]:
    in_query = () if route.has_body else _fields_beside_path(route)
    required = schemas.of_fields(route.operation.request, in_query).get("required", ())
    described = [
        *(_parameter(route, schemas, name, "path") for name in _names_in(route.path)),
        *(
            {**_parameter(route, schemas, name, "query"), "required": name in required}
            for name in in_query
        ),
    ]
    if route.operation.idempotent:
        described.append({"$ref": "#/components/parameters/IdempotencyKey"})
    return [*described, {"$ref": "#/components/parameters/RequestId"}]


def _parameter(route: Route, schemas: Schemas, name: str, where: str) -> Schema:
    schema = schemas.of_parameter(route.operation.request, name)
    parameter: Schema = {"name": name, "in": where, "required": True, "schema": schema}
    if schema.get("type") == "array":
        parameter["explode"] = False  # one value, with commas
    if (example := _example(route, where).get(name)) is not None:
        parameter["example"] = example
    return parameter


def _request_body(route: Route, schemas: Schemas) -> Schema | None:
    names = _fields_beside_path(route)
    if not route.has_body or not names:
        return None
    schema = schemas.of_fields(route.operation.request, names)
    bodies = _example(route, "bodies")
    content: Schema = {"schema": schema}
    if len(bodies) == 1:
        [content["example"]] = bodies.values()
    else:
        content["examples"] = {name: {"value": body} for name, body in bodies.items()}
    return {"required": True, "content": {"application/json": content}}


def _responses(route: Route, schemas: Schemas) -> Schema:
    refused = {
        str(status.value): {"$ref": f"#/components/responses/{response_name(refusals)}"}
        for status, refusals in refusals_by_status(route).items()
    }
    return {str(route.status.value): _success(route, schemas), **refused}


def _success(route: Route, schemas: Schemas) -> Schema:
    headers = ["X-Request-Id"]
    if route.operation.idempotent:
        headers.append("Idempotent-Replayed")
    if route.location is not None:
        headers.append("Location")
    response: Schema = {
        "description": text_of(inspect.getdoc(route.operation.response)),
        "headers": header_references(headers),
    }
    if content := _content(route, schemas):
        response["content"] = content
    if route.location is not None:
        response["links"] = _links(route, route.location)
    return response


def _content(route: Route, schemas: Schemas) -> Schema:
    content: Schema = {}
    if route.answers_json:
        schema = schemas.of_response(route.operation.response)
        content[JSON_TYPE] = {"schema": schema, "example": _example(route, "response")}
    for format_ in route.formats:
        content[format_.media_type] = {"schema": {"type": "string"}}
        if example := _example(route, format_.media_type):
            content[format_.media_type]["example"] = example
    return content


def _links(route: Route, location: str) -> Schema:
    """The operation that gets the created resource."""
    shape = re.sub(r"{[\w.]+}", "{}", location)
    [target] = [
        other
        for other in ROUTES
        if other.method == "GET" and re.sub(r"{\w+}", "{}", other.path) == shape
    ]
    values = [value.replace(".", "/") for value in re.findall(r"{([\w.]+)}", location)]
    parameters = {
        name: f"$response.body#/{value}"
        for name, value in zip(_names_in(target.path), values, strict=True)
    }
    name = target.operation.name
    return {name: {"operationId": name, "parameters": parameters}}


def _names_in(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def _fields_beside_path(route: Route) -> list[str]:
    in_path = _names_in(route.path)
    return [name for name in route.operation.request.model_fields if name not in in_path]


def _example(route: Route, part: str) -> Any:  # noqa: ANN401 - whatever JSON it is
    return _EXAMPLES.get(f"{route.method} {route.path}", {}).get(part, {})
