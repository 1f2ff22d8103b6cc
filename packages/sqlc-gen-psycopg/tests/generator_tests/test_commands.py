"""The commands beyond :one, :many, :exec and :execrows, in every kind of model, run for real."""

import base64
import datetime
import json
import os
import uuid
from collections.abc import AsyncGenerator, Generator
from decimal import Decimal
from importlib import import_module
from inspect import isawaitable
from pathlib import Path
from typing import Any, get_type_hints

import psycopg
import pytest
from psycopg.rows import dict_row

from generator_tests.project import Project, Server, create_database, write_project
from generator_tests.requests import importable
from sqlc_gen_psycopg.generation import generate

SHOP = Path(__file__).parent / "shop"
NOW = datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC)


def compiled(
    directory: Path, server: Server, *, plugin: str = "sqlc-gen-psycopg", **options: object
) -> Project:
    """The shop compiled with these options."""
    options = {"emit_async_querier": True, **options}
    schema, items = (SHOP / "schema.sql").read_text(), (SHOP / "items.sql").read_text()
    queries = {"items.sql": items}
    project = write_project(directory, server, schema, queries, plugin=plugin, **options)
    done = project.run("sqlc", "generate")
    assert done.returncode == 0, done.stderr
    return project


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sqlc_server: Server) -> Project:
    return compiled(tmp_path_factory.mktemp("shop") / "shop", sqlc_server)


@pytest.fixture(scope="session")
def shop_url(sqlc_server: Server) -> str:
    return create_database(sqlc_server, f"shop_{os.getpid()}", (SHOP / "schema.sql").read_text())


@pytest.fixture(scope="module")
def items(shop: Project) -> Generator[Any]:
    with importable("shop", shop.directory):
        yield import_module("shop.items")


@pytest.fixture(params=["sync", "async"])
async def q(request: pytest.FixtureRequest, items: Any, shop_url: str) -> AsyncGenerator[Any]:
    """A querier on a connection whose work is rolled back."""
    if request.param == "sync":
        with psycopg.connect(shop_url) as connection:
            yield items.Querier(connection)
            connection.rollback()
    else:
        async with await psycopg.AsyncConnection.connect(shop_url) as connection:
            yield items.AsyncQuerier(connection)
            await connection.rollback()


async def settled(result: Any) -> Any:
    """What a method returns, sync or async; of an iterator all it yields."""
    if isawaitable(result):
        return await result
    if hasattr(result, "__aiter__"):
        return [item async for item in result]
    is_cursor = hasattr(result, "rowcount")
    return list(result) if hasattr(result, "__next__") and not is_cursor else result


def item(items: Any, number: int, **changes: Any) -> Any:
    fields: dict[str, Any] = {
        "id": number,
        "name": f'item {number}\t\\ " é',
        "colour": None,
        "price": Decimal("1.50"),
        "tags": ["a", None, "b,c"],
        "counts": [1, None, 2**31 - 1],
        "details": {"n": [number, None], "text": "\\"},
        "added_at": NOW,
    }
    return items.CopyItemsParams(**{**fields, **changes})


async def test_copied_rows_come_back_as_they_went(q: Any, items: Any) -> None:
    models, green = items.models, items.enums.Colour.GREEN
    rows = [item(items, 1, colour=green), item(items, 2, counts=None)]
    assert await settled(q.copy_items(rows=rows)) == 2
    first, second = await settled(q.find_items(rows=[1, 2]))
    assert first == models.Item(
        1,
        'item 1\t\\ " é',
        green,
        Decimal("1.50"),
        ["a", None, "b,c"],
        [1, None, 2**31 - 1],
        None,
        None,
        None,
        None,
        {"n": [1, None], "text": "\\"},
        NOW,
    )
    assert (second.colour, second.counts) == (None, None)


async def test_one_column_is_copied_from_plain_values(q: Any) -> None:
    assert await settled(q.copy_names(rows=(name for name in ("x", "y", "z")))) == 3
    assert await settled(q.copy_names(rows=[])) == 0
    assert len(await settled(q.stream_ids())) == 3


