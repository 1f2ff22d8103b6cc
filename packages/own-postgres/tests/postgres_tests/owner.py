"""A process that owns an embedded server until its standard input closes."""

import sys
from pathlib import Path

from own_postgres import EmbeddedError, EmbeddedServer
from postgres_tests.processes import BINARIES

# Survives the death of every process, as these tests need; not that of the machine.
QUICK = {"fsync": "off"}


def main() -> int:
    """Print the server's URL once it runs, or on standard error why it does not."""
    server = EmbeddedServer(Path(sys.argv[1]), BINARIES, QUICK)
    try:
        server.start()
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    print(server.url("postgres"), flush=True)
    sys.stdin.read()
    server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
