"""The names of settings: those that are set and mean nothing, because they are misspelt."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from bankapp.command_errors import SettingError
from bankapp.settings.model import ENV_FILE, EXAMPLES

PREFIX: Final = "BANK_"
SIMILARITY_MIN: Final = (
    0.6  # of a name with the prefix of the bank, which is a setting or a mistake
)
FOREIGN_SIMILARITY_MIN: Final = 0.9  # of any other name, which may belong to another program

# Kubernetes and Docker describe each service to its neighbours: one called `bank` or `bank-db`
# gives these names to every container.
_SERVICE: Final = re.compile(r"BANK_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)\w*)")
_SERVICE_PORT: Final = re.compile(r"BANK_(\w+_)?PORT")
_SERVICE_PORT_VALUE: Final = re.compile(r"(tcp|udp|sctp)://\S+")


@dataclass(frozen=True, slots=True)
class UnknownName:
    """The name of a variable that is no setting, and the setting that it resembles most."""

    name: str
    similar: str | None

    def __str__(self) -> str:
        hint = (
            f"did you mean {self.similar}?" if self.similar else ".env.example lists all settings"
        )
        return f"{self.name} is no setting of the bank; {hint}"


def unknown_names() -> list[UnknownName]:
    """Names in the environment and in `.env` that look like settings and are none.

    Raises SettingError when a line of `.env` cannot be understood, OSError and UnicodeDecodeError
    when the file cannot be read.
    """
    variables = {**_variables_of_file(Path(ENV_FILE)), **os.environ}
    given = {name.upper() for name in variables}
    return [
        unknown
        for name, value in sorted(variables.items())
        for unknown in _unknown(name, value, given)
    ]


def _unknown(name: str, value: str | None, given: set[str]) -> Iterator[UnknownName]:
    upper = name.upper()  # the case of a name does not matter
    if upper in EXAMPLES or _is_of_service(upper, value or ""):
        return
    if upper.startswith(PREFIX):
        settings = {setting.removeprefix(PREFIX): setting for setting in EXAMPLES}
        found = get_close_matches(upper.removeprefix(PREFIX), settings, 1, SIMILARITY_MIN)
        yield UnknownName(name, settings[found[0]] if found else None)
    else:
        found = get_close_matches(upper, EXAMPLES, 1, FOREIGN_SIMILARITY_MIN)
        if found and found[0] not in given:
            yield UnknownName(name, found[0])


def _is_of_service(name: str, value: str) -> bool:
    if _SERVICE_PORT.fullmatch(name):
        return _SERVICE_PORT_VALUE.fullmatch(value) is not None
    return _SERVICE.fullmatch(name) is not None


def _variables_of_file(path: Path) -> dict[str, str | None]:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8-sig") as file:
        for statement in parse_stream(file):
            # Without `=` a name has no value, and other lines without one are skipped in silence.
            if statement.error or (statement.key is not None and statement.value is None):
                line = statement.original.line
                raise SettingError(f"{path} cannot be read: line {line} is no NAME=VALUE")
    return dotenv_values(path, encoding="utf-8-sig")
