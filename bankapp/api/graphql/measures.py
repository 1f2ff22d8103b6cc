"""The measures of a document: its root fields, its depth, and its cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from bankapp.api.graphql.library import OutputType, library
from bankapp.api.graphql.schema import OPERATION
from bankapp.api.problems import DocumentTooLarge
from bankapp.domain import limits

_LIMIT: Final = "limit"
_NAME: Final = "__typename"
INTROSPECTION: Final = ("__schema", "__type")


@dataclass(frozen=True, slots=True)
class Measures:
    """The root fields by name, the depth of the fields, and the cost.

    A field costs 1, and the fields of a list cost as much as all rows of its page.
    """

    root_fields: tuple[str, ...]
    depth: int
    cost: int

    @property
    def is_introspection(self) -> bool:
        """Whether the schema is asked for, of which nothing here is a measure."""
        return any(name in INTROSPECTION for name in self.root_fields)

    def require_within_limits(self) -> None:
        """Raise DocumentTooLarge."""
        found = (
            ("root fields", len(self.root_fields), limits.DOCUMENT_ROOT_FIELD_COUNT_MAX),
            ("levels of fields", self.depth, limits.DOCUMENT_DEPTH_MAX),
            ("fields with those of each row", self.cost, limits.DOCUMENT_COST_MAX),
        )
        for what, count, count_max in found:
            if count > count_max:
                raise DocumentTooLarge(f"It has {count} {what}; {count_max} are the most.")


@dataclass(frozen=True, slots=True)
class _Size:
    depth: int
    cost: int


class _Measurer:
    """Walks a valid document: its fragments go round in no circle, and every field is known."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._known: dict[tuple[str, str, int], _Size] = {}

    def root_fields(self, selections: SelectionSetNode) -> list[str]:
        names: list[str] = []
        for node in selections.selections:
            if isinstance(node, FieldNode):
                names.append(node.name.value)
            elif isinstance(node, FragmentSpreadNode):
                names.extend(self.root_fields(self._fragments[node.name.value].selection_set))
            elif isinstance(node, InlineFragmentNode):
                names.extend(self.root_fields(node.selection_set))
        return names

    def size(self, kind: OutputType, selections: SelectionSetNode, page: int) -> _Size:
        """The size of one object; of several types that it may have, the largest."""
        possible = (
            self._schema.get_possible_types(kind) if library.is_abstract_type(kind) else [kind]
        )
        sizes = [self._size(one, selections, page) for one in possible]
        return _Size(max(one.depth for one in sizes), max(one.cost for one in sizes))

    def _size(self, kind: GraphQLObjectType, selections: SelectionSetNode, page: int) -> _Size:
        depth = cost = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                one = self._field(kind, node, page)
            elif isinstance(node, FragmentSpreadNode):
                one = self._fragment(kind, node.name.value, page)
            else:
                assert isinstance(node, InlineFragmentNode)
                condition = node.type_condition
                applies = condition is None or self._applies(kind, condition.name.value)
                one = self._size(kind, node.selection_set, page) if applies else _Size(0, 0)
            depth, cost = max(depth, one.depth), cost + one.cost
        return _Size(depth, cost)

    def _fragment(self, kind: GraphQLObjectType, name: str, page: int) -> _Size:
        """Measured once, because fragments in fragments can be many more than their tokens."""
        key = (name, kind.name, page)
        if key not in self._known:
            fragment = self._fragments[name]
            applies = self._applies(kind, fragment.type_condition.name.value)
            self._known[key] = (
                self._size(kind, fragment.selection_set, page) if applies else _Size(0, 0)
            )
        return self._known[key]

    def _field(self, kind: GraphQLObjectType, node: FieldNode, page: int) -> _Size:
        field = self._schema.get_field(kind, node.name.value)
        if field is None or node.selection_set is None:
            return _Size(1, 0 if node.name.value == _NAME else 1)
        if OPERATION in field.extensions:
            page = self._page_size(field, node)
        kind_of_field: OutputType = cast("Any", field).type
        size = self.size(library.get_named_type(kind_of_field), node.selection_set, page)
        is_list = library.is_list_type(library.get_nullable_type(kind_of_field))
        count = page if is_list else 1
        return _Size(1 + size.depth, 1 + count * size.cost)

    def _page_size(self, field: GraphQLField, node: FieldNode) -> int:
        """The rows that an operation may answer with; where it has no pages, as on most pages."""
        argument = field.args.get(_LIMIT)
        if argument is None:
            return limits.PAGE_SIZE_DEFAULT
        given = next((one.value for one in node.arguments or () if one.name.value == _LIMIT), None)
        value: object = None
        if isinstance(given, IntValueNode):
            value = int(given.value)
        elif isinstance(given, VariableNode):
            value = self._variables.get(given.name.value)
        return max(value, 1) if isinstance(value, int) else argument.default_value

    def _applies(self, kind: GraphQLObjectType, condition: str) -> bool:
        known: OutputType = self._schema.get_type(condition)
        is_abstract = library.is_abstract_type(known)
        return known is kind or (is_abstract and self._schema.is_sub_type(known, kind))


def measure(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> Measures:
    """The measures of an operation of a valid document, with these variables."""
    measurer = _Measurer(schema, fragments, variables)
    root_fields = tuple(
        name for name in measurer.root_fields(operation.selection_set) if name != _NAME
    )
    if any(name in INTROSPECTION for name in root_fields):
        return Measures(root_fields, 0, 0)
    root = schema.get_root_type(operation.operation)
    assert root is not None
    size = measurer.size(root, operation.selection_set, limits.PAGE_SIZE_DEFAULT)
    return Measures(root_fields, size.depth, size.cost)
