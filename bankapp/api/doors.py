"""The doors of the bank: each is a folder and one line here."""

from typing import Final

from bankapp.api.door import Door
from bankapp.api.graphql.door import GraphqlDoor
from bankapp.api.grpc import door as grpc
from bankapp.api.http import door as http

DOORS: Final[dict[str, Door]] = {"http": http.HttpDoor(GraphqlDoor), "grpc": grpc.DOOR}
# For operators, at an address that customers cannot reach; every process serves its own.
METRICS: Final[Door] = http.METRICS_DOOR
