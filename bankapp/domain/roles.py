"""Who may do what, in three words."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The later the role, the more it may do; each may do all that the ones before it may."""

    DEPOSITOR = "depositor"
    BANKER = "banker"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do what `other` may."""
        return _RANKS[self] >= _RANKS[other]

    def exceeds(self, other: "Role") -> bool:
        """Whether this role may do more than `other` may."""
        return self is not other and self.includes(other)


_RANKS: Final = {role: rank for rank, role in enumerate(Role)}
