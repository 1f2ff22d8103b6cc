"""python -m bankapp."""

import sys

from bankapp.cli import main

sys.exit(main())
