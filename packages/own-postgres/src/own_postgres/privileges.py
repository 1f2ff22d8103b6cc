"""Runs PostgreSQL's programs as a user that they accept, and ends them with this process."""

import os
import pwd
import subprocess
from functools import cache
from pathlib import Path

from own_postgres.errors import EmbeddedError


@cache
def unprivileged() -> tuple[str, ...]:
    """The prefix of a PostgreSQL command, which refuses root and users without a name.

    A user namespace makes the process `nobody` inside, and it can still reach its files. Many
    containers forbid namespaces; there root becomes `nobody` with the capability to reach all
    files. PostgreSQL finds its programs by access(2), which respects that capability only under
    no_setuid_fixup.
    """
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return ()
    nobody = pwd.getpwnam("nobody").pw_uid
    namespace = ("unshare", "--user", f"--map-user={nobody}")
    if _succeeds(*namespace, "true"):
        return namespace
    caps = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    changed = ("setpriv", f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups", *caps)
    for command in ((*changed, "--securebits=+no_setuid_fixup"), changed):  # needs CAP_SETPCAP
        if _succeeds(*command, "true"):
            return command
    raise EmbeddedError(
        "PostgreSQL runs neither as root nor as a user without a name, and neither "
        "`unshare --user` nor `setpriv` works here; run as another user, or use a server that "
        "runs already"
    )


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


@cache
def ends_with_parent() -> tuple[str, ...]:
    """The prefix that stops the server if its owner is killed; without it the next start does."""
    command = ("setpriv", "--pdeathsig=INT")
    return command if _succeeds(*command, "true") else ()


def hand_over(directory: Path, *, with_content: bool = False) -> None:
    """Give the directory to the user that the programs run as: for root that is root or `nobody`.

    It may belong to the other one, because it was copied, or because namespaces have become allowed
    or forbidden. The files of any other user are left alone.
    """
    if os.geteuid() != 0:
        return
    root, nobody = 0, pwd.getpwnam("nobody").pw_uid
    user, other = (nobody, root) if unprivileged()[:1] == ("setpriv",) else (root, nobody)
    directory = directory.resolve()
    if directory.stat().st_uid != other:
        return
    content = directory.rglob("*") if with_content else ()
    for path in (*content, directory):  # the directory last: a killed process starts over
        os.chown(path, user, user, follow_symlinks=False)


def _succeeds(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:  # it does not exist, or may not be executed
        return False
