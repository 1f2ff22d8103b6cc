"""The PostgreSQL that the tests run on: of `PGBIN`, or of the installed package."""

import os
from pathlib import Path
from typing import Final

from own_postgres import find_binaries

_PGBIN: Final = os.environ.get("PGBIN")
BINARIES: Final = find_binaries(Path(_PGBIN) if _PGBIN else None)
# Survives the death of every process, as tests of processes need; not that of the machine.
QUICK: Final = {"fsync": "off"}
