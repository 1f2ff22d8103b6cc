"""Reading the text of PostgreSQL's parse trees."""

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator_tests.project import Server
from sqlc_gen_psycopg.pg_trees import Node, NodeTreeError, parse_node_tree, walk


def _node(text: str) -> Node:
    node = parse_node_tree(text)
    assert isinstance(node, Node)
    return node


def test_fields_of_every_kind() -> None:
    node = _node(
        '{VAR :varno 2 :name a\\ b :none <> :empty "" :flag true :rels (b 3 4) :no (b) '
        ":oids (o 16 17) :numbers (i 1 2) :child {X} :list ({X} <> {Y :a 1}) :relkind r}"
    )
    assert node.kind == "VAR"
    assert node.number("varno") == 2
    assert node.text("name") == "a b"
    assert node.text("none") == ""
    assert node.node("none") is None
    assert node.flag("flag")
    assert node.members("rels") == {3, 4}
    assert node.members("no") == node.members("absent") == frozenset()
    assert node.numbers("oids") == (16, 17)
    assert node.numbers("numbers") == (1, 2)
    assert node.child("child").kind == "X"
    assert [one.kind for one in node.nodes("list")] == ["X", "Y"]
    assert node.nodes("none") == node.nodes("absent") == ()
    assert node.number("absent") == 0
    assert [one.kind for one in walk(node)] == ["VAR", "X", "X", "Y"]


def test_constant() -> None:
    node = _node("{CONST :constisnull false :constvalue 4 [ 1 0 -1 0 ] :location -1}")
    assert node.bytes("constvalue") == b"\1\0\xff\0"
    assert node.number("location") == -1
    assert _node("{CONST :constvalue <>}").bytes("constvalue") == b""


def test_strings_of_lists_are_quoted() -> None:
    assert parse_node_tree('("a" "b\\ \\(c" ("d"))') == ("a", "b (c", ("d",))


@pytest.mark.parametrize(
    "text", ["", "{", "(", "{X :a", "{X :a 1", "{X a 1}", "{X :a 4 [ 1", "({X}", "{X :a 1 2}"]
)
def test_what_is_no_tree(text: str) -> None:
    with pytest.raises(NodeTreeError):
        parse_node_tree(text)


@pytest.mark.parametrize("read", ["number", "child"])
def test_field_of_another_kind(read: str) -> None:
    with pytest.raises(NodeTreeError):
        getattr(_node("{X :a ({Y})}"), read)("a")


@given(name=st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=9))
def test_any_name_comes_back(name: str, sqlc_server: Server) -> None:
    quoted = name.replace('"', '""')
    with psycopg.connect(sqlc_server.url("postgres")) as connection:
        connection.execute(f'CREATE TEMP VIEW v AS SELECT 1 AS "{quoted}"'.encode())
        row = connection.execute(
            "SELECT ev_action::text FROM pg_rewrite WHERE ev_class = 'pg_temp.v'::regclass"
        ).fetchone()
        connection.rollback()
    assert row
    names = [
        node.text("resname") for node in walk(parse_node_tree(row[0])) if "resname" in node.fields
    ]
    assert names == [name]
