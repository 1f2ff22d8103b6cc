"""The composition root: settings and a database become a bank."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import psycopg

from bankapp import tuning
from bankapp.auth.codes import CodeMaker
from bankapp.auth.passwords import PasswordHasher
from bankapp.auth.tokens import Purpose, TokenMaker, create_codec
from bankapp.auth.webhook_secrets import SecretMaker
from bankapp.command_errors import DatabaseAwayError, StartError
from bankapp.domain import errors
from bankapp.operations.bank import Bank, Rules
from bankapp.operations.identity.users import ensure_admin
from bankapp.postgres.database import Database
from bankapp.processes.observation import Observation
from bankapp.processes.secrets import admin_credentials, development_key
from bankapp.settings import Settings
from bankapp.store.engine.session import WrongSession, check_session
from bankapp.store.engine.transaction import SESSION, create_pool
from bankapp.store.store import Store


@asynccontextmanager
async def opened(
    settings: Settings, database: Database, observation: Observation
) -> AsyncGenerator[Bank]:
    """The bank on its database.

    Raises DatabaseAwayError when the database does not answer, StartError when its connections are
    not as they have to be.
    """
    pool = create_pool(database.url)
    try:
        await pool.open(wait=True, timeout=tuning.CONNECTION_TIMEOUT_S)
    except psycopg.Error as error:
        raise await _reason(database.url, error) from error
    try:
        yield create_bank(settings, Store(pool, queries=observation.queries))
    finally:
        await pool.close()


async def _reason(url: str, failure: psycopg.Error) -> StartError:
    """The reason why a pool has not come to open in time; its own error does not tell it."""
    try:
        await check_session(url, SESSION)
    except WrongSession as error:
        return StartError(str(error))
    except psycopg.Error as error:
        failure = error
    return DatabaseAwayError(f"the database does not answer: {failure}")


def create_bank(settings: Settings, store: Store) -> Bank:
    """The bank that the operations work with, made according to the settings."""
    keys = settings.token_keys or [development_key(settings.data_dir)]
    return Bank(
        store=store,
        passwords=PasswordHasher(settings.bcrypt_cost),
        tokens=_token_maker(settings, keys, Purpose.ACCESS, settings.access_token_duration),
        refresh_tokens=_token_maker(
            settings, keys, Purpose.REFRESH, settings.refresh_token_duration
        ),
        codes=CodeMaker(keys),
        webhook_secrets=SecretMaker(keys),
        rules=Rules(
            limits_rates=settings.rate_limits,
            requires_verified_email=settings.require_verified_email,
            requires_tls=settings.environment == "production",
        ),
    )


def _token_maker(
    settings: Settings, keys: Sequence[bytes], purpose: Purpose, duration: timedelta
) -> TokenMaker:
    return TokenMaker(create_codec(settings.token_format, purpose, keys), purpose, duration)


async def ensure_first_admin(settings: Settings, bank: Bank) -> None:
    """Make sure that the admin of the settings exists; in development the default is `admin`.

    Raises StartError when another user has the name, or the password is easy to guess.
    """
    if (credentials := admin_credentials(settings)) is None:
        return
    username, password = credentials
    try:
        await ensure_admin(bank, username, password)
    except errors.UsernameTaken:
        raise StartError(
            f"a user {username} exists, with another password; "
            "set BANK_ADMIN_USERNAME to another name"
        ) from None
    except errors.WeakPassword:
        raise StartError(
            f"BANK_ADMIN_PASSWORD of {username} is easy to guess; choose a longer one"
        ) from None
