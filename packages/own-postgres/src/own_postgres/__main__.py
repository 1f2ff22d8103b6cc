"""python -m own_postgres COMMAND: run it with a throwaway server's DATABASE_URL."""

import os
import subprocess
import sys

from own_postgres import find_binaries, throwaway_server


def main() -> int:
    """Run the command given as arguments; its exit code."""
    with throwaway_server(find_binaries(None)) as server:
        environment = {**os.environ, "DATABASE_URL": server.url("postgres")}
        environment["PATH"] = f"{server.binaries}{os.pathsep}{environment.get('PATH', '')}"
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
