"""The generator's README documents what there is."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from sqlc_gen_psycopg.builtin_types import BUILT_IN
from sqlc_gen_psycopg.emit.bodies import COMMANDS
from sqlc_gen_psycopg.options import Options, Override, describe_options


@pytest.fixture(scope="module")
def readme() -> str:
    return (Path(__file__).parents[2] / "README.md").read_text()


def test_every_option_is_in_the_table(readme: str) -> None:
    [table] = re.findall(
        r"\| option \| default \| \|\n\|---\|---\|---\|\n(.*?)\n\n", readme, re.DOTALL
    )
    documented = re.findall(r"^\| `(\w+)` \| `?(.*?)`? \|", table, re.MULTILINE)
    assert [name for name, _ in documented] == [known.name for known in fields(Options)]
    for name, default in documented:
        [known] = [known for known in fields(Options) if known.name == name]
        if default not in ("required", "[]", "{}"):
            assert str(known.default).lower() == default.lower()


def test_every_option_is_in_the_help() -> None:
    described = describe_options()
    for known in (*fields(Options), *fields(Override)):
        assert f"  {known.name} " in described


def test_defaults_are_written_as_in_the_configuration() -> None:
    described = describe_options()
    assert "list it in the plugin's `env` [DATABASE_URL]" in described
    assert "one Params object [4]" in described
    assert "emit a Protocol beside every querier [false]" in described


def test_every_key_of_an_override_is_explained(readme: str) -> None:
    for known in fields(Override):
        assert f"`{known.name}" in readme


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_explained(readme: str, command: str) -> None:
    assert f"`{command}`" in readme


def test_every_type_is_in_the_table(readme: str) -> None:
    for known in BUILT_IN.values():
        name = known.annotation.partition("[")[0].split(" | ")[0]
        module = name.rpartition(".")[0] or f"psycopg.types.{name.lower()}"
        assert f"`{name}`" in readme or f"of `{module}`" in readme or f"`{module}.{name}`" in readme
