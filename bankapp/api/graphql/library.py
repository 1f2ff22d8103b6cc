"""The library without its types, where they are of generic classes without arguments.

Strict checkers take those for unknown, and everything that they touch.
"""

from typing import Any, Final, TypeAlias, cast

import graphql

library: Final[Any] = cast("Any", graphql)
# A type of output or input, and what executes an operation.
OutputType: TypeAlias = Any
InputType: TypeAlias = Any
Executor: TypeAlias = Any
