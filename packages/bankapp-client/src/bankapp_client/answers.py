"""Answers of the bank, however they came."""

from pydantic import ValidationError

from bankapp_client.call import Endpoint, Result
from bankapp_client.generated.problems import BY_CODE
from bankapp_client.problem import Problem, ProblemDocument, UnexpectedAnswer


def read_result(endpoint: Endpoint[Result], content: bytes) -> Result:
    """The result in an answer. Raises UnexpectedAnswer."""
    try:
        return endpoint.read(content)
    except ValidationError as error:
        raise UnexpectedAnswer(f"{endpoint.method} {endpoint.path}: {error}") from error


def read_problem(content: bytes) -> Problem | None:
    """The problem in an answer; None if it is not a problem document."""
    try:
        document = ProblemDocument.model_validate_json(content)
    except ValidationError:
        return None
    return BY_CODE.get(document.code, Problem)(document)
