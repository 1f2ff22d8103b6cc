"""The doors that the suite runs over."""

from typing import Final

from tests.doors.door import DoorUnderTest
from tests.doors.graphql import GRAPHQL
from tests.doors.grpc import GRPC
from tests.doors.http import HTTP
from tests.doors.kafka import KAFKA

DOORS: Final[tuple[DoorUnderTest, ...]] = (HTTP, GRAPHQL, GRPC, KAFKA)
