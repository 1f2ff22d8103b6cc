"""A small project through the real sqlc and the real plugin to a real PostgreSQL."""

import datetime
import ipaddress
import json
import re
import shutil
import sys
import uuid
from collections.abc import AsyncGenerator, Generator
from decimal import Decimal
from importlib import import_module
from inspect import isawaitable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from generator_tests.conftest import LIBRARY
from generator_tests.project import Project, Server
from generator_tests.requests import importable

# Never run: type checkers prove here what the generated code promises.
USE = """\
import datetime
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar, assert_type

from library import Query, books, enums, models, queries

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def use(q: queries.Queries, arg: books.InsertBookParams) -> None:
    assert_type(q.authors.insert_author(name="A", born=None), models.Author)
    assert_type(q.authors.get_author(id=1), models.Author | None)
    assert_type(q.authors.rename_author(new_name="B", old_name="A"), None)
    assert_type(q.authors.delete_authors(ids=(1, None)), int)
    assert_type(q.authors.count_authors(), int)
    assert_type(q.authors.get_oldest_birthday(), datetime.date | None)
    assert_type(q.authors.list_names(), list[str])
    assert_type(q.books.insert_book(arg).other_genre, enums.Genre | None)
    for row in q.books.list_books_with_author():
        assert_type(row.book.tags, list[str | None])
        assert_type(row.book.scores, list[int | None] | None)
        assert_type(row.book.details, Any)
        assert_type(row.book.isbn, uuid.UUID | None)
        assert_type(row.author, models.Author)
        assert_type(row.shouted, str | None)
    for title in q.books.list_titles():
        assert_type((title.name, title.title), tuple[str, str | None])
        assert_type(title.genre, enums.Genre | None)
    assert_type(q.books.list_genres(wanted=None), list[enums.Genre])


async def use_async(q: queries.AsyncQueries) -> None:
    assert_type(await q.authors.get_author(id=1), models.Author | None)
    assert_type(await q.authors.delete_authors(ids=[1]), int)
    assert_type(await q.books.list_titles_between(pages=1, pages_2=2), list[str])


def count(query: Query, call: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    def counted(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        print(query.name, query.reads_only)
        return call(*args, **kwargs)

    return counted


def count_async(
    query: Query, call: Callable[Arguments, Awaitable[Result]]
) -> Callable[Arguments, Awaitable[Result]]:
    async def counted(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        print(query.module, query.method, query.sql)
        return await call(*args, **kwargs)

    return counted


assert_type(queries.wrapped_queries(count, count), type[queries.Queries])
assert_type(queries.wrapped_async_queries(count_async), type[queries.AsyncQueries])
assert_type(queries.QUERIES["GetAuthor"], Query)
"""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory, sqlc_server: Server) -> Project:
    """The library, generated. Tests that change it take a copy."""
    directory = tmp_path_factory.mktemp("generated") / "with a space"
    shutil.copytree(LIBRARY, directory)
    (directory / "use.py").write_text(USE)
    # sqlc names its database by the schema's hash, and two of it at once would both create it.
    with (directory / "schema.sql").open("a") as schema:
        schema.write(f"-- {uuid.uuid4()}\n")
    project = Project(directory, sqlc_server.url("postgres"))
    done = project.run("sqlc", "generate")
    assert done.returncode == 0, done.stderr
    return project


@pytest.fixture
def project(generated: Project, tmp_path: Path) -> Project:
    """A copy of the generated library, to change."""
    return generated.copy(tmp_path / "copy")


@pytest.fixture(scope="module")
def package(generated: Project) -> Generator[Any]:
    """The generated package, imported."""
    with importable("library", generated.directory):
        import_module("library.queries")
        yield import_module("library")


class Caller:
    """Calls queries of either flavour the same way."""

    def __init__(self, queries: Any, connection: Any) -> None:
        self._queries = queries
        self._connection = connection

    async def __call__(self, query: str, *args: Any, **kwargs: Any) -> Any:
        """Run `file.query`."""
        file, _, name = query.partition(".")
        result = getattr(getattr(self._queries, file), name)(*args, **kwargs)
        return await result if isawaitable(result) else result


@pytest.fixture(params=["sync", "async"])
async def call(
    request: pytest.FixtureRequest, package: Any, library_url: str
) -> AsyncGenerator[Caller]:
    """The generated queries on a connection whose work is rolled back."""
    if request.param == "sync":
        with psycopg.connect(library_url) as connection:
            yield Caller(package.queries.Queries(connection), connection)
            connection.rollback()
    else:
        async with await psycopg.AsyncConnection.connect(library_url) as connection:
            yield Caller(package.queries.AsyncQueries(connection), connection)
            await connection.rollback()


def book(package: Any, **given: Any) -> Any:
    """What insert_book takes; what matters is given."""
    nothing = dict.fromkeys(
        ["other_genre", "from_", "price", "scores", "isbn", "cover", "weight", "reader", "loan"]
    )
    return package.books.InsertBookParams(
        **{
            **nothing,
            "title": "Untitled",
            "genre": package.enums.Genre.NOVEL,
            "pages": 1,
            "tags": [],
            "details": {},
            "is_lent": False,
            **given,
        }
    )


