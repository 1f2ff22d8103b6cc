"""From a request to its answer: a token first, then a document, then the operations it asks for."""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from http import HTTPStatus
from inspect import isawaitable
from typing import Any, Final

from graphql import (
    ExecutionResult,
    OperationDefinitionNode,
    OperationType,
)
from pydantic import BaseModel, ConfigDict, ValidationError

from bankapp import tuning
from bankapp.api.graphql.answers import body, error_of, media_type_of
from bankapp.api.graphql.documents import Document, Documents
from bankapp.api.graphql.library import Executor, library
from bankapp.api.graphql.measures import Measures, measure
from bankapp.api.graphql.schema import create_schema
from bankapp.api.graphql.variables import unknown_variables, wrong_variables
from bankapp.api.json_object import read_object
from bankapp.api.mount import Post, Reply
from bankapp.api.problems import InvalidDocument, status_of
from bankapp.domain import errors, limits
from bankapp.domain.roles import Role, includes
from bankapp.operations.admission import authenticate, count_in_process
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller, Visitor
from bankapp.operations.keys import only_key
from bankapp.operations.operation import Operation
from bankapp.operations.serving import ask
from bankapp.telemetry import metrics

_GRAPHQL: Final = "graphql"


class _Request(BaseModel):
    """The members of a request, as GraphQL over HTTP names them."""

    model_config = ConfigDict(extra="forbid")

    query: str
    variables: dict[str, Any] | None = None
    operationName: str | None = None  # noqa: N815
    extensions: dict[str, Any] | None = None


