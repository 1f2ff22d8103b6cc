"""The table of the GraphQL door: the operations that it serves, and those that it does not."""

from collections.abc import Mapping
from typing import Final

from bankapp.api.graphql.names import is_read, root_field
from bankapp.operations.catalog import HEALTH, OPERATIONS
from bankapp.operations.operation import Operation

# The operations that are not served, by name, and the reasons.
LEFT_OUT: Final[Mapping[str, str]] = {
    operation.name: "probes ask for it over HTTP" for operation in HEALTH
}
SERVED: Final = tuple(operation for operation in OPERATIONS if operation.name not in LEFT_OUT)
QUERIES: Final[Mapping[str, Operation]] = {
    root_field(operation): operation for operation in SERVED if is_read(operation)
}
MUTATIONS: Final[Mapping[str, Operation]] = {
    root_field(operation): operation for operation in SERVED if not is_read(operation)
}
