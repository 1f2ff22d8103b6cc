"""Reflection: the door tells the tools of developers what it serves."""

from typing import Any, Final

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.reflection import SERVICE_NAME, aio

from bankapp.api.grpc.descriptors import descriptor_files
from bankapp.api.grpc.health import SERVICE as HEALTH
from bankapp.api.grpc.methods import PACKAGE, SERVED

_SERVICES: Final = (
    *dict.fromkeys(f"{PACKAGE}.{method.service}" for method in SERVED),
    HEALTH,
    SERVICE_NAME,
)


def reflection_handler() -> grpc.GenericRpcHandler:
    """The service of reflection over all services of the door."""
    pool = DescriptorPool()
    for file in descriptor_files().file:
        pool.Add(file)
    for known in (health_pb2.DESCRIPTOR, reflection_pb2.DESCRIPTOR):
        pool.AddSerializedFile(known.serialized_pb)
    servicer: Any = aio.ReflectionServicer(_SERVICES, pool)
    handler = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        reflection_pb2.ServerReflectionRequest.FromString,
        reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    return grpc.method_handlers_generic_handler(SERVICE_NAME, {"ServerReflectionInfo": handler})
