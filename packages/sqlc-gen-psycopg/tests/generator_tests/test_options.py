"""The options of the plugin."""

import pytest

from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.options import Options, parse_options


def test_defaults() -> None:
    assert parse_options({"package": "gen"}) == Options(
        package="gen",
        emit_sync_querier=False,
        emit_async_querier=False,
        query_parameter_limit=4,
        inflection_exclude_table_names=(),
    )


def test_all_given() -> None:
    assert parse_options(
        {
            "package": "bank.gen",
            "emit_sync_querier": True,
            "emit_async_querier": True,
            "query_parameter_limit": 0,
            "inflection_exclude_table_names": ["news"],
        }
    ) == Options(
        package="bank.gen",
        emit_sync_querier=True,
        emit_async_querier=True,
        query_parameter_limit=0,
        inflection_exclude_table_names=("news",),
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({}, "'package' is required", id="no package"),
        pytest.param({"package": ""}, "'package' is required", id="an empty package"),
        pytest.param({"package": 1}, "'package' cannot be 1", id="a number as package"),
        pytest.param(
            {"package": "gen", "emit_exact": True},
            "unknown option 'emit_exact' in sqlc's configuration; known are package, emit_sync_",
            id="an unknown option",
        ),
        pytest.param(
            {"package": "gen", "emit_async_queriers": True},
            "'emit_async_queriers' in sqlc's configuration; did you mean 'emit_async_querier'?",
            id="nearly an option",
        ),
        pytest.param(
            {"package": "gen", "overrides": [{"dbtype": "jsonb", "py_type": "str"}]},
            "unknown key of an override 'dbtype' in sqlc's configuration; did you mean 'db_type'?",
            id="nearly a key of an override",
        ),
        pytest.param(
            {"package": "gen", "emit_sync_querier": "yes"},
            "'emit_sync_querier' cannot be 'yes'",
            id="text for a boolean",
        ),
        pytest.param(
            {"package": "gen", "emit_async_querier": 1},
            "'emit_async_querier' cannot be 1",
            id="a number for a boolean",
        ),
        pytest.param(
            {"package": "gen", "query_parameter_limit": True},
            "'query_parameter_limit' cannot be True",
            id="a boolean for a number",
        ),
        pytest.param(
            {"package": "gen", "query_parameter_limit": None},
            "'query_parameter_limit' cannot be None",
            id="null for a number",
        ),
        pytest.param(
            {"package": "gen", "inflection_exclude_table_names": "news"},
            "'inflection_exclude_table_names' cannot be 'news'",
            id="text for a list",
        ),
        pytest.param(
            {"package": "gen", "emit_sync_querier": True, "emit_async_reads": True},
            "'emit_async_reads' needs 'emit_async_querier'",
            id="reads without their querier",
        ),
    ],
)
def test_refusals(options: dict[str, object], message: str) -> None:
    with pytest.raises(GeneratorError, match=message):
        parse_options(options)
