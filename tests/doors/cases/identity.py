"""Cases of users, their sessions and their e-mail addresses."""

import uuid
from collections.abc import Mapping
from typing import Final

from bankapp.domain import errors
from bankapp.operations.identity import (
    email_verification,
    password_reset,
    sessions,
    token_keys,
    users,
)
from tests.doors import case
from tests.doors.case import Case, Fields, Keyed, refused
from tests.doors.shapes import LOGIN, NOTHING, SESSION, TOKENS, USER, page_of
from tests.doors.world import NO_NAME, Requester, World
from tests.factories import PASSWORD

_NEW_PASSWORD: Final = "tr0mbone-Fjord-lamp"
_NOT_THE_LAST: Final[Mapping[type[errors.Refusal], str]] = {
    errors.LastAdmin: "every world of the suite has an admin of its own"
}
_NOBODY_FOUND: Final = refused(errors.NotFound, {"username": NO_NAME})


def _owner(world: World) -> Fields:
    return {"username": world.owner}


def _friend(world: World) -> Fields:
    name = f"friend_of_{world.owner}"
    return {
        "username": name,
        "password": _NEW_PASSWORD,
        "full_name": "A Friend",
        "email": f"{name}@example.com",
    }


CASES: Final = (
    Case(
        operation=users.create_user,
        request=_friend,
        who_may=case.anyone(),
        answer=USER,
        provocations=[
            refused(errors.UsernameTaken, _owner),
            refused(errors.EmailTaken, lambda world: {"email": f"{world.owner}@example.com"}),
            refused(errors.WeakPassword, {"password": "password1"}),
        ],
        keyed=Keyed(other={"full_name": "Another Friend"}, refused=errors.UsernameTaken),
        is_limited=True,
    ),
    Case(
        operation=users.get_user,
        request=_owner,
        who_may=case.owner_and_staff(),
        answer=USER,
        provocations=[_NOBODY_FOUND],
    ),
    Case(
        operation=users.change_user,
        request=lambda world: {"username": world.owner, "full_name": "Alice Liddell"},
        who_may=case.owner_and_staff(),
        answer=USER,
        provocations=[
            _NOBODY_FOUND,
            refused(
                errors.Forbidden,
                lambda world: {"username": world.names[Requester.ADMIN]},
                by=Requester.BANKER,
            ),
            refused(
                errors.InvalidCredentials,
                {"password": _NEW_PASSWORD, "current_password": "wrong"},
            ),
            refused(
                errors.EmailTaken,
                lambda world: {
                    "email": f"{world.names[Requester.OTHER]}@example.com",
                    "current_password": PASSWORD,
                },
            ),
            refused(errors.WeakPassword, {"password": "password1", "current_password": PASSWORD}),
        ],
        is_limited=True,
    ),
    Case(
        operation=users.change_role,
        request=lambda world: {"username": world.owner, "role": "banker"},
        who_may=case.admins(),
        answer=USER,
        provocations=[_NOBODY_FOUND],
        unprovoked=_NOT_THE_LAST,
    ),
    Case(
        operation=users.block_user,
        request=_owner,
        who_may=case.admins(),
        answer=USER,
        provocations=[_NOBODY_FOUND],
        unprovoked=_NOT_THE_LAST,
    ),
    Case(
        operation=users.unblock_user,
        request=_owner,
        who_may=case.admins(),
        answer=USER,
        provocations=[_NOBODY_FOUND],
    ),
    Case(
        operation=email_verification.send_verification,
        request=_owner,
        who_may=case.users(other=errors.NotFound, banker=errors.NotFound, admin=errors.NotFound),
        answer=NOTHING,
        provocations=[_NOBODY_FOUND],
        is_limited=True,
    ),
    Case(
        operation=email_verification.verify_email,
        request=lambda world: {"email_id": world.email_id, "secret_code": world.email_code},
        who_may=case.anyone(),
        answer=frozenset({"is_verified"}),
        provocations=[refused(errors.NotFound, {"secret_code": "wrong"})],
    ),
    Case(
        operation=password_reset.request_password_reset,
        request=lambda world: {"email": f"{world.owner}@example.com"},
        who_may=case.anyone(),
        answer=NOTHING,
        is_limited=True,
    ),
    Case(
        operation=password_reset.confirm_password_reset,
        request=lambda world: {"token": world.reset_code, "password": _NEW_PASSWORD},
        who_may=case.anyone(),
        answer=NOTHING,
        provocations=[
            refused(errors.NotFound, {"token": "wrong"}),
            refused(errors.WeakPassword, {"password": "password1"}),
        ],
        is_limited=True,
    ),
    Case(
        operation=sessions.log_in,
        request=lambda world: {"username": world.owner, "password": PASSWORD},
        who_may=case.anyone(),
        answer=LOGIN,
        provocations=[refused(errors.InvalidCredentials, {"password": "wrong"})],
        is_limited=True,
    ),
    Case(
        operation=sessions.renew_access,
        request=lambda world: {"refresh_token": world.refresh_token},
        who_may=case.anyone(),
        answer=TOKENS,
        provocations=[
            refused(errors.Unauthenticated, {"refresh_token": "garbage"}),
            refused(
                errors.TokenExpired, lambda world: {"refresh_token": world.expired_refresh_token}
            ),
        ],
        is_limited=True,
    ),
    Case(
        operation=token_keys.list_token_keys,
        request=lambda _: {},
        who_may=case.anyone(),
        answer=frozenset({"keys", "token_duration_s"}),
        needs_database=False,
    ),
    Case(
        operation=sessions.log_out,
        request=lambda _: {},
        who_may=case.users(),
        answer=NOTHING,
    ),
    Case(
        operation=sessions.list_sessions,
        request=lambda _: {},
        who_may=case.users(),
        answer=page_of(SESSION),
    ),
    Case(
        operation=sessions.end_session,
        request=lambda world: {"session_id": str(world.session_id)},
        who_may=case.users(other=errors.NotFound, banker=errors.NotFound, admin=errors.NotFound),
        answer=NOTHING,
        provocations=[refused(errors.NotFound, {"session_id": str(uuid.UUID(int=1))})],
    ),
    Case(
        operation=sessions.end_sessions,
        request=lambda _: {},
        who_may=case.users(),
        answer=NOTHING,
    ),
)
