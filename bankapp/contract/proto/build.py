"""The descriptors of the `.proto` files, which the gRPC door loads and clients can be given."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Final

DESCRIPTORS: Final = "bank.binpb"


def build_descriptors(files: Mapping[PurePath, str]) -> bytes:
    """A FileDescriptorSet of the files and of those they import.

    Raises CalledProcessError when they are not well-formed; buf says where.
    """
    buf = Path(sys.prefix, "bin", "buf")
    with TemporaryDirectory() as directory:
        for path, text in files.items():
            target = Path(directory, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        wanted = ("--as-file-descriptor-set", "--exclude-source-info", "--output", "-#format=binpb")
        built = subprocess.run(
            [buf, "build", *wanted], cwd=directory, check=True, stdout=subprocess.PIPE
        )
    return built.stdout
