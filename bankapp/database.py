"""Which database the bank uses: the one that is set, or an embedded one."""

from collections.abc import Generator
from contextlib import contextmanager

from bankapp.embedded import EmbeddedServer, ensure_database, find_binaries
from bankapp.settings import Settings

DATABASE = OWNER = "bank"


@contextmanager
def open_database(settings: Settings, *, beside_server: bool = False) -> Generator[str]:
    """The database's URL; an embedded server runs for as long as the block does.

    With `beside_server` an embedded server that runs already is used, not refused. Raises
    EmbeddedError.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    server = EmbeddedServer(settings.data_dir, find_binaries(settings.pgbin))
    if beside_server and server.is_running():
        yield server.url(DATABASE, OWNER)
        return
    server.start()
    try:
        yield ensure_database(server, DATABASE, OWNER)
    finally:
        server.stop()
