"""Sends a message to the server of a webhook, signed, and says how that turned out."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from bankapp import tuning
from bankapp.auth.webhook_secrets import SecretMaker, sign
from bankapp.domain import limits
from bankapp.domain.webhooks import SCHEDULE, Answer, Outcome, Schedule
from bankapp.egress.interface import Egress, EgressFailed, OutgoingRequest
from bankapp.telemetry import metrics
from gen import models

_GONE: Final = 410
_THROTTLING: Final = (429, 503)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent: an event of the feed, or a ping. A receiver knows it by its `id`."""

    id: str
    body: bytes = field(repr=False)


class Sender:
    """Sends by the egress, with the secrets of the endpoint. `schedule` says how long it waits."""

    def __init__(
        self, egress: Egress, secrets: SecretMaker, *, schedule: Schedule = SCHEDULE
    ) -> None:
        self.egress = egress
        self._secrets = secrets
        self.schedule = schedule

    async def send(self, endpoint: models.WebhookEndpoint, message: Message) -> Answer:
        """How the server of an endpoint took a message. Raises ValueError for a lost secret."""
        timestamp = int(time.time())
        signature = sign(self._secrets_of(endpoint), message.id, timestamp, message.body)
        request = OutgoingRequest(
            method="POST",
            url=endpoint.url,
            headers={
                "Content-Type": "application/json",
                "webhook-id": message.id,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": signature,
            },
            body=message.body,
            timeout_s=self.schedule.timeout_s,
            answer_bytes_max=tuning.WEBHOOK_ANSWER_BYTES_MAX,
        )
        with metrics.WEBHOOK_DURATION.time():
            answer = await self._ask(request)
        metrics.WEBHOOK_TRIES.labels(answer.outcome).inc()
        return answer

    async def _ask(self, request: OutgoingRequest) -> Answer:
        try:
            answer = await self.egress.send(request)
        except EgressFailed:
            return Answer(outcome=Outcome.FAILED, status=None)
        return read_answer(answer.status, answer.headers)

    def _secrets_of(self, endpoint: models.WebhookEndpoint) -> Sequence[str]:
        found = [self._secrets.open(endpoint.sealed_secret)]
        previous, until = endpoint.sealed_previous_secret, endpoint.previous_until
        if previous is not None and until is not None and until > datetime.now(UTC):
            found.append(self._secrets.open(previous))
        return found


def read_answer(status: int, headers: Mapping[str, str]) -> Answer:
    """What an answer means. A redirect is a failure, because nobody follows it."""
    if 200 <= status < 300:
        return Answer(outcome=Outcome.DONE, status=status)
    if status == _GONE:
        return Answer(outcome=Outcome.GONE, status=status)
    wait = _wait(headers.get("retry-after"))
    if status in _THROTTLING and wait is not None:
        return Answer(outcome=Outcome.THROTTLED, status=status, wait=wait)
    return Answer(outcome=Outcome.FAILED, status=status)


def _wait(retry_after: str | None) -> timedelta | None:
    """For how long a server asks to wait; None if it says nothing that can be read."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdecimal() and len(retry_after) <= 9:
        wait = timedelta(seconds=int(retry_after))
    else:
        try:
            until = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        wait = until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)
    return min(max(wait, timedelta(seconds=1)), limits.WEBHOOK_WAIT_MAX)