async def test_a_batch_runs_for_every_row(q: Any, items: Any) -> None:
    await settled(q.copy_items(rows=[item(items, number) for number in range(1, 4)]))
    renamed = [items.RenameItemsParams(name=f"new {number}", id=number) for number in (1, 2, 9)]
    assert await settled(q.rename_items(rows=renamed)) == 2
    found = await settled(q.find_items(rows=[2, 9, 1]))
    assert [row and row.name for row in found] == ["new 2", None, "new 1"]
    ranges = [items.FindNamesBetweenParams(first_id=a, last_id=b) for a, b in ((1, 2), (8, 9))]
    assert await settled(q.find_names_between(rows=ranges)) == [["new 1", "new 2"], []]


async def test_a_result_is_the_cursor(q: Any, items: Any) -> None:
    await settled(q.copy_items(rows=[item(items, 1), item(items, 2)]))
    cursor = await settled(q.raise_prices(amount=Decimal(1)))
    assert (cursor.rowcount, cursor.statusmessage) == (2, "UPDATE 2")


def test_the_rows_of_a_connection_do_not_matter(items: Any, shop_url: str) -> None:
    """Where its rows are dicts, ours are not."""
    with psycopg.Connection[dict[str, Any]].connect(shop_url, row_factory=dict_row) as connection:
        import_module("shop.registration").register_types(connection)
        q = items.Querier(connection)
        q.copy_items(rows=[item(items, 1)])
        assert q.paint_item(colours=[], id=1) == []
        cursor = q.raise_prices(amount=Decimal(1))
        assert cursor.execute("SELECT 1").fetchone() == (1,)
        connection.rollback()


async def registered(q: Any, items: Any) -> None:
    """Tell the connection of the types of the schema."""
    registration = import_module("shop.registration")
    is_async = isinstance(q, items.AsyncQuerier)
    register = registration.register_types_async if is_async else registration.register_types
    await settled(register(q._connection))  # noqa: SLF001 - made by the fixture


async def test_arrays_of_enums_come_back_as_they_went(q: Any, items: Any) -> None:
    await registered(q, items)
    await settled(q.copy_items(rows=[item(items, 1)]))
    red, green = items.enums.Colour
    for colours in ([red, None, green, red], [], None):
        assert await settled(q.paint_item(colours=colours, id=1)) == colours
        [found] = await settled(q.find_items(rows=[1]))
        assert found.colours == colours


async def test_what_is_unknown_to_the_connection_is_no_value(q: Any, items: Any) -> None:
    """It comes as text: better an error than text that is typed as a class or as a list."""
    await settled(q.copy_items(rows=[item(items, 1)]))
    carton = items.models.Carton(None, None, None)
    with pytest.raises(TypeError, match=r"call register_types of shop\.registration"):
        await settled(q.pack_item(carton=carton, id=1))
    with pytest.raises(TypeError, match=r"call register_types of shop\.registration"):
        await settled(q.paint_item(colours=[], id=1))
    assert await settled(q.pack_item(carton=None, id=1)) is None


async def test_a_stream_yields_what_many_returns(q: Any, items: Any) -> None:
    await settled(q.copy_items(rows=[item(items, number) for number in range(1, 6)]))
    streamed = await settled(q.stream_items(after_id=1))
    assert [row.id for row in streamed] == [2, 3, 4, 5]
    assert isinstance(streamed[0], items.models.Item)


KINDS: list[dict[str, Any]] = [
    {"model_type": "dataclass", "emit_frozen_models": True},
    {"model_type": "attrs"},
    {"model_type": "attrs", "emit_frozen_models": True},
    {"model_type": "msgspec"},
    {"model_type": "msgspec", "emit_frozen_models": True},
    {"model_type": "namedtuple"},
    {"emit_pydantic_models": True},
    {"model_type": "pydantic", "emit_frozen_models": True},
    {"emit_str_enum": False, "emit_querier_protocol": True, "emit_sql_as_comment": True},
]


