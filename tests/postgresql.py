"""The PostgreSQL that the tests run on: of `PGBIN`, or of the installed package."""

import os
from pathlib import Path
from typing import Final

from bankapp.postgres.embedded import find_binaries

_PGBIN: Final = os.environ.get("PGBIN")
BINARIES: Final = find_binaries(Path(_PGBIN) if _PGBIN else None)
