"""Health checks as probes ask for them: grpc.health.v1.Health."""

from typing import Final, TypeAlias

import grpc
from google.protobuf.message import DecodeError
from grpc.aio import ServicerContext
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from bankapp.api.grpc.methods import PACKAGE, SERVED
from bankapp.operations import health
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Visitor
from bankapp.operations.exchange import Exchange
from bankapp.operations.serving import perform

_Context: TypeAlias = ServicerContext[bytes, bytes]

SERVICE: Final = "grpc.health.v1.Health"
LIVENESS: Final = "liveness"  # whether the process answers; the other names ask for readiness
_NAMES: Final = {"", LIVENESS, *(f"{PACKAGE}.{method.service}" for method in SERVED)}


def health_handler(bank: Bank) -> grpc.GenericRpcHandler:
    """The service with `Check`.

    There is no `Watch`: its streams would last, for anybody. Clients take that for healthy.
    """

    async def check(message: bytes, context: _Context) -> bytes:
        try:
            name = HealthCheckRequest.FromString(message).service
        except DecodeError:
            context.set_code(grpc.StatusCode.INVALID_ARGUMENT)
            return b""
        if name not in _NAMES:
            context.set_code(grpc.StatusCode.NOT_FOUND)
            return b""
        is_serving = name == LIVENESS or await _is_ready(bank)
        status = HealthCheckResponse.SERVING if is_serving else HealthCheckResponse.NOT_SERVING
        return HealthCheckResponse(status=status).SerializeToString()

    handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
        "Check": grpc.unary_unary_rpc_method_handler(check)
    }
    return grpc.method_handlers_generic_handler(SERVICE, handlers)


async def _is_ready(bank: Bank) -> bool:
    operation = health.check_readiness
    with Exchange("RPC", {}) as exchange:
        exchange.operation = operation.name
        visitor = Visitor.at_door(None, "", exchange.request_id)
        try:
            await perform(bank, operation, visitor, operation.request())
        except Exception as error:  # noqa: BLE001 - whatever it is, requests would fail
            exchange.refuse(error)
            exchange.status = 503
            return False
        exchange.status = 200
        return True