@pytest.fixture(scope="module")
def message(
    tmp_path_factory: pytest.TempPathFactory, sqlc_server: Server
) -> Generator[dict[str, Any]]:
    """What sqlc sends for the shop, so that other options need no other run of it."""
    directory = tmp_path_factory.mktemp("message")
    plugin = directory / "keep"
    kept = directory / "message.json"
    plugin.write_text(f"#!/bin/sh\ncat > '{kept}'\necho '{{}}'\n")
    plugin.chmod(0o755)
    compiled(directory / "shop", sqlc_server, plugin=str(plugin))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOP_DATABASE_URL", sqlc_server.url("postgres"))
        yield json.loads(kept.read_text())


def written(message: dict[str, Any], directory: Path, options: dict[str, Any]) -> str:
    """The shop with other options, as a package in `directory`; its name."""
    name = f"shop_{uuid.uuid4().hex}"
    options = {"package": name, "emit_sync_querier": True, "emit_async_querier": True, **options}
    options["database_url_env"] = "SHOP_DATABASE_URL"
    encoded = base64.b64encode(json.dumps(options).encode()).decode()
    settings = {**message["settings"], "codegen": {**message["settings"]["codegen"], "out": name}}
    sent = {**message, "plugin_options": encoded, "settings": settings}
    answer = json.loads(generate(json.dumps(sent).encode()))
    (directory / name).mkdir()
    for file in answer["files"]:
        (directory / name / file["name"]).write_bytes(base64.b64decode(file["contents"]))
    return name


@pytest.mark.parametrize("options", KINDS, ids=str)
def test_every_kind_of_model_runs(
    options: dict[str, Any], message: dict[str, Any], tmp_path: Path, shop_url: str
) -> None:
    name = written(message, tmp_path, options)
    with importable(name, tmp_path), psycopg.connect(shop_url) as connection:
        made = import_module(f"{name}.items")
        import_module(f"{name}.registration").register_types(connection)
        models, q = made.models, made.Querier(connection)
        red, green = made.enums.Colour
        label = models.Label(text='"a", (b)', colours=[red, None])
        carton = models.Carton(width=Decimal("1.5"), colour=green, labels=[label, None])
        assert q.copy_items(rows=[item(made, 1)]) == 1
        assert q.pack_item(carton=carton, id=1) == carton
        [found] = q.find_items(rows=[1])
        assert (found.id, found.tags, found.carton) == (1, ["a", None, "b,c"], carton)
        assert q.pack_item(carton=None, id=1) is None
        if options.get("emit_frozen_models"):
            with pytest.raises((AttributeError, ValueError)):
                found.id = 2
        connection.rollback()


def test_every_kind_of_model_is_typed(message: dict[str, Any], tmp_path: Path) -> None:
    packages = [written(message, tmp_path, options) for options in KINDS]
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    project = Project(tmp_path, "")
    for command in (["mypy", "--strict", "--no-incremental"], ["pyright"]):
        typed = project.run(*command, *packages)
        assert typed.returncode == 0, typed.stdout


def test_names_and_unused_models(message: dict[str, Any], tmp_path: Path) -> None:
    options = {"omit_unused_structs": True, "emit_exact_table_names": True}
    name = written(message, tmp_path, {**options, "rename": {"colour": "tint"}})
    models = (tmp_path / name / "models.py").read_text()
    assert "class Items:" in models
    assert "class Tint(StrEnum)" in (tmp_path / name / "enums.py").read_text()
    assert models.count("tint: enums.Tint | None") == 2
    assert "What an item is sent in." in models
    assert "Unused" not in models


