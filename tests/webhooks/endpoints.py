"""Makes endpoints of webhooks."""

from bankapp.domain.origin import THE_BANK
from bankapp.domain.webhooks import NewWebhook
from bankapp.operations.bank import Bank
from gen import models


async def make_endpoint(
    bank: Bank,
    url: str,
    owner: str | None = None,
    types: list[str] | None = None,
    position: int = 0,
) -> models.WebhookEndpoint:
    """An endpoint that is told from a position on; by default one of the bank's, of everything."""
    made: list[models.WebhookEndpoint] = []

    def render(endpoint: models.WebhookEndpoint) -> str:
        made.append(endpoint)
        return ""

    new = NewWebhook(
        owner=owner,
        url=url,
        types=types,
        sealed_secret=bank.webhook_secrets.create(),
        position=position,
    )
    await bank.store.webhooks.create(new, None, render, origin=THE_BANK)
    return made[0]
