"""A client of bankapp: `Client`, and `AsyncClient` for asyncio."""

from bankapp_client.asynchronous import AsyncClient
from bankapp_client.call import Page, new_key
from bankapp_client.core import Retries, Tokens
from bankapp_client.feed import AsyncFeed, Feed
from bankapp_client.generated import models, problems
from bankapp_client.paging import AsyncPages, Pages
from bankapp_client.problem import ClientError, Problem, UnexpectedAnswer, Unreachable, Violation
from bankapp_client.sync import Client
from bankapp_client.webhooks import InvalidWebhook, verify_webhook

__all__ = [
    "AsyncClient",
    "AsyncFeed",
    "AsyncPages",
    "Client",
    "ClientError",
    "Feed",
    "InvalidWebhook",
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
    "verify_webhook",
]
