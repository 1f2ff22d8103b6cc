"""The command `bankapp-monitor`."""

import argparse
import sys
from typing import NoReturn

from monitor.errors import Failure, SettingError

EXIT_CODES = """\
exit codes:
  0    stopped by Ctrl-C or a signal
  1    failed
  2    the command line or a setting is wrong
"""


class _Parser(argparse.ArgumentParser):
    """Reports a wrong call in one line."""

    def error(self, message: str) -> NoReturn:
        """Print the message and exit with 2."""
        self.exit(2, f"bankapp-monitor: {message}; `{self.prog} --help` says more\n")


class _PrintVersion(argparse.Action):
    """Prints the version, and ends."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> NoReturn:
        from importlib.metadata import version  # noqa: PLC0415 - a start does without it

        print("bankapp-monitor", version("bankapp"))
        raise SystemExit(0)


def create_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = _Parser(
        prog="bankapp-monitor",
        description="Reads the feed of a bank into a database of its own, answers questions "
        "about it over HTTP, and acts by rules. Settings come from the environment and .env.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_PrintVersion, nargs=0, help="print the version")
    return parser


def main() -> int:
    """Entry point of the console script; the exit code."""
    create_parser().parse_args()
    try:
        # Imported here, so that Ctrl-C during the imports ends the program as at any other time.
        from monitor.logs import configure_logs, log  # noqa: PLC0415 - as above
        from monitor.program import run_monitor  # noqa: PLC0415 - as above
        from monitor.settings import find_doubts, load_settings  # noqa: PLC0415 - as above

        settings = load_settings()
        configure_logs(settings.log_format, settings.log_level)
        for doubt in find_doubts(settings):
            log.warning("doubtful setting", problem=doubt)
        run_monitor(settings)
    except SettingError as error:
        print(f"bankapp-monitor: {error}", file=sys.stderr)
        return 2
    except Failure as error:
        print(f"bankapp-monitor: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
