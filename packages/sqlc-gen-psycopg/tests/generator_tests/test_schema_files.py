"""Which files sqlc reads, and how it calls the database that it makes of them."""

from pathlib import Path

import pytest

from sqlc_gen_psycopg.schema_files import managed_database, sql_files


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("b/2.sql", "b/1.sql", "b/.3.sql", "b/1.down.sql", "b/note.md", "b/in/4.sql"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    for name in ("b-c/5.sql", "a.sql"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("paths", "files"),
    [
        pytest.param(["a.sql"], ["a.sql"], id="a file"),
        pytest.param(["b"], ["b/1.sql", "b/2.sql"], id="what lies right in a folder"),
        pytest.param(["b", "a.sql"], ["b/1.sql", "b/2.sql", "a.sql"], id="as they are listed"),
        pytest.param(["b*/*.sql"], ["b/1.sql", "b/2.sql", "b-c/5.sql"], id="folder by folder"),
        pytest.param(["b/**.sql"], ["b/1.sql", "b/2.sql"], id="two stars are one"),
        pytest.param(["b/[^1].sql"], ["b/2.sql"], id="none of these signs"),
        pytest.param(["[ab]"], ["b/1.sql", "b/2.sql"], id="a folder that a pattern finds"),
        pytest.param(["c", "c/*"], [], id="nothing there"),
    ],
)
@pytest.mark.parametrize("is_absolute", [False, True])
def test_files(folder: Path, paths: list[str], files: list[str], *, is_absolute: bool) -> None:
    start = f"{folder}/" if is_absolute else ""
    assert sql_files([start + path for path in paths]) == [Path(start + file) for file in files]


EMPTY = "sqlc_managed_cbf29ce484222325"


@pytest.mark.parametrize(
    ("content", "same"),
    [
        pytest.param(b"a\nb\n", b"a\nb", id="the end of the last line"),
        pytest.param(b"a\r\nb", b"a\nb", id="carriage returns"),
        pytest.param(b"a\n-- migrate:down\nb", b"a", id="dbmate"),
        pytest.param(b"a\n-- +goose Down\nb", b"a", id="goose"),
        pytest.param(b"a\n-- +migrate Down\nb", b"a", id="sql-migrate"),
        pytest.param(b"a\n---- create above / drop below ----\nb", b"a", id="tern"),
        pytest.param(b"a\n\\restrict key\nb", b"a\nb", id="a command of psql"),
        pytest.param(b"a\n" + b"b" * 65_536 + b"\nc", b"a", id="a line that is too long"),
    ],
)
def test_what_of_a_file_counts(folder: Path, content: bytes, same: bytes) -> None:
    (folder / "a.sql").write_bytes(content)
    (folder / "b/1.sql").write_bytes(same)
    name = managed_database(["a.sql"])
    assert name == managed_database(["b/1.sql"])
    assert name != EMPTY


@pytest.mark.parametrize(
    ("content", "name"),
    [
        # All but the number are of the tables that go with the definition of FNV.
        pytest.param(b"", EMPTY, id="empty"),
        pytest.param(b"a", "sqlc_managed_af63bd4c8601b7be", id="a letter"),
        pytest.param(b"10", "sqlc_managed_08329707b4eb895a", id="a number that begins with 0"),
        pytest.param(b"foobar", "sqlc_managed_340d8765a4dda9c2", id="a word"),
    ],
)
def test_name(folder: Path, content: bytes, name: str) -> None:
    (folder / "a.sql").write_bytes(content)
    assert managed_database(["a.sql"]) == name


def test_no_files_make_no_name(folder: Path) -> None:
    assert folder.is_dir()
    assert managed_database(["elsewhere"]) is None