async def test_every_command(call: Caller) -> None:
    born = datetime.date(1797, 8, 30)
    author = await call("authors.insert_author", name="Shelley", born=born)
    assert (author.name, author.born) == ("Shelley", born)
    assert await call("authors.get_author", id=author.id) == author
    assert await call("authors.get_author", id=-1) is None
    assert await call("authors.rename_author", new_name="M. S.", old_name="Shelley") is None
    assert await call("authors.list_names") == ["M. S."]
    assert await call("authors.count_authors") == 1
    assert await call("authors.get_oldest_birthday") == born
    assert await call("authors.delete_authors", ids=[author.id, None, 2**40]) == 1
    assert await call("authors.list_names") == []
    assert await call("authors.get_oldest_birthday") is None


async def test_every_value_comes_back_as_it_went(call: Caller, package: Any) -> None:
    author = await call("authors.insert_author", name="Shelley", born=None)
    given = book(
        package,
        author_id=author.id,
        genre=package.enums.Genre.N2ND_HAND,
        other_genre=package.enums.Genre.SAY__HI_,
        from_="a friend",
        price=Decimal("12.50"),
        pages=280,
        tags=("old", None, "signed, {by} her"),
        scores=[1, None, 40_000],
        details={"lent": [1, None, "é"]},
        isbn=uuid.UUID(int=1),
        cover=b"\0\xff",
        weight=0.25,
        is_lent=True,
        reader=ipaddress.ip_interface("10.0.0.1/8"),
        loan=datetime.timedelta(days=2, minutes=1),
    )
    stored = await call("books.insert_book", given)
    for field in package.books.InsertBookParams.__slots__:
        expected = getattr(given, field)
        if field == "tags":
            expected = list(expected)
        assert getattr(stored, field) == expected
        assert type(getattr(stored, field)) is type(expected)


async def test_null_comes_back_as_none(call: Caller, package: Any) -> None:
    author = await call("authors.insert_author", name="Anonymous", born=None)
    stored = await call("books.insert_book", book(package, author_id=author.id))
    assert stored.other_genre is stored.from_ is stored.scores is stored.isbn is None


async def test_embeds_and_columns_of_one_name_stay_apart(call: Caller, package: Any) -> None:
    authors = [await call("authors.insert_author", name=name, born=None) for name in "AB"]
    books = [
        await call("books.insert_book", book(package, author_id=author.id, title="Straße"))
        for author in reversed(authors)
    ]
    rows = await call("books.list_books_with_author")
    assert [row.book for row in rows] == books
    assert [row.author for row in rows] == authors[::-1]
    assert [(row.id, row.id_2) for row in rows] == [(book.id, book.author_id) for book in books]
    assert [row.shouted for row in rows] == ["STRAßE", "STRAßE"]


async def test_outer_join_gives_none(call: Caller, package: Any) -> None:
    author = await call("authors.insert_author", name="Silent", born=None)
    row = package.books.ListTitlesRow(name="Silent", title=None, genre=None)
    assert await call("books.list_titles") == [row]
    await call("books.insert_book", book(package, author_id=author.id, title="At last"))
    [row] = await call("books.list_titles")
    assert (row.title, row.genre) == ("At last", package.enums.Genre.NOVEL)


async def test_enum_as_parameter_and_as_value(call: Caller, package: Any) -> None:
    author = await call("authors.insert_author", name="Verne", born=None)
    genre = package.enums.Genre
    for one in (genre.NOVEL, genre.SCIENCE_FICTION):
        await call("books.insert_book", book(package, author_id=author.id, genre=one))
    assert await call("books.list_genres", wanted=genre.SCIENCE_FICTION) == [genre.SCIENCE_FICTION]
    both = await call("books.list_genres", wanted=None)
    assert [type(one) for one in both] == [genre, genre]


async def test_parameters_of_one_name_stay_apart(call: Caller, package: Any) -> None:
    author = await call("authors.insert_author", name="A", born=None)
    for pages in (9, 10, 20, 21):
        await call(
            "books.insert_book",
            book(package, author_id=author.id, pages=pages, title=str(pages)),
        )
    assert await call("books.list_titles_between", pages=10, pages_2=20) == ["10", "20"]


async def test_text_of_a_query_reaches_the_server_unchanged(call: Caller) -> None:
    assert await call("books.get_quoted", word="a") == 'a 100% \\ """ $2 \'é\''


async def test_reserved_names_of_columns(call: Caller, package: Any) -> None:
    assert await call("books.get_odds") == package.books.GetOddsRow(
        class_=1, _2nd=2, a_b=3, self_=4
    )


def test_enums_need_no_psycopg(generated: Project) -> None:
    code = "import sys, library.enums; print('psycopg' in sys.modules, library.enums.Genre.NOVEL)"
    assert generated.run("python", "-c", code).stdout == "False novel\n"


