"""Roles of users, and how they compare. The schema declares them, each above those before it."""

from typing import Final, TypeAlias

from gen import enums

Role: TypeAlias = enums.Role

_RANKS: Final = {role: rank for rank, role in enumerate(Role)}


def includes(role: Role, other: Role) -> bool:
    """Whether `role` may do all that `other` may."""
    return _RANKS[role] >= _RANKS[other]


def exceeds(role: Role, other: Role) -> bool:
    """Whether `role` may do more than `other` may."""
    return _RANKS[role] > _RANKS[other]
