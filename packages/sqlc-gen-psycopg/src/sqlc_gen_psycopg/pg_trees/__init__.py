"""PostgreSQL's parse trees of queries: asks a server for them, reads them, names their numbers."""

from sqlc_gen_psycopg.pg_trees.kinds import CommandType, EntryKind, JoinType
from sqlc_gen_psycopg.pg_trees.node_tree import (
    Node,
    NodeTreeError,
    Value,
    nodes_of,
    parse_node_tree,
    walk,
)
from sqlc_gen_psycopg.pg_trees.server import (
    Description,
    ResultColumn,
    TreeError,
    describe,
    fetch_trees,
)

__all__ = [
    "CommandType",
    "Description",
    "EntryKind",
    "JoinType",
    "Node",
    "NodeTreeError",
    "ResultColumn",
    "TreeError",
    "Value",
    "describe",
    "fetch_trees",
    "nodes_of",
    "parse_node_tree",
    "walk",
]