class _Asking:
    """The context of an execution: asks the bank as one sender, under one key."""

    def __init__(self, bank: Bank, visitor: Visitor, key: str | None) -> None:
        self._bank = bank
        self._visitor = visitor
        self._key = key
        self.is_replay = False

    async def ask(self, operation: Operation, fields: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """The answer of an operation as JSON; null is as if not given. Raises Refusal."""
        given = {name: value for name, value in fields.items() if value is not None}
        served = await ask(self._bank, operation, self._visitor, lambda: given, self._key)
        self.is_replay = self.is_replay or served.is_replay
        # One without content has no fields to select.
        return served.response.model_dump(mode="json") or True


class GraphqlService:
    """Answers the requests to one bank. `schema_role` is the least role that may read the schema.

    With None everybody may who has a token.
    """

    def __init__(self, bank: Bank, schema_role: Role | None) -> None:
        self._bank = bank
        self._schema_role = schema_role
        self._schema = create_schema()
        self._documents = Documents(self._schema)

    async def answer(self, post: Post) -> Reply:
        """The answer to a request. Raises Refusal for one that is not executed."""
        request = _read(post.body)
        key = only_key(post.keys)
        document, visitor = await self._admit(post, request.query)
        operation = document.select(request.operationName)
        post.exchange.method = operation.operation.value.upper()
        variables = request.variables or {}
        if unknown := unknown_variables(operation, variables):
            raise errors.ValidationFailed(violations=unknown)
        asking = _Asking(self._bank, visitor, key)
        executor = self._prepare(document, operation, variables, asking)
        measures = measure(
            self._schema, operation, document.fragments, executor.variable_values.coerced
        )
        _require_one_change(operation, measures)
        measures.require_within_limits()
        if measures.is_introspection:
            return await self._introspect(post, document, operation, measures, visitor, executor)
        async with self._turn(visitor, measures):
            result = library.execute_root_selection_set(executor)
            if isawaitable(result):
                result = await result
        assert isinstance(result, ExecutionResult)
        return _reply(post, result, measures, is_replay=asking.is_replay)

    async def _admit(self, post: Post, text: str) -> tuple[Document, Visitor]:
        """The document and its sender, whose token is looked at before anything long is parsed."""
        known = self._documents.find(text)
        document = known or self._documents.parse_public(text)
        if document is not None and document.is_public:
            _note(post, document)
            if known is None:
                self._documents.validate(text, document, hide_suggestions=True)
            return document, post.visitor
        caller = await authenticate(self._bank, post.visitor, post.token)
        post.exchange.username = caller.username
        metrics.GRAPHQL_DOCUMENTS.labels("known" if known is not None else "unknown").inc()
        if document is None:
            if self._bank.rules.limits_rates:
                count_in_process(self._bank, limits.UNKNOWN_DOCUMENTS, caller)
            document = self._documents.parse(text)
        _note(post, document)
        if known is None:
            may_read = self._may_read_schema(caller)
            self._documents.validate(text, document, hide_suggestions=not may_read)
        return document, caller

    def _may_read_schema(self, caller: Caller) -> bool:
        return self._schema_role is None or includes(caller.role, self._schema_role)

    def _prepare(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        variables: dict[str, Any],
        asking: _Asking,
    ) -> Executor:
        """What executes the operation. Raises ValidationFailed."""
        built: Executor = library.Executor.build(
            self._schema,
            document.node,
            context_value=asking,
            raw_variable_values=variables,
            operation_name=None if operation.name is None else operation.name.value,
            hide_suggestions=True,
        )
        if isinstance(built, list):
            wrong = wrong_variables(self._schema, operation, variables)
            raise errors.ValidationFailed(violations=wrong)
        return built

    async def _introspect(
        self,
        post: Post,
        document: Document,
        operation: OperationDefinitionNode,
        measures: Measures,
        visitor: Visitor,
        executor: Executor,
    ) -> Reply:
        """The schema, worked out once for each document."""
        if not isinstance(visitor, Caller) or not self._may_read_schema(visitor):
            raise errors.Forbidden("The schema is for developers of the bank.")
        if len(measures.root_fields) > 1:
            raise InvalidDocument("Of the schema one field is asked for, and nothing else.")
        answer = document.introspected
        if answer is None:
            if self._bank.rules.limits_rates:
                tries = tuning.INTROSPECTION_TRY_COUNT
                count_in_process(self._bank, limits.UNKNOWN_DOCUMENTS, visitor, tries)
            result = await asyncio.to_thread(library.execute_root_selection_set, executor)
            assert isinstance(result, ExecutionResult)
            answer = body(result.data, [])
            if not operation.variable_definitions and len(document.operations) == 1:
                document.introspected = answer
        return Reply(body=answer, media_type=media_type_of(post.accept))

    def _turn(self, visitor: Visitor, measures: Measures) -> AbstractAsyncContextManager[None]:
        """A turn of the user at heavy documents, which take the process some milliseconds."""
        if measures.cost <= tuning.LIGHT_DOCUMENT_COST_MAX or not isinstance(visitor, Caller):
            return nullcontext()
        return self._bank.intake.take(visitor.username)


def _read(content: bytes) -> _Request:
    """Raises MalformedRequest, ValidationFailed."""
    members = read_object(content)
    try:
        return _Request.model_validate(members)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise errors.ValidationFailed(
            violations=[errors.Violation(str(one["loc"][0]), one["msg"]) for one in found][
                : limits.VIOLATION_COUNT_MAX
            ]
        ) from None


def _note(post: Post, document: Document) -> None:
    """Tell the log which operation is asked for, if it is one alone."""
    operation = document.only_operation()
    post.exchange.operation = _GRAPHQL if operation is None else operation.name


def _require_one_change(operation: OperationDefinitionNode, measures: Measures) -> None:
    if operation.operation is OperationType.MUTATION and len(measures.root_fields) != 1:
        raise InvalidDocument("A mutation asks for one change: its idempotency key is for one.")


def _reply(post: Post, result: ExecutionResult, measures: Measures, *, is_replay: bool) -> Reply:
    exchange = post.exchange
    outcome = HTTPStatus.OK
    told: list[Mapping[str, Any]] = []
    for error in result.errors or ():
        refusal = exchange.refuse(error.original_error or error)
        is_replay = is_replay or refusal.replayed_request_id is not None
        if len(measures.root_fields) == 1 and len(error.path or ()) == 1:
            outcome = status_of(refusal)
        told.append(error_of(refusal, exchange.request_id, error.path))
    return Reply(
        body=body(result.data, told),
        media_type=media_type_of(post.accept),
        outcome=outcome,
        is_replay=is_replay,
    )
