"""The descriptors of the door's messages, which `make generate` wrote."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool

from bankapp.api.grpc.methods import PACKAGE, Method

_PATH: Final = Path(str(files("gen")), "proto", "bank.binpb")


@cache
def descriptor_files() -> FileDescriptorSet:
    """The files, and those they import."""
    return FileDescriptorSet.FromString(_PATH.read_bytes())


@cache
def _pool() -> DescriptorPool:
    pool = DescriptorPool()  # of its own: a client in this process has classes of these names
    for file in descriptor_files().file:
        pool.Add(file)
    return pool


def messages_of(method: Method) -> tuple[Descriptor, Descriptor]:
    """The request and the response of a method."""
    service = _pool().FindServiceByName(f"{PACKAGE}.{method.service}")
    described = service.FindMethodByName(method.name)
    return described.input_type, described.output_type
