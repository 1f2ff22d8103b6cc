"""The wheel of the generator, installed by itself, compiles a project of somebody else.

The project is a shop for records that sells tickets, too; its tables, enums and domains are in two
schemas, neither of which is on the search_path.
"""

import datetime
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from generator_tests.project import BIN, Project, Server
from generator_tests.requests import importable
from generator_tests.test_commands import settled

MUSIC = Path(__file__).parent / "music"
NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)

# Never run: type checkers prove here what the generated code promises.
USE = """\
import uuid
from collections.abc import Sequence
from decimal import Decimal
from datetime import UTC, datetime
from typing import assert_type

from music import albums, concerts, enums, models, orders, queries, reads, stock

NOW = datetime.now(UTC)


def use(q: queries.Queries, product_id: uuid.UUID) -> None:
    assert_type(q.albums.get_artist(id=1), models.CatalogArtist | None)
    for album in q.albums.list_albums_with_label():
        assert_type(album.album, models.CatalogAlbum)
        assert_type(album.label, models.CatalogLabel | None)
    for rating in q.albums.list_ratings():
        assert_type((rating.review_count, rating.average), tuple[int, Decimal | None])
    grid: Sequence[Sequence[int]] = [[1, 2], [3, 4]]
    assert_type(q.stock.set_stock(product_id=product_id, quantity=1, shelves=grid), int)
    for level in q.stock.list_stock(ids=[product_id]):
        assert_type(level.stock_level, models.CatalogStockLevel | None)
    standing = enums.BookingSeatClass.STANDING
    seat = concerts.CopySeatsParams(hall_id=1, number=1, class_=standing)
    assert_type(q.concerts.copy_seats([seat]), int)
    classes = q.concerts.list_classes_of_hall(hall_id=1)
    assert_type(classes, list[enums.BookingSeatClass | None] | None)
    for hall in q.concerts.list_halls_with(class_=standing):
        assert_type(hall.hall.classes, list[enums.BookingSeatClass | None])
        assert_type(hall.hall.has_class_before, list[enums.BookingSeatClass | None] | None)
    for sale in q.orders.list_sales():
        assert_type((sale.status, sale.sold), tuple[enums.BookingConcertStatus, int])
    for placed in q.orders.list_orders_of():
        assert_type(placed.customer.email, str | None)  # of a domain
        assert_type(placed.order, models.BookingOrder | None)
    balance = q.orders.get_balance(id=1)
    if balance is not None:
        assert_type((balance.email, balance.due), tuple[str | None, Decimal])
        assert_type(balance.paid, Decimal | None)


async def use_async(q: queries.AsyncQueries) -> None:
    assert_type(await q.orders.find_customers(["a@b"]), list[models.BookingCustomer | None])
    assert_type(await q.orders.list_tickets_of([1]), list[list[orders.ListTicketsOfRow]])
    async for track in q.albums.list_tracks(album_id=1):
        assert_type(track, models.CatalogTrack)
    assert_type(await q.albums.tag_albums([albums.TagAlbumsParams(1, 2)]), int)
    result = await q.stock.raise_prices(percent=Decimal(1), medium="LP")
    assert_type(result.rowcount, int)
    price = await q.stock.get_price_at(product_id=uuid.uuid4(), at=NOW)
    assert_type(price, stock.GetPriceAtRow | None)


def use_reads(read: reads.Reads) -> None:
    assert_type(read.albums.get_artist(id=1), models.CatalogArtist | None)
    for album in read.albums.list_albums_with_label():
        assert_type(album, albums.ListAlbumsWithLabelRow)


async def use_async_reads(read: reads.AsyncReads) -> None:
    assert_type(await read.albums.get_artist(id=1), models.CatalogArtist | None)
    for sale in await read.orders.list_sales():
        assert_type(sale.status, enums.BookingConcertStatus)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a virtual environment with the wheel, which sees what .venv has installed.

    Only .venv's folder of packages is added, not what is linked there: not our sources.
    """
    directory = tmp_path_factory.mktemp("installed")
    source = Path(__file__).parents[2]
    uv(directory, "build", "--wheel", "--out-dir", str(directory), str(source))
    [wheel] = directory.glob("*.whl")
    environment = directory / "venv"
    uv(directory, "venv", "--python", sys.executable, str(environment))
    python = environment / "bin" / "python"
    uv(directory, "pip", "install", "--no-deps", "--python", str(python), str(wheel))
    packages = next(environment.glob("lib/python*/site-packages"))
    [theirs] = [path for path in sys.path if path == str(Path(psycopg.__file__).parents[1])]
    (packages / "dependencies.pth").write_text(f"{theirs}\n")
    found = subprocess.run(
        [python, "-c", "import sqlc_gen_psycopg as it; print(it.__file__)"],
        cwd=directory,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(found.stdout).is_relative_to(packages)
    return environment / "bin"


def uv(directory: Path, *command: str) -> None:
    """Run uv with what it has in its cache, or else with the network."""
    for mode in ("--offline", "--quiet"):
        call = [BIN / "uv", *command, mode]
        done = subprocess.run(call, cwd=directory, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
    pytest.fail(f"uv {command[0]}: {done.stderr}")


@pytest.fixture(scope="module")
def project(
    installed: Path, tmp_path_factory: pytest.TempPathFactory, sqlc_server: Server
) -> Project:
    """The music shop, compiled by the plugin of the wheel."""
    directory = tmp_path_factory.mktemp("shops") / "of music"
    shutil.copytree(MUSIC, directory)
    (directory / "use.py").write_text(USE)
    (directory / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    # sqlc names its database by the schema's hash, and two of it at once would both create it.
    with (directory / "schema.sql").open("a") as schema:
        schema.write(f"-- {uuid.uuid4()}\n")
    config = directory / "sqlc.yaml"
    plugin = installed / "sqlc-gen-psycopg"
    config.write_text(config.read_text().replace("cmd: sqlc-gen-psycopg", f'cmd: "{plugin}"'))
    made = Project(directory, sqlc_server.url("postgres"))
    done = made.run("sqlc", "generate")
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def package(project: Project) -> Generator[Any]:
    with importable("music", project.directory):
        import_module("music.reads")
        yield import_module("music")


@pytest.fixture(scope="module")
def url(sqlc_server: Server) -> str:
    database = f"music_{os.getpid()}"
    with psycopg.connect(sqlc_server.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    with psycopg.connect(sqlc_server.url(database)) as connection:
        connection.execute((MUSIC / "schema.sql").read_bytes())
    return sqlc_server.url(database)


@pytest.fixture(params=["sync", "async"])
async def q(request: pytest.FixtureRequest, package: Any, url: str) -> AsyncGenerator[Any]:
    """All queries on a connection that knows our types; what a test writes is rolled back."""
    registration = import_module("music.registration")
    if request.param == "sync":
        with psycopg.connect(url) as connection:
            registration.register_types(connection)
            yield package.queries.Queries(connection)
            connection.rollback()
    else:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await registration.register_types_async(connection)
            yield package.queries.AsyncQueries(connection)
            await connection.rollback()


async def an_album(q: Any, package: Any, **changes: Any) -> Any:
    artist = await settled(
        q.albums.add_artist(name=str(uuid.uuid4()), country=None, aliases=[], active=None)
    )
    fields: dict[str, Any] = {
        "artist_id": artist.id,
        "label_id": None,
        "title": "Blue",
        "released_on": None,
        "barcode": None,
        "liner_notes": {},
    }
    arguments = package.albums.AddAlbumParams(**{**fields, **changes})
    return await settled(q.albums.add_album(arguments))


async def a_hall(q: Any, package: Any) -> Any:
    closed = Multirange([Range(datetime.date(2026, 1, 1), datetime.date(2026, 1, 8))])
    venue = await settled(
        q.concerts.add_venue(name="Odeon", city="Wien", opens=None, closed_during=closed)
    )
    assert venue.closed_during == closed
    seat = package.enums.BookingSeatClass
    classes, before = [seat.STALLS, seat.BALCONY], [None, seat.STANDING]
    return await settled(
        q.concerts.add_hall(
            venue_id=venue.id, name="Saal", classes=classes, has_class_before=before
        )
    )


async def a_concert(q: Any, package: Any) -> Any:
    hall = await a_hall(q, package)
    during = Range(NOON, NOON + HOUR)
    return await settled(
        q.concerts.plan_concert(hall_id=hall.id, title="Live", during=during, rider=["tea"])
    )


def test_types(project: Project, pytestconfig: pytest.Config) -> None:
    cache = pytestconfig.cache.mkdir("mypy-of-the-music")
    python = str(BIN / "python")
    for command in (
        ("mypy", "--strict", f"--cache-dir={cache}", "music", "use.py"),
        ("pyright", "--warnings", "--pythonpath", python),
    ):
        done = project.run(*command)
        assert done.returncode == 0, done.stdout


def test_nothing_was_guessed(project: Project) -> None:
    assert "guessed" not in (project.directory / "music" / "manifest.json").read_text()


def test_what_only_reads(package: Any) -> None:
    listed = package.queries.QUERIES
    reading = ["GetArtist", "ListTracks", "ListGenresBelow", "ListRatings", "GetPriceAt"]
    assert all(listed[name].reads_only for name in reading)
    writing = ["AddArtist", "CopyTracks", "TagAlbums", "SetStock", "TakeFromStock"]
    assert not any(listed[name].reads_only for name in writing)
    assert [name for name, one in listed.items() if one.is_stream] == ["ListTracks"]


def test_reads_run_where_the_callable_says(package: Any, url: str) -> None:
    """Here on a connection each, and twice."""
    pids: list[int] = []

    def run(query: Callable[[Any], Any]) -> Any:
        with psycopg.connect(url) as connection:
            pids.append(connection.info.backend_pid)
            queries = package.queries.Queries(connection)
            return query(queries), query(queries)

    read = package.reads.Reads(run)
    assert read.albums.get_artist(id=-1) == (None, None)
    assert read.orders.list_sales() == ([], [])
    assert len(set(pids)) == 2


async def test_awaited_reads_run_where_the_callable_says(package: Any, url: str) -> None:
    async def run(query: Callable[[Any], Awaitable[Any]]) -> Any:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            return await query(package.queries.AsyncQueries(connection))

    read = package.reads.AsyncReads(run)
    assert await read.albums.get_artist(id=-1) is None
    assert await read.albums.search_albums(part="x", released_after=None) == []


def test_no_query_that_writes_is_a_read(package: Any) -> None:
    read = package.reads.Reads(None)
    queries = {name for name in dir(read.albums) if not name.startswith("_")}
    assert queries == {
        "get_artist",
        "get_playing_time",
        "list_albums_with_label",
        "list_genres_below",
        "list_ratings",
        "search_albums",
    }


async def test_albums(q: Any, package: Any) -> None:
    models = package.models
    label = await settled(q.albums.add_label(name="Verve"))
    active = Range(datetime.date(1943, 1, 1), None)
    joni = await settled(
        q.albums.add_artist(name="Joni", country="CA", aliases=["J", None], active=active)
    )
    assert joni == models.CatalogArtist(joni.id, "Joni", "CA", ["J", None], active)
    assert await settled(q.albums.get_artist(id=joni.id)) == joni
    blue = await an_album(q, package, artist_id=joni.id, label_id=label, barcode="0123456789")
    hejira = await an_album(q, package, title="Hejira", liner_notes={"producer": "JM"})
    first, second = await settled(q.albums.list_albums_with_label())
    assert (first.album, first.label, first.artist) == (
        blue,
        models.CatalogLabel(label, "Verve", None),
        "Joni",
    )
    assert (second.album, second.label) == (hejira, None)
    found = await settled(q.albums.search_albums(part="HEJ", released_after=None))
    assert [(row.id, row.producer) for row in found] == [(hejira.id, "JM")]


async def test_tracks_and_genres(q: Any, package: Any) -> None:
    albums = package.albums
    album = await an_album(q, package)
    minutes = datetime.timedelta(minutes=4)
    tracks = [albums.CopyTracksParams(album.id, n, f"No. {n}", minutes, b"\x00") for n in (1, 2, 3)]
    assert await settled(q.albums.copy_tracks(tracks)) == 3
    streamed = await settled(q.albums.list_tracks(album_id=album.id))
    assert streamed[0] == package.models.CatalogTrack(album.id, 1, "No. 1", minutes, b"\x00")
    places = [albums.GetTracksAtParams(album.id, position) for position in (3, 9)]
    assert await settled(q.albums.get_tracks_at(places)) == ["No. 3", None]
    assert await settled(q.albums.get_playing_time(album_id=album.id)) == 3 * minutes
    for number, parent in ((1, None), (2, 1), (3, 2)):
        await settled(q.albums.add_genre(id=number, name=f"genre {number}", parent_id=parent))
    below = await settled(q.albums.list_genres_below(id=2))
    assert [(row.id, row.parent_id) for row in below] == [(2, 1), (3, 2)]
    tags = [albums.TagAlbumsParams(album.id, genre) for genre in (1, 1, 2)]
    assert await settled(q.albums.tag_albums(tags)) == 2


async def test_reviews_are_counted_by_the_view(q: Any, package: Any) -> None:
    rated, unrated = await an_album(q, package), await an_album(q, package)
    for stars in (4, 5):
        arguments = {"album_id": rated.id, "author": "a@b", "stars": stars, "body": None}
        review = await settled(q.albums.add_review(**arguments))
        assert (review.author, review.stars) == ("a@b", stars)
    assert await settled(q.albums.list_ratings()) == [
        package.models.CatalogAlbumRating(rated.id, "Blue", 2, Decimal("4.5")),
        package.models.CatalogAlbumRating(unrated.id, "Blue", 0, None),
    ]


async def test_stock(q: Any, package: Any) -> None:
    album = await an_album(q, package)
    supplier = await settled(q.stock.add_supplier(name="A", server_address=None, terms={"a": [1]}))
    assert (supplier.server_address, supplier.terms) == (None, {"a": [1]})
    product, other = [
        await settled(
            q.stock.add_product(
                package.stock.AddProductParams(album.id, supplier.id, medium, Decimal(price), 1.5)
            )
        )
        for medium, price in (("LP", 20), ("CD", 30))
    ]
    shelves = [[1, 2], [3, 4]]
    stocked = {"product_id": product.id, "quantity": 3, "shelves": shelves}
    assert await settled(q.stock.set_stock(**stocked)) == 1
    assert await settled(q.stock.take_from_stock(quantity=2, product_id=product.id)) == 1
    assert await settled(q.stock.take_from_stock(quantity=2, product_id=product.id)) is None
    first, second = await settled(q.stock.list_stock(ids=[product.id, other.id, None]))
    assert (first.product, first.stock_level.shelves) == (product, shelves)
    assert (second.product, second.stock_level) == (other, None)
    valid = Range(NOON, NOON + HOUR)
    await settled(
        q.stock.change_price(product_id=product.id, price=Decimal(10), valid=valid, reason=None)
    )
    price = await settled(q.stock.get_price_at(product_id=product.id, at=NOON))
    assert price == package.stock.GetPriceAtRow(Decimal(10), valid)
    result = await settled(q.stock.raise_prices(percent=Decimal(50), medium="LP"))
    assert result.rowcount == 1


async def test_arrays_of_enums_in_a_schema_of_their_own(q: Any, package: Any) -> None:
    seat = package.enums.BookingSeatClass
    hall = await a_hall(q, package)
    assert hall.classes == [seat.STALLS, seat.BALCONY]
    assert hall.has_class_before == [None, seat.STANDING]
    [found] = await settled(q.concerts.list_halls_with(class_=seat.STALLS))
    assert (found.hall, found.venue.city) == (hall, "Wien")
    assert await settled(q.concerts.list_classes_of_hall(hall_id=hall.id)) is None
    seats = [
        package.concerts.CopySeatsParams(hall.id, number, class_)
        for number, class_ in enumerate([seat.STALLS] * 2 + [seat.BALCONY] * 2)
    ]
    assert await settled(q.concerts.copy_seats(seats)) == 4
    both = [seat.STALLS, seat.BALCONY]
    assert await settled(q.concerts.list_classes_of_hall(hall_id=hall.id)) == both
    counted = await settled(q.concerts.count_seats(hall_id=hall.id, classes=[seat.STALLS]))
    assert counted == [package.concerts.CountSeatsRow(seat.STALLS, 2)]


async def test_concerts(q: Any, package: Any) -> None:
    status = package.enums.BookingConcertStatus
    concert = await a_concert(q, package)
    assert (concert.status, concert.rider) == (status.PLANNED, ["tea"])
    for changed in (1, 0):
        done = await settled(q.concerts.set_status(id=concert.id, status=status.ON_SALE))
        assert done == changed
    artists = [(await an_album(q, package)).artist_id for _ in range(2)]
    fees = [None, Decimal("99.50")]
    performances = [
        package.concerts.AddPerformancesParams(concert.id, artist, fee, fee is not None)
        for artist, fee in zip(artists, fees, strict=True)
    ]
    assert await settled(q.concerts.add_performances(performances)) == 2
    lineup = await settled(q.concerts.list_lineup(concert_id=concert.id))
    assert [(row.artist.id, row.fee) for row in lineup] == [*zip(artists, fees, strict=True)][::-1]
    assert lineup[0].concert.status is status.ON_SALE
    between = q.concerts.list_concerts_between(earliest=NOON - HOUR, latest=NOON + HOUR)
    assert await settled(between) == [lineup[0].concert]
    assert await settled(q.concerts.list_statuses()) == list(status)


async def test_orders(q: Any, package: Any) -> None:
    enums, models, orders = package.enums, package.models, package.orders
    seat, method = enums.BookingSeatClass, enums.BookingPaymentMethod
    concert = await a_concert(q, package)
    ada = await settled(q.orders.add_customer(email="a@b", name="Ada", prefers=seat.BALCONY))
    bob = await settled(q.orders.add_customer(email="b@b", name="Bob", prefers=None))
    assert await settled(q.orders.find_customers(["b@b", "x", "a@b"])) == [bob, None, ada]
    order = await settled(q.orders.place_order(customer_id=ada.id, note=None))
    offered = [
        orders.OfferTicketsParams(concert.id, kind, Decimal(price))
        for kind, price in ((seat.STALLS, 30), (seat.BALCONY, 20), (seat.BALCONY, 10))
    ]
    assert await settled(q.orders.offer_tickets(offered)) == 3
    wanted = {"order_id": order.id, "concert_id": concert.id, "wanted": 5}
    taken = await settled(q.orders.take_tickets(**wanted, class_=seat.BALCONY))
    assert {(ticket.class_, ticket.price) for ticket in taken} == {
        (seat.BALCONY, Decimal(10)),
        (seat.BALCONY, Decimal(20)),
    }
    [rest] = await settled(q.orders.take_tickets(**wanted, class_=None))
    assert rest.class_ is seat.STALLS
    mine, none = await settled(q.orders.list_tickets_of([order.id, 0]))
    assert ([ticket.price for ticket in mine], none) == ([10, 20, 30], [])
    balance = await settled(q.orders.get_balance(id=order.id))
    assert balance == orders.GetBalanceRow(
        order.id, "a@b", Decimal(60), None, [seat.STALLS, seat.BALCONY]
    )
    for paid in (method.CARD, method.VOUCHER):
        await settled(q.orders.pay(order_id=order.id, method=paid, amount=Decimal(30)))
    assert (await settled(q.orders.get_balance(id=order.id))).paid == Decimal(60)
    assert await settled(q.orders.last_methods(more_than=1)) == [
        orders.LastMethodsRow(order.id, [method.VOUCHER, method.CARD])
    ]
    assert await settled(q.orders.list_sales()) == [
        models.BookingConcertSale(concert.id, enums.BookingConcertStatus.PLANNED, 3, Decimal(60))
    ]
    placed = await settled(q.orders.list_orders_of())
    assert [(row.customer, row.order) for row in placed] == [(ada, order), (bob, None)]
    assert await settled(q.orders.delete_order(id=0)) == 0