async def test_overrides(tmp_path: Path, sqlc_server: Server, shop_url: str) -> None:
    """A JSON document as a class of one's own, and one column as another type."""
    (tmp_path / "codec.py").write_text(
        "from dataclasses import dataclass\n"
        "from typing import Any\n"
        "from psycopg.types.json import Jsonb\n\n\n"
        "@dataclass\nclass Details:\n    text: str\n\n\n"
        "class Label(tuple[str, Any]):\n    pass\n\n\n"
        "def decode(document: Any) -> Details:\n    return Details(document['text'])\n\n\n"
        "def encode(details: Details) -> Jsonb:\n    return Jsonb({'text': details.text})\n"
    )
    overrides = [
        {
            "db_type": "jsonb",
            "py_type": "codec.Details",
            "py_import": "codec",
            "decode": "codec.decode",
            "encode": "codec.encode",
        },
        {"column": "public.items.pri*", "py_type": "float", "decode": "float"},
        {"column": "makers.contacts", "py_type": "str", "decode": "str.upper"},
        {"db_type": "label", "py_type": "codec.Label", "decode": "codec.Label", "encode": "tuple"},
    ]
    project = compiled(tmp_path / "shop_overridden", sqlc_server, overrides=overrides)
    with (
        importable("shop_overridden", project.directory),
        importable("codec", tmp_path),
        psycopg.connect(shop_url) as connection,
    ):
        made, codec = import_module("shop_overridden.items"), import_module("codec")
        q = made.Querier(connection)
        assert q.copy_items(rows=[item(made, 1, details=codec.Details("x"))]) == 1
        [found] = q.find_items(rows=[1])
        assert found.details == codec.Details("x")
        assert (found.price, type(found.price)) == (1.5, float)
        import_module("shop_overridden.registration").register_types(connection)
        carton = made.models.Carton(None, None, [codec.Label(("a", ["red"])), None])
        assert q.pack_item(carton=carton, id=1) == carton
        connection.rollback()


def test_wrong_option_stops_sqlc(tmp_path: Path, sqlc_server: Server) -> None:
    with pytest.raises(AssertionError, match="unknown option 'emit_everything'"):
        compiled(tmp_path / "shop_wrong", sqlc_server, emit_everything=True)


async def test_what_the_database_knows(q: Any, items: Any) -> None:
    """An embed under an outer join is None, or the model; what can be NULL is, and is typed so."""
    models = items.models
    hints = get_type_hints(items.GetSummaryRow)
    assert hints == {
        "count": int,
        "max_price": Decimal | None,
        "max_or_zero": Decimal,
        "contact": str | None,
    }
    assert get_type_hints(items.ListItemsWithMakerRow)["maker"] == models.Maker | None
    assert get_type_hints(models.Maker)["contacts"] == list[str | None] | None
    assert get_type_hints(models.MakerPrice)["total"] == Decimal | None
    assert get_type_hints(models.MakerPrice)["item_count"] is int
    empty = await settled(q.get_summary(maker_id=1))
    assert empty == items.GetSummaryRow(0, None, Decimal(0), None)
    maker = models.Maker(1, "Ada", "ada@example.com", None, items.enums.Colour.RED)
    await settled(q.insert_maker(id=1, name="Ada", contact=maker.contact, favourite="red"))
    grid = [[1, 2], [3, None]]
    await settled(q.insert_item(name="made", price=Decimal(2), grid=grid, maker_id=1))
    await settled(q.insert_item(name="found", price=Decimal(3), grid=None, maker_id=None))
    made, found = await settled(q.list_items_with_maker())
    assert (made.item.name, made.item.grid, made.maker) == ("made", grid, maker)
    assert (found.item.name, found.item.grid, found.maker) == ("found", None, None)
    assert (await settled(q.get_summary(maker_id=1))).contact == "ada@example.com"
    [price] = await settled(q.list_maker_prices())
    assert (price.total, price.item_count) == (Decimal(2), 1)


async def test_marks_at_a_column_decide(q: Any, items: Any) -> None:
    """`AS "name?"` and `AS "name!"` are taken at their word, and the name is without them."""
    assert get_type_hints(items.GetMarkedRow) == {"at_most": int | None, "first_id": int}
    await settled(q.insert_item(name="x", price=Decimal(1), grid=None, maker_id=None))
    marked = await settled(q.get_marked())
    assert (marked.at_most, type(marked.first_id)) == (1, int)
