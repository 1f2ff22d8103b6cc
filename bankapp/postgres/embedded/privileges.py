"""How PostgreSQL's programs are run as somebody they accept, and so that none outlives us."""

import os
import pwd
import subprocess
from functools import cache
from pathlib import Path

from bankapp.postgres.embedded.errors import EmbeddedError


@cache
def unprivileged() -> tuple[str, ...]:
    """What to put before a command of PostgreSQL, which refuses root and users without a name.

    In a user namespace we are `nobody` inside and keep reaching our own files. Where namespaces are
    forbidden, as in many containers, root becomes `nobody` with the one right to reach them, which
    access(2), by which PostgreSQL finds its programs, respects only under no_setuid_fixup.
    """
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return ()
    nobody = pwd.getpwnam("nobody").pw_uid
    namespace = ("unshare", "--user", f"--map-user={nobody}")
    if _succeeds(*namespace, "true"):
        return namespace
    caps = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    changed = ("setpriv", f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups", *caps)
    for command in ((*changed, "--securebits=+no_setuid_fixup"), changed):  # asks for CAP_SETPCAP
        if _succeeds(*command, "true"):
            return command
    raise EmbeddedError(
        "PostgreSQL runs neither as root nor as a user without a name, and neither "
        "`unshare --user` nor `setpriv` works here; run as another user, or set DATABASE_URL"
    )


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


@cache
def ends_with_parent() -> tuple[str, ...]:
    """Stops the server when its bankapp is killed; else the next start does."""
    command = ("setpriv", "--pdeathsig=INT")
    return command if _succeeds(*command, "true") else ()


def hand_over(directory: Path, *, with_content: bool = False) -> None:
    """Give the directory to whom the programs run as: for root that is root or `nobody`.

    What is there may be the other's: it was copied, or namespaces have become allowed or forbidden.
    What is anybody else's stays theirs.
    """
    if os.geteuid() != 0:
        return
    root, nobody = 0, pwd.getpwnam("nobody").pw_uid
    user, other = (nobody, root) if unprivileged()[:1] == ("setpriv",) else (root, nobody)
    directory = directory.resolve()
    if directory.stat().st_uid != other:
        return
    content = directory.rglob("*") if with_content else ()
    for path in (*content, directory):  # the directory last: if we are killed we begin anew
        os.chown(path, user, user, follow_symlinks=False)


def _succeeds(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:  # it is not there, or not for us to execute
        return False
