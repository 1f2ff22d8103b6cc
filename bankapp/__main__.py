"""python -m bankapp."""

import sys

from bankapp.cli.parser import main

sys.exit(main())
