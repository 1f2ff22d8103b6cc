"""Settings, read once from the environment and `.env`."""

from bankapp.settings.doubts import find_doubts
from bankapp.settings.loading import load_settings
from bankapp.settings.model import EXAMPLES, Settings
from bankapp.settings.values import TOKEN_KEY_PATTERN, host_and_port

__all__ = [
    "EXAMPLES",
    "TOKEN_KEY_PATTERN",
    "Settings",
    "find_doubts",
    "host_and_port",
    "load_settings",
]