def test_list_of_queries(package: Any) -> None:
    """Of each what runs it. Whether they only read nobody knows: no database was asked."""
    listed = package.queries.QUERIES.values()
    files = (LIBRARY / "queries").glob("*.sql")
    written = {
        (path.stem, name)
        for path in files
        for name in re.findall(r"^-- name: (\w+) ", path.read_text(), re.MULTILINE)
    }
    assert {(query.module, query.name) for query in listed} == written
    for query in listed:
        module = getattr(package, query.module)
        assert callable(getattr(module.Querier, query.method))
        assert f" /* {query.name} */" in query.sql
        assert query.sql == getattr(module, query.method.upper())
        assert not query.reads_only


def test_comments_of_the_schema_become_docstrings(package: Any) -> None:
    assert package.models.Author.__doc__ == 'Who writes; "they" may use \\ and """ here'
    assert '"""NULL when nobody knows"""' in Path(package.models.__file__).read_text()


def test_comments_of_a_query_become_its_docstring(package: Any) -> None:
    for querier in (package.authors.Querier, package.authors.AsyncQuerier):
        lines = [line.strip() for line in querier.insert_author.__doc__.splitlines()]
        assert lines[:3] == ['Somebody "new".', "", 'A second paragraph, with \\ and """ in it.']


def test_ruff_has_nothing_to_say(generated: Project, pytestconfig: pytest.Config) -> None:
    config = ("--no-cache", "--quiet", "--config", str(pytestconfig.rootpath / "pyproject.toml"))
    ignored = ("--ignore", "E501,PLR0913")  # as for gen/ in pyproject.toml
    for command in (("check", *ignored), ("format", "--check")):
        done = generated.run("ruff", *command, *config, "library")
        assert done.returncode == 0, done.stdout


def test_mypy_strict_proves_the_types(generated: Project, pytestconfig: pytest.Config) -> None:
    cache = pytestconfig.cache.mkdir("mypy-of-the-library")
    done = generated.run("mypy", "--strict", f"--cache-dir={cache}", "library", "use.py")
    assert done.returncode == 0, done.stdout


def test_pyright_strict_proves_the_types(generated: Project) -> None:
    done = generated.run("pyright", "--warnings", "--pythonpath", sys.executable)
    assert done.returncode == 0, done.stdout


def test_generating_elsewhere_gives_the_same_bytes(generated: Project, project: Project) -> None:
    shutil.rmtree(project.out)
    done = project.run("sqlc", "generate")
    assert done.returncode == 0, done.stderr
    assert project.files() == generated.files()


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        pytest.param(
            "SELECT name\n",
            "SELECT nam\n",
            r'queries/authors.sql:35:8: column "nam"',
            id="a misspelled column, found by sqlc",
        ),
        pytest.param(
            "-- name: ListNames :many",
            "-- name: ListNames :execlastid",
            "queries/authors.sql:34: ListNames: :execlastid is not supported",
            id="a command without a Python counterpart, found by the plugin",
        ),
    ],
)
def test_mistake_is_located_and_changes_nothing(
    project: Project, right: str, wrong: str, complaint: str
) -> None:
    file = project.directory / "queries" / "authors.sql"
    assert right in file.read_text()
    file.write_text(file.read_text().replace(right, wrong))
    before = project.files()
    done = project.run("sqlc", "generate")
    assert done.returncode != 0
    assert complaint in done.stderr
    assert project.files() == before


def test_module_of_a_deleted_query_file_is_found_and_deleted(project: Project) -> None:
    by_hand = project.out / "by_hand.py"
    by_hand.write_text("# Mine.\n")
    (project.directory / "queries" / "books.sql").unlink()
    assert project.run("sqlc", "generate").returncode == 0
    assert "books.py" not in json.loads((project.out / "manifest.json").read_text())["files"]

    found = project.run("sqlc-gen-psycopg", "check", "library")
    assert found.returncode == 1
    left_over, guessed = found.stderr.splitlines()
    assert left_over == "library/books.py: left over, its query file is gone"
    assert guessed.startswith("no database was asked")

    pruned = project.run("sqlc-gen-psycopg", "prune", "library")
    assert (pruned.returncode, pruned.stderr) == (0, "")
    assert pruned.stdout == "deleted library/books.py: its query file is gone\n"
    assert set(project.files()) == {
        "__init__.py",
        "authors.py",
        "by_hand.py",
        "manifest.json",
        "enums.py",
        "models.py",
        "queries.py",
    }
    assert by_hand.read_text() == "# Mine.\n"
    assert project.run("sqlc-gen-psycopg", "check", "library").returncode == 0


def test_without_asking_the_database_it_says_what_it_guessed(generated: Project) -> None:
    """This project does not list DATABASE_URL in the plugin's `env`."""
    manifest = json.loads((generated.out / "manifest.json").read_text())
    assert "books.sql: ListBooksWithAuthor" in manifest["guessed"]
