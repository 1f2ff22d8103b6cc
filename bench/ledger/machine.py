"""The machine and the software of a measurement."""

import os
import platform
import re
import sys
from importlib.metadata import version
from pathlib import Path

import psycopg

BANK = ("aiohttp", "psycopg")
TUTORIAL = ("fastapi", "uvicorn", "sqlalchemy", "asyncpg")


def describe_machine() -> str:
    models = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{os.cpu_count()} cores ({next(iter(models), platform.machine())}), {memory:.0f} GiB, "
        f"Linux {platform.release().split('-')[0]}, load {os.getloadavg()[0]:.1f} at the start"
    )


def describe_software(url: str) -> str:
    with psycopg.connect(url) as connection:
        server = connection.info.parameter_status("server_version")
    return (
        f"PostgreSQL {server}, Python {platform.python_version()} {_built_by()}; the bank: "
        f"{_versions(BANK)}; the tutorial's: {_versions(TUTORIAL)}"
    )


def _built_by() -> str:
    """The builder of this Python: distributions build it with all optimisations, others may not."""
    if sys.base_prefix != "/usr":
        return "of one's own build"
    system = platform.freedesktop_os_release()
    return f"of {system['NAME']} {system.get('VERSION_ID', '')}".rstrip()


def _versions(packages: tuple[str, ...]) -> str:
    return ", ".join(f"{package} {version(package)}" for package in packages)
