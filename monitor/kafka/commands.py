"""Commands over Kafka: records of a topic, whose replies come in a topic of the monitor's own."""

import asyncio
from concurrent.futures import Future
from typing import Any, Final, cast

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from bankapp_client import Unreachable, problems
from bankapp_client.kafka import COMMAND_TOPIC, KafkaClient
from monitor.bank import Bank
from monitor.kafka.brokers import Config

# A command that is begun within this time is answered, or known to have ended, within the time that
# the sender of commands waits before it asks the feed.
TIMEOUT_S: Final = 8.0
RESEND_AFTER_S: Final = 3.0
_ADMIN_TIMEOUT_S: Final = 5.0


class KafkaCommands:
    """Commands over Kafka, as the user of a session with the bank."""

    def __init__(
        self, bank: Bank, config: Config, reply_topic: str, command_topic: str = COMMAND_TOPIC
    ) -> None:
        self._bank = bank
        self._config = config
        self._reply_topic = reply_topic
        self._command_topic = command_topic
        self._client: KafkaClient | None = None
        self._connecting = asyncio.Lock()

    async def freeze_account(self, account_id: int, *, key: str) -> dict[str, Any]:
        """Freeze an account; the reply. Raises ClientError."""
        client = await self._connected()
        try:
            account = await client.freeze_account(account_id)
        except (problems.TokenExpired, problems.Unauthenticated):
            await self._bank.renew()
            account = await client.freeze_account(account_id)
        return {"account": account.model_dump(mode="json"), "key": key, "over": "kafka"}

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _connected(self) -> KafkaClient:
        """The client, which is connected when it is first needed."""
        async with self._connecting:
            if self._client is None:
                await asyncio.to_thread(self._ensure_topic)
                client = KafkaClient(
                    brokers=str(self._config["bootstrap.servers"]),
                    token=self._bank.access_token,
                    reply_topic=self._reply_topic,
                    command_topic=self._command_topic,
                    timeout_s=TIMEOUT_S,
                    resend_after_s=RESEND_AFTER_S,
                    config=self._config,
                )
                await client.connect()
                self._client = client
            return self._client

    def _ensure_topic(self) -> None:
        """Create the topic of replies if it is missing; the bank creates none."""
        admin = AdminClient(self._config)
        try:
            if self._reply_topic in admin.list_topics(timeout=_ADMIN_TIMEOUT_S).topics:
                return
            wanted = NewTopic(self._reply_topic, num_partitions=1, replication_factor=-1)
            created = admin.create_topics([wanted], request_timeout=_ADMIN_TIMEOUT_S)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            cast("Future[None]", created[self._reply_topic]).result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise Unreachable("the topic of replies cannot be created") from error
