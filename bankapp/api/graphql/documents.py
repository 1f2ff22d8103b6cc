"""Documents: parsed and validated once, then kept."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    parse,
    validate,
)

from bankapp import tuning
from bankapp.api.graphql.table import MUTATIONS, QUERIES
from bankapp.api.problems import DocumentTooLarge, InvalidDocument
from bankapp.domain import errors, limits
from bankapp.operations.operation import Operation

_ERROR_COUNT_MAX: Final = 5


@dataclass(slots=True)
class Document:
    """A document. `introspected` is what it tells of the schema, once that has been worked out."""

    node: DocumentNode
    introspected: bytes | None = None
    fragments: Mapping[str, FragmentDefinitionNode] = field(init=False)
    operations: Sequence[OperationDefinitionNode] = field(init=False)

    def __post_init__(self) -> None:
        definitions = self.node.definitions
        self.operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
        self.fragments = {
            one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)
        }

    def only_operation(self) -> Operation | None:
        """The operation of the bank that is asked for, if it is one alone."""
        if len(self.operations) != 1:
            return None
        selections = self.operations[0].selection_set.selections
        if len(selections) != 1 or not isinstance(selections[0], FieldNode):
            return None
        name = selections[0].name.value
        return QUERIES.get(name) or MUTATIONS.get(name)

    @property
    def is_public(self) -> bool:
        """Whether it asks for one operation that needs no token, and nothing else."""
        operation = self.only_operation()
        return not self.fragments and operation is not None and operation.role is None

    def select(self, name: str | None) -> OperationDefinitionNode:
        """The operation to execute. Raises ValidationFailed."""
        chosen = [
            one
            for one in self.operations
            if name is None or (one.name is not None and one.name.value == name)
        ]
        if len(chosen) != 1:
            message = "must name one operation of the document"
            raise errors.ValidationFailed(violations=[errors.Violation("operationName", message)])
        return chosen[0]


class Documents:
    """The documents of a process.

    Those that need no token have a cache of their own, which nobody else's can fill.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known = _Cache(tuning.DOCUMENT_CACHE_COUNT_MAX)
        self._public = _Cache(tuning.PUBLIC_DOCUMENT_CACHE_COUNT_MAX)

    def find(self, text: str) -> Document | None:
        """A valid document that is kept."""
        digest = _digest(text)
        return self._known.find(digest) or self._public.find(digest)

    def parse_public(self, text: str) -> Document | None:
        """A short document that needs no token; None for any other, without a look at the rest."""
        try:
            document = _parse(text, limits.PUBLIC_DOCUMENT_TOKEN_COUNT_MAX)
        except GraphQLSyntaxError:
            return None
        return document if document.is_public else None

    def parse(self, text: str) -> Document:
        """A document, not yet validated. Raises InvalidDocument, DocumentTooLarge."""
        try:
            return _parse(text, limits.DOCUMENT_TOKEN_COUNT_MAX)
        except GraphQLSyntaxError as error:
            refusal = DocumentTooLarge if "Parsing aborted" in error.message else InvalidDocument
            raise refusal(error.message) from None

    def validate(self, text: str, document: Document, *, hide_suggestions: bool) -> None:
        """Keep a document if it is valid. Raises InvalidDocument, DocumentTooLarge."""
        _require_few_repeats(document)
        found = validate(
            self._schema,
            document.node,
            max_errors=_ERROR_COUNT_MAX,
            hide_suggestions=hide_suggestions,
        )
        if found:
            raise InvalidDocument(
                found[0].message, [errors.Violation(_place(one), one.message) for one in found]
            )
        cache = self._public if document.is_public else self._known
        cache.keep(_digest(text), document, len(text))


class _Cache:
    """The documents that were used last, by the digests of their texts, with the texts' lengths."""

    def __init__(self, count_max: int) -> None:
        self._count_max = count_max
        self._documents: OrderedDict[bytes, tuple[Document, int]] = OrderedDict()
        self._length = 0

    def find(self, digest: bytes) -> Document | None:
        kept = self._documents.get(digest)
        if kept is None:
            return None
        self._documents.move_to_end(digest)
        return kept[0]

    def keep(self, digest: bytes, document: Document, length: int) -> None:
        if digest in self._documents:
            return
        self._documents[digest] = (document, length)
        self._length += length
        while (
            len(self._documents) > self._count_max
            or self._length > tuning.DOCUMENT_CACHE_LENGTH_MAX
        ):
            _, (_, gone) = self._documents.popitem(last=False)
            self._length -= gone


def _require_few_repeats(document: Document) -> None:
    """Raise DocumentTooLarge for what takes long to validate: each two of a name are compared."""
    selections = [one.selection_set for one in (*document.operations, *document.fragments.values())]
    while selections:
        counts = Counter[str]()
        for node in selections.pop().selections:
            if isinstance(node, FieldNode):
                counts[(node.alias or node.name).value] += 1
            if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set is not None:
                selections.append(node.selection_set)
        if counts and max(counts.values()) > limits.DOCUMENT_REPEATED_FIELD_COUNT_MAX:
            raise DocumentTooLarge("A field is repeated too often.")


def _parse(text: str, token_count_max: int) -> Document:
    return Document(parse(text, max_lexical_tokens=token_count_max))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def _place(error: GraphQLError) -> str:
    """Line and column of what is wrong in the document."""
    if not error.locations:
        return "query"
    place = error.locations[0]
    return f"query:{place.line}:{place.column}"
