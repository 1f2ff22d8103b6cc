"""Prints the OpenAPI document, for `make generate`.

With `--after-line` it waits for a line on standard input first, with all loaded meanwhile that does
not depend on gen/: that may be half written until then. Without a line it prints nothing.
"""

import sys
from importlib import import_module

_BESIDE_GEN = (
    "bankapp.api.http.problems",
    "bankapp.auth.codes",
    "bankapp.auth.passwords",
    "bankapp.auth.tokens",
    "bankapp.operations.fields",
    "psycopg_pool",
)


def main() -> int:
    """The exit code: 1 where nothing was printed."""
    if "--after-line" in sys.argv:
        for name in _BESIDE_GEN:
            import_module(name)
        if not sys.stdin.readline():
            return 1
    document = import_module("bankapp.api.http.openapi.document")
    print(document.render_document(), end="")
    return 0


sys.exit(main())
