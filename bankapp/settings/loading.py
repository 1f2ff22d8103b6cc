"""Loads the settings, and refuses those that do not fit together."""

from pydantic import ValidationError

from bankapp.command_errors import SettingError
from bankapp.settings.combinations import wrong_combination
from bankapp.settings.model import EXAMPLES, Settings
from bankapp.settings.names import unknown_names


def load_settings() -> Settings:
    """Read the settings.

    Raises SettingError, whose message is one line.
    """
    try:
        unknown = unknown_names()
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise _wrong(name, first["msg"].removeprefix("Value error, ")) from None
    except (UnicodeDecodeError, OSError) as error:
        raise SettingError(f".env cannot be read: {error}") from None
    for other in unknown:
        # With the environment misspelt, it is not known whether this is production.
        if settings.environment == "production" or other.similar == "BANK_ENVIRONMENT":
            raise SettingError(str(other))
    if (problem := wrong_combination(settings)) is not None:
        raise _wrong(*problem)
    return settings


def _wrong(name: str, problem: str) -> SettingError:
    return SettingError(f"{name} {problem}. Example: {name}={EXAMPLES.get(name, '')}")
