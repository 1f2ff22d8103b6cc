"""A client of the bank, for other programs: `Client` and `AsyncClient`.

Needs the extra `client`, and nothing of the bank itself.
"""

from bankapp.client.asynchronous import AsyncClient
from bankapp.client.call import Page, new_key
from bankapp.client.core import Retries, Tokens
from bankapp.client.generated import models, problems
from bankapp.client.paging import AsyncPages, Pages
from bankapp.client.problem import ClientError, Problem, UnexpectedAnswer, Unreachable, Violation
from bankapp.client.sync import Client

__all__ = [
    "AsyncClient",
    "AsyncPages",
    "Client",
    "ClientError",
    "Page",
    "Pages",
    "Problem",
    "Retries",
    "Tokens",
    "UnexpectedAnswer",
    "Unreachable",
    "Violation",
    "models",
    "new_key",
    "problems",
]
