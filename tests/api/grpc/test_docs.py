"""What docs/how-to/call-over-grpc.md tells people to type."""

import os
import subprocess
import sys
from pathlib import Path

from tests.api.grpc.kills import grpc_port
from tests.factories import PASSWORD
from tests.processes.processes import Served
from tests.repo.markdown import blocks

PAGE = "docs/how-to/call-over-grpc.md"
PERSON = {"username": "alice", "password": PASSWORD, "full_name": "Alice", "email": "a@example.com"}


def run(command: list[str], root: Path, directory: Path, **variables: str) -> str:
    """The output of a command that has to succeed; the programs of the project are on its path."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=directory,
        env={"PATH": path, "HOME": str(directory), "PYTHONPATH": str(directory), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.replace(str(root), "")
    return done.stdout


def test_the_page_on_grpc_is_true(home: Path, root: Path, tmp_path: Path) -> None:
    """Both clients of the page, against a bank."""
    (tmp_path / "gen").symlink_to(root / "gen")
    [call, generate] = [block.text for block in blocks(PAGE) if block.language == "sh"]
    [program] = [block.text for block in blocks(PAGE) if block.language == "python"]
    with Served(home, BANK_GRPC_ADDRESS="127.0.0.1:0") as served:
        address = f"127.0.0.1:{grpc_port(served.wait())}"
        assert served.ask("POST", "/v1/users", PERSON).status == 201
        call = call.replace("127.0.0.1:9443", address)
        assert '"accessToken": "v4.local.' in run(["sh", "-c", call], root, tmp_path)
        assert PASSWORD in call
        run(["sh", "-c", generate], root, tmp_path)
        token = served.log_in("alice", PASSWORD)
        printed = run([sys.executable, "-c", program], root, tmp_path, BANK=address, TOKEN=token)
    assert printed == "alice USD 0\n"
