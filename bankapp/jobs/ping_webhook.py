"""The job that sends a webhook a message that is no event."""

import json
import uuid
from datetime import UTC, datetime

from bankapp.domain.jobs import PingWebhook
from bankapp.jobs.context import JobContext
from bankapp.webhooks.sender import Message


async def ping_webhook(job: PingWebhook, context: JobContext) -> None:
    """Send it, and note with the webhook how it was answered; nothing where webhooks are off."""
    store, sender = context.bank.store, context.webhook_sender
    endpoint = await store.read.webhook_endpoints.get_webhook_endpoint(id=job.webhook_id)
    if endpoint is None or sender is None:
        return
    content = {
        "type": "webhook.ping",
        "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "data": {"webhook_id": endpoint.id},
    }
    message = Message(id=f"ping-{uuid.uuid4()}", body=json.dumps(content).encode())
    answer = await sender.send(endpoint, message)
    await store.deliveries.note_ping(endpoint.id, answer.status)
