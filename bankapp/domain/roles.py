"""Who may do what, in three words."""

from enum import StrEnum


class Role(StrEnum):
    """The later the role, the more it may do; each may do all that the ones before it may."""

    DEPOSITOR = "depositor"
    BANKER = "banker"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do what `other` may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)

    def exceeds(self, other: "Role") -> bool:
        """Whether this role may do more than `other` may."""
        return self is not other and self.includes(other)
