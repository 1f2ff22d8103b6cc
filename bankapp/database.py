"""Which database the bank uses: the one that is set, or an embedded one."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from bankapp.embedded import EmbeddedServer, ensure_database, find_binaries
from bankapp.settings import Settings

DATABASE = OWNER = "bank"
MAINTENANCE_DATABASE = "postgres"


@dataclass(frozen=True)
class Database:
    """Where the bank's data is, and the server that runs for it, if it is ours.

    `maintenance_url` is that of an embedded server's own database, as its superuser.
    """

    url: str
    server: EmbeddedServer | None = None
    maintenance_url: str | None = None

    def has_ended(self) -> bool:
        """Whether our server has ended, by itself or by somebody else's doing."""
        return self.server is not None and self.server.has_ended()


@contextmanager
def open_database(settings: Settings, *, beside_server: bool = False) -> Generator[Database]:
    """The database; an embedded server runs for as long as the block does.

    With `beside_server` an embedded server that runs already is used, not refused. Raises
    EmbeddedError.
    """
    if settings.database_url is not None:
        yield Database(settings.database_url.get_secret_value())
        return
    server = EmbeddedServer(settings.data_dir, find_binaries(settings.pgbin))
    if beside_server and server.is_running():
        yield Database(
            server.url(DATABASE, OWNER), maintenance_url=server.url(MAINTENANCE_DATABASE)
        )
        return
    server.start()
    try:
        url = ensure_database(server, DATABASE, OWNER)
        yield Database(url, server, server.url(MAINTENANCE_DATABASE))
    finally:
        server.stop()
