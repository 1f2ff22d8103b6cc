"""The table of the gRPC door: the operations that it serves, and those that it does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bankapp.domain import limits
from bankapp.operations.catalog import HEALTH, OPERATIONS
from bankapp.operations.ledger import batches
from bankapp.operations.operation import Operation

PACKAGE: Final = "bank.v1"


@dataclass(frozen=True, slots=True)
class Method:
    """An operation as a method of a service, and how many bytes its request may have."""

    operation: Operation
    request_bytes_max: int = limits.BODY_BYTES_MAX

    @property
    def service(self) -> str:
        """The name of the service, without the package."""
        return f"{camel_case(self.operation.division)}Service"

    @property
    def name(self) -> str:
        """The name of the method."""
        return camel_case(self.operation.name)

    @property
    def request(self) -> str:
        """The name of the message that is sent. It is of this method alone, so that it can grow."""
        return f"{self.name}Request"


def camel_case(name: str) -> str:
    """`create_transfer` as `CreateTransfer`."""
    return "".join(map(str.capitalize, name.split("_")))


# The operations that are not served, by name, and the reasons.
LEFT_OUT: Final[Mapping[str, str]] = {
    operation.name: "grpc.health.v1.Health tells it, as probes ask" for operation in HEALTH
}
_LARGE: Final = {batches.create_batch.name: limits.BATCH_BYTES_MAX}
SERVED: Final[tuple[Method, ...]] = tuple(
    Method(operation, _LARGE.get(operation.name, limits.BODY_BYTES_MAX))
    for operation in OPERATIONS
    if operation.name not in LEFT_OUT
)
