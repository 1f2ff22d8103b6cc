"""The client's wheel, installed alone, runs the programs of its README."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.processes.processes import Served, environment

UV: Final = Path(sys.executable).parent / "uv"
INSTALLED: Final = {
    "annotated-types",
    "anyio",
    "bankapp-client",
    "h11",
    "httpcore2",
    "httpx2",
    "idna",
    "pydantic",
    "pydantic-core",
    "truststore",
    "typing-extensions",
    "typing-inspection",
}


def uv(*command: object, cwd: Path, **settings: object) -> str:
    """Run uv with its cache or else with the network; returns its output."""
    for mode in ("--offline", "--quiet"):
        done = subprocess.run(
            [UV, *map(str, command), mode],
            cwd=cwd,
            env=environment(UV_PYTHON_DOWNLOADS="never", **settings),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return done.stdout
    pytest.fail(f"uv {command[0]}: {done.stderr}")


@pytest.fixture(scope="module")
def python(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new virtual environment with the wheel and its locked dependencies."""
    directory = tmp_path_factory.mktemp("wheel")
    environment = directory / "venv"
    package = ("--package", "bankapp-client")
    # The wheel is built from the source distribution, as a release is.
    uv("build", *package, "--out-dir", directory, cwd=root)
    [wheel] = directory.glob("*.whl")
    dependencies = ("--frozen", *package, "--no-install-workspace", "--python", sys.executable)
    uv("sync", *dependencies, cwd=root, UV_PROJECT_ENVIRONMENT=environment)
    python = environment / "bin" / "python"
    uv("pip", "install", "--no-deps", "--python", python, wheel, cwd=directory)
    return python


def test_nothing_else_is_installed(python: Path) -> None:
    here = python.parent
    listed = json.loads(uv("pip", "list", "--format=json", "--python", python, cwd=here))
    assert {distribution["name"] for distribution in listed} == INSTALLED
    uv("pip", "check", "--python", python, cwd=here)


def test_the_wheel_is_typed_and_licensed(python: Path) -> None:
    packages = next(python.parents[1].glob("lib/python*/site-packages"))
    assert (packages / "bankapp_client" / "py.typed").exists()
    [_] = packages.glob("bankapp_client-*.dist-info/licenses/LICENSE")


def test_the_programs_of_the_readme(python: Path, root: Path, scratch: Path) -> None:
    readme = (root / "packages/bankapp-client/README.md").read_text()
    programs = re.findall(
        r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", readme, re.MULTILINE | re.DOTALL
    )
    assert len(programs) == 3
    with Served(scratch / ".bank") as served:
        served.wait()
        event = served.event("listening")
        assert event is not None
        for program, expected in programs:
            done = subprocess.run(
                [python, "-c", program.replace("http://127.0.0.1:8080", event["url"])],
                cwd=scratch,
                env=environment(),
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert (done.stdout, done.stderr) == (expected, "")
