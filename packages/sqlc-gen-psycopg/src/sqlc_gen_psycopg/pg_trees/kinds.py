"""The numbers that stand for kinds in PostgreSQL's parse trees, as its nodes.h and parsenodes.h."""

from enum import IntEnum


class CommandType(IntEnum):
    """`commandType` of a QUERY or of an action of MERGE."""

    SELECT = 1
    UPDATE = 2
    INSERT = 3
    DELETE = 4
    MERGE = 5
    UTILITY = 6
    NOTHING = 7


class EntryKind(IntEnum):
    """`rtekind` of an entry of the range table: the source of its columns."""

    RELATION = 0
    SUBQUERY = 1
    JOIN = 2
    FUNCTION = 3
    TABLE_FUNCTION = 4
    VALUES = 5
    CTE = 6
    GROUP = 9


class JoinType(IntEnum):
    """`jointype` of a join."""

    INNER = 0
    LEFT = 1
    FULL = 2
    RIGHT = 3
