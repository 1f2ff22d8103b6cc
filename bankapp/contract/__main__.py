"""python -m bankapp.contract write|verify CLIENT OPENAPI ASYNCAPI SCHEMA PROTO NUMBERS."""

import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

USAGE = """\
usage: python -m bankapp.contract write CLIENT OPENAPI ASYNCAPI SCHEMA PROTO NUMBERS
           write the client, both documents, the GraphQL schema and the .proto files with their
           descriptors, and append to the numbers, unless nothing they are made of has changed
       python -m bankapp.contract verify CLIENT OPENAPI ASYNCAPI SCHEMA PROTO NUMBERS
           fail when they are not what would be written, or when the schema breaks clients of the
           released one, which stands beside the numbers"""
# Holds the digest of the last `write`. Comparing it takes 0.05 s; loading the bank takes 1.5 s.
STAMP: Final = Path(sys.prefix, ".contract")


class Places(NamedTuple):
    """Where the client, the documents, both schemas and the numbers of one are."""

    client: Path
    openapi: Path
    asyncapi: Path
    schema: Path
    proto: Path
    numbers: Path

    @property
    def released_schema(self) -> Path:
        """The schema that clients rely on, until the next release."""
        return self.numbers.with_name("released.graphql")

    @classmethod
    def of(cls, paths: Sequence[str]) -> "Places":
        """The places that the arguments name."""
        return cls(*map(Path, paths))


def main() -> int:
    """Exit codes: 0; 1 if a file differs from its newly written text; 2 for a wrong call."""
    match sys.argv[1:]:
        case ["write", _, _, _, _, _, _] as arguments:
            return _write(Places.of(arguments[1:]))
        case ["verify", _, _, _, _, _, _] as arguments:
            return _verify(Places.of(arguments[1:]))
        case _:
            print(USAGE, file=sys.stderr)
            return 2


def _write(places: Places) -> int:
    if STAMP.exists() and STAMP.read_text() == _digest(places):
        return 0
    try:
        files = _files(places)
    except (AttributeError, ImportError) as error:
        # Expected after a query was renamed: its callers are changed next. `verify` does fail.
        kept = ", ".join(map(str, places))
        print(f"{kept} stay, for the bank does not load: {error}", file=sys.stderr)
        return 0
    for path in _leftovers(places, files):
        path.unlink()
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    STAMP.write_text(_digest(places))
    return 0


def _verify(places: Places) -> int:
    files = _files(places)
    wrong = _leftovers(places, files) | {
        path for path, content in files.items() if not path.exists() or path.read_bytes() != content
    }
    for path in sorted(wrong):
        print(f"{path} is not what `make generate` writes", file=sys.stderr)
    broken = _broken(places.released_schema, files[places.schema].decode())
    for change in broken:
        print(f"{places.released_schema} is broken: {change}", file=sys.stderr)
    return 1 if wrong or broken else 0


def _broken(released: Path, schema: str) -> Sequence[str]:
    from bankapp.contract.graphql import breaking_changes  # noqa: PLC0415 - loads the whole bank

    return breaking_changes(released.read_text(), schema)


def _leftovers(places: Places, files: Mapping[Path, bytes]) -> set[Path]:
    return _folders(places) - files.keys()


def _folders(places: Places) -> set[Path]:
    """The files in the folders that hold nothing else."""
    protos = (path for path in places.proto.rglob("*") if path.is_file())
    return {*places.client.glob("*.py"), *protos}


def _digest(places: Places) -> str:
    """A digest of everything that goes into the contract, and of all that is written."""
    digest = hashlib.sha256()
    singles = (places.openapi, places.asyncapi, places.schema, places.numbers)
    for path in sorted({*_sources(), *_folders(places), *singles}):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield from Path("bankapp").rglob("*.py")
    yield from Path("bankapp").rglob("*.json")
    # Responses name classes of no other generated module.
    yield Path("gen/enums.py")
    yield Path("gen/models.py")
    yield Path("uv.lock")


def _files(places: Places) -> Mapping[Path, bytes]:
    # Loads the whole bank, gen/ included.
    from bankapp.api.http.openapi.document import render_document  # noqa: PLC0415
    from bankapp.contract.asyncapi import render_asyncapi  # noqa: PLC0415
    from bankapp.contract.client import client_files  # noqa: PLC0415
    from bankapp.contract.graphql import render_schema  # noqa: PLC0415
    from bankapp.contract.proto.build import DESCRIPTORS, build_descriptors  # noqa: PLC0415
    from bankapp.contract.proto.files import proto_files  # noqa: PLC0415
    from bankapp.contract.proto.numbers import Numbers  # noqa: PLC0415

    numbers = Numbers(places.numbers.read_text())
    protos = proto_files(numbers)
    texts = {
        **{places.client / name: text for name, text in client_files().items()},
        places.openapi: render_document(),
        places.asyncapi: render_asyncapi(),
        places.schema: render_schema(),
        **{places.proto / path: text for path, text in protos.items()},
        places.numbers: numbers.render(),
    }
    encoded = {path: text.encode() for path, text in texts.items()}
    return {**encoded, places.proto / DESCRIPTORS: build_descriptors(protos)}


if __name__ == "__main__":
    sys.exit(main())
