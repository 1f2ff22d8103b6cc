"""JSON Schemas of requests and responses, as the OpenAPI document holds them."""

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import core_schema

from bankapp.api.http.route import Route

Schema: TypeAlias = dict[str, Any]

_REFERENCE: Final = "#/components/schemas/{model}"


class Schemas:
    """The schemas of all that some routes take and give.

    `components` are those with a name, as their references expect to find them.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        requests = {route.operation.request for route in routes}
        responses = {route.operation.response for route in routes if route.answers_json}
        self._references, document = models_json_schema(
            [
                *((model, "validation") for model in sorted(requests, key=_name)),
                *((model, "serialization") for model in sorted(responses, key=_name)),
            ],
            ref_template=_REFERENCE,
            schema_generator=_Generator,
        )
        # A request is spread over path, query and body.
        self._requests = {
            model: document["$defs"].pop(_defined_name(self._references[model, "validation"]))
            for model in requests
        }
        self.components = _components(document)

    def of_response(self, model: type[BaseModel]) -> Schema:
        """A reference to the schema of a response."""
        return self._references[model, "serialization"]

    def of_fields(self, model: type[BaseModel], names: Iterable[str]) -> Schema:
        """The schema of an object that has these fields of a request."""
        whole = self._requests[model]
        wanted = {name: whole["properties"][name] for name in names}
        required = [name for name in whole.get("required", ()) if name in wanted]
        schema = {**whole, "properties": wanted, "required": required}
        return schema if required else _without(schema, "required")

    def of_parameter(self, model: type[BaseModel], name: str) -> Schema:
        """The schema of a field that is given as text: it is there or not, and never null."""
        schema: Schema = self._requests[model]["properties"][name]
        if "anyOf" not in schema:
            return schema
        [given] = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
        return {**_without(schema, "anyOf", "default"), **given}


@dataclass(frozen=True, slots=True)
class MessageSchemas:
    """The schemas of whole requests and responses, and of all that they refer to.

    `components` has them by name, `references` leads to each.
    """

    components: Schema
    references: Mapping[type[BaseModel], Schema]


def schemas_of_messages(
    requests: Sequence[type[BaseModel]], responses: Sequence[type[BaseModel]]
) -> MessageSchemas:
    """The schemas of models, none of which is both a request and a response."""
    references, document = models_json_schema(
        [
            *((model, "validation") for model in requests),
            *((model, "serialization") for model in responses),
        ],
        ref_template=_REFERENCE,
        schema_generator=_Generator,
    )
    found = {
        **{model: references[model, "validation"] for model in requests},
        **{model: references[model, "serialization"] for model in responses},
    }
    return MessageSchemas(_components(document), found)


class _Generator(GenerateJsonSchema):
    """Leaves out titles, which only repeat names, and closes responses to other fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401 - of pydantic's own
        return False

    def normalize_name(self, name: str) -> str:
        return re.sub(r"^Page\[(\w+)\]$", r"\1Page", name)

    def model_schema(self, schema: core_schema.ModelSchema) -> Schema:
        generated = super().model_schema(schema)
        if self.mode == "serialization":
            generated["additionalProperties"] = False
            generated.setdefault("description", inspect.getdoc(schema["cls"]))
        return _without(generated, "title")

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,  # noqa: FBT001 - pydantic calls it so
    ) -> bool:
        return self.mode == "serialization" or super().field_is_required(field, total)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Schema:
        if self.mode == "serialization":
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def _name(model: type[BaseModel]) -> str:
    return model.__name__


def _components(document: Schema) -> Schema:
    return {name: _without(schema, "title") for name, schema in document["$defs"].items()}


def _defined_name(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _without(schema: Schema, *names: str) -> Schema:
    return {name: value for name, value in schema.items() if name not in names}
