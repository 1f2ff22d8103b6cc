"""From SQL names to Python names."""

import keyword
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlc_gen_psycopg import names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("owner", "owner", id="a plain name stays"),
        pytest.param("a b-c", "a_b_c", id="what no name may hold becomes an underscore"),
        pytest.param("2nd", "_2nd", id="a leading digit gets an underscore"),
        pytest.param("", "_", id="an empty name becomes an underscore"),
        pytest.param("_x", "_x", id="a leading underscore stays"),
        pytest.param("__x", "_x", id="of two one is left"),
        pytest.param("from", "from_", id="a reserved word gets an underscore"),
        pytest.param("None", "None_", id="a reserved constant gets an underscore"),
        pytest.param("self", "self_", id="self is taken by the method"),
        pytest.param("type", "type", id="a soft keyword stays"),
        pytest.param("größe", "größe", id="letters of any language stay"),
    ],
)
def test_identifier(name: str, expected: str) -> None:
    assert names.identifier(name) == expected


@given(st.text(st.characters(max_codepoint=127)))
@settings(database=None, derandomize=True)
def test_every_ascii_text_gives_an_identifier(text: str) -> None:
    for name in (names.identifier(text), names.snake_case(text), names.class_name(text)):
        assert name.isidentifier()
        assert not keyword.iskeyword(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("GetAccount", "get_account", id="words are parted"),
        pytest.param("GetAccountByIBAN", "get_account_by_iban", id="a final acronym is one word"),
        pytest.param("GetIBANOfAccount", "get_iban_of_account", id="an inner acronym is one word"),
        pytest.param("GetTop10Accounts", "get_top10_accounts", id="a digit ends its word"),
        pytest.param("get_account", "get_account", id="snake case stays"),
        pytest.param("Import", "import_", id="a reserved word gets an underscore"),
    ],
)
def test_snake_case(name: str, expected: str) -> None:
    assert names.snake_case(name) == expected
    assert names.constant_name(name) == expected.upper()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("transfer_kind", "TransferKind", id="words are joined"),
        pytest.param("GetAccount", "GetAccount", id="a class name stays"),
        pytest.param("old-new kind", "OldNewKind", id="any separator parts words"),
        pytest.param("level_2", "Level2", id="a digit may end it"),
        pytest.param("2nd_level", "N2ndLevel", id="a leading digit gets a letter"),
        pytest.param("__meta", "Meta", id="leading underscores go"),
        pytest.param("_", "N", id="nothing is left"),
        pytest.param("none", "None_", id="a reserved word gets an underscore"),
    ],
)
def test_class_name(name: str, expected: str) -> None:
    assert names.class_name(name) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param("accounts", "account", id="s goes"),
        pytest.param("entries", "entry", id="ies becomes y"),
        pytest.param("addresses", "address", id="sses becomes ss"),
        pytest.param("boxes", "box", id="xes becomes x"),
        pytest.param("batches", "batch", id="ches becomes ch"),
        pytest.param("address", "address", id="ss stays"),
        pytest.param("status", "status", id="us stays"),
        pytest.param("analysis", "analysis", id="is stays"),
        pytest.param("staff", "staff", id="no s stays"),
    ],
)
def test_singular(table: str, expected: str) -> None:
    assert names.singular(table) == expected


@pytest.mark.parametrize(
    ("given_names", "expected"),
    [
        pytest.param(("id", "name"), ("id", "name"), id="different names stay"),
        pytest.param(("id", "id", "id"), ("id", "id_2", "id_3"), id="later ones are numbered"),
        pytest.param(("id", "id_2", "id"), ("id", "id_2", "id_3"), id="a taken number is skipped"),
        pytest.param(("id", "id", "id_2"), ("id", "id_2", "id_2_2"), id="a number may be taken"),
    ],
)
def test_distinct(given_names: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert names.distinct(given_names) == expected


@given(st.lists(st.sampled_from(["a", "a_2", "a_2_2", "a_3"])))
@settings(database=None, derandomize=True)
def test_distinct_names_differ(given_names: list[str]) -> None:
    distinct = names.distinct(given_names)
    assert len(distinct) == len(set(distinct)) == len(given_names)


LABELS = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("_-+ aA1")), max_size=5)


@given(st.lists(LABELS, min_size=1, max_size=6, unique=True))
def test_every_label_becomes_a_member(labels: list[str]) -> None:
    members = names.distinct(map(names.member_name, labels))
    body = "".join(
        f"    {member} = {label!r}\n" for member, label in zip(members, labels, strict=True)
    )
    made: dict[str, Any] = {"StrEnum": StrEnum}
    exec(f"class E(StrEnum):\n{body}", made)
    assert [member.value for member in made["E"]] == labels
