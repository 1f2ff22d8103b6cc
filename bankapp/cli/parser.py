"""The command line: commands, their arguments and their help."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from bankapp.command_errors import Failure, SettingError

EXIT_CODES: Final = """\
exit codes: 0 done · 1 failed, and one line on standard error says why · 2 the command line or a
setting is wrong · 130 stopped by Ctrl-C"""


COMPLETED_SHELLS: Final = ("bash", "fish", "zsh")


@dataclass(frozen=True, slots=True)
class Command:
    """A command: one line for the list, a paragraph and an example for its own help."""

    name: str
    summary: str
    text: str
    example: str
    exit_codes: str = EXIT_CODES

    @property
    def epilog(self) -> str:
        """The end of the command's help: an example and the exit codes."""
        return f"example:\n{self.example}\n{self.exit_codes}"


COMMANDS: Final = (
    Command(
        "serve",
        "bring the schema up to date and serve HTTP until Ctrl-C",
        "Starts an embedded PostgreSQL in BANK_DATA_DIR unless DATABASE_URL is set, applies the\n"
        "missing migrations, serves HTTP at BANK_HTTP_ADDRESS, and does background jobs such as\n"
        "mail unless BANK_WORK_IN_SERVE is off. Ctrl-C finishes the accepted requests and stops.",
        "  BANK_HTTP_ADDRESS=127.0.0.1:9000 bankapp serve\n",
    ),
    Command(
        "work",
        "do background jobs, such as mail, until Ctrl-C",
        "Does background jobs for servers that have BANK_WORK_IN_SERVE=off. Any number of such\n"
        "processes can run.",
        "  DATABASE_URL=postgresql://bank@db.example.org/bank bankapp work\n",
    ),
    Command(
        "migrate",
        "bring the schema up to date",
        "Applies the missing migrations and does nothing else. Of several processes that migrate\n"
        "at the same time, one applies the migrations and the others wait.",
        "  DATABASE_URL=postgresql://bank_owner@db.example.org/bank bankapp migrate\n",
    ),
    Command(
        "verify",
        "verify the books: recompute every balance and transfer",
        "Recomputes each balance, transfer, hold, reversal and key from its parts, in a snapshot\n"
        "and without blocking anybody. Names the wrong rows, up to about 100 of them.",
        "  bankapp verify --json | jq .findings\n",
        "exit codes: 0 all is well · 1 a row is wrong, or the command failed, and one line on\n"
        "standard error says why · 2 the command line or a setting is wrong · 130 stopped by\n"
        "Ctrl-C",
    ),
    Command(
        "queries",
        "show the cost of each named query",
        "Lists the queries of the bank by their names in db/queries, the costliest first: number\n"
        "of calls, rows, and times in ms. PostgreSQL counts them in pg_stat_statements; the\n"
        "embedded one does so from the start.",
        "  bankapp queries\n  bankapp queries --json | jq '.[0]'\n",
    ),
    Command(
        "jobs",
        "list the background jobs that failed for good",
        "Lists the jobs that failed ten times, or whose mail the mail server rejected for good:\n"
        "number, name, and count of attempts. `bankapp requeue` has them tried again.",
        "  bankapp jobs\n  bankapp jobs --json | jq length\n",
    ),
    Command(
        "requeue",
        "have failed background jobs tried again",
        "Has jobs that failed for good tried again, at once and up to ten times more. If one of\n"
        "the numbers is wrong, no job is tried again.",
        "  bankapp requeue 7 9\n  bankapp requeue all\n",
    ),
    Command(
        "events",
        "print what happened, as lines of JSON",
        "Prints the events of the bank in their order, each as one line of JSON, as a banker gets\n"
        "them from GET /v1/events. With --follow it goes on until Ctrl-C, and begins with what\n"
        "happens next unless --after says where. `publish --from` prints nothing: it has the\n"
        "events from that one on published to Kafka again; DATABASE_URL has to name the owner of\n"
        "the database.",
        "  bankapp events --follow --type transfer.posted\n"
        "  bankapp events --after 1-42 | jq .data.amount\n"
        "  bankapp events publish --from 1-42\n",
    ),
    Command(
        "feed",
        "begin a new epoch of the feed, after the database was set back",
        "Begins a new epoch of the feed of events. To be done once after a database was restored\n"
        "to an earlier time, before the bank is served again: readers are told that what they\n"
        "have seen may not have happened, instead of missing events. DATABASE_URL has to name the\n"
        "owner of the database.",
        "  DATABASE_URL=postgresql://bank_owner@db.example.org/bank bankapp feed new-epoch\n",
    ),
    Command(
        "fetch-rates",
        "fetch the newest exchange rates now",
        "Asks the source at BANK_RATES_URL as the job does every hour, and stores what is new.\n"
        "Says why where the answer is not taken; nothing of it is stored then.",
        "  bankapp fetch-rates\n",
    ),
    Command(
        "demo",
        "fill the bank with a month of made-up people and payments",
        "Fills a bank in which no money has moved yet, also while it is served: people and\n"
        "businesses, salaries, rents, shopping, cards (holds and captures), refunds, a frozen and\n"
        "a closed account. Prints the users who can log in. An interrupted demo continues when it\n"
        "is run again; a complete one changes nothing. Refused in production, and with a\n"
        "DATABASE_URL unless BANK_ENVIRONMENT=development is set.",
        "  bankapp demo && bankapp serve\n  BANK_DATA_DIR=.bank-demo bankapp demo --seed 7\n",
    ),
)


class Parser(argparse.ArgumentParser):
    """Reports a wrong call in one line."""

    def error(self, message: str) -> NoReturn:
        """Print the message and exit with 2."""
        self.exit(2, f"bankapp: {message}; `{self.prog} --help` says more\n")


class _PrintVersion(argparse.Action):
    """Prints the version of the bank, and ends."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> NoReturn:
        from importlib.metadata import version  # noqa: PLC0415 - the commands start without it

        print("bankapp", version("bankapp"))
        raise SystemExit(0)


class _PrintCompletion(argparse.Action):
    """Prints a script for a shell, and ends."""

    def __call__(
        self, parser: argparse.ArgumentParser, _: object, shell: object, *__: object
    ) -> NoReturn:
        import shtab  # noqa: PLC0415 - the commands start without it

        print(shtab.complete(parser, str(shell)))
        raise SystemExit(0)


def create_parser() -> Parser:
    """The parser of the whole command line."""
    keep_lines = argparse.RawDescriptionHelpFormatter
    parser = Parser(
        prog="bankapp",
        description="A bank whose source is SQL. Settings come from the environment and .env.",
        epilog=f"`bankapp COMMAND --help` explains a command.\n\n{EXIT_CODES}",
        formatter_class=keep_lines,
    )
    parser.add_argument("--version", action=_PrintVersion, nargs=0, help="print the version")
    parser.add_argument(
        "--print-completion",
        action=_PrintCompletion,
        choices=COMPLETED_SHELLS,
        help="print a script that makes this shell complete commands and options",
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    parsers = {
        command.name: subparsers.add_parser(
            command.name,
            help=command.summary,
            description=command.text,
            epilog=command.epilog,
            formatter_class=keep_lines,
        )
        for command in COMMANDS
    }
    _add_arguments(parsers)
    return parser


def _add_arguments(parsers: Mapping[str, argparse.ArgumentParser]) -> None:
    for name in ("verify", "queries", "jobs"):
        parsers[name].add_argument("--json", action="store_true", help="print JSON, for programs")
    parsers["requeue"].add_argument("job", nargs="+", help="its number in `bankapp jobs`, or `all`")
    events = parsers["events"]
    events.add_argument(
        "action", nargs="?", choices=["publish"], help="publish events to Kafka again"
    )
    events.add_argument(
        "--from", dest="first", metavar="ID", help="with `publish`: the id of the first event"
    )
    events.add_argument("--follow", action="store_true", help="wait for more until Ctrl-C")
    events.add_argument("--type", action="append", help="print such events only; may be repeated")
    events.add_argument("--after", metavar="ID", help="the id of an event, or a cursor")
    parsers["feed"].add_argument("action", choices=["new-epoch"], help="what to do")
    parsers["demo"].add_argument(
        "--seed",
        type=int,
        default=1,
        help="a number that determines the month; the default is %(default)s",
    )
    parsers["demo"].add_argument(
        "--anyway",
        action="store_true",
        help="fill the bank even if other money has moved already, or BANK_ENVIRONMENT is not set",
    )


def main() -> int:
    """Entry point of the console script; the exit code."""
    arguments = create_parser().parse_args()
    try:
        # Imported here, so that Ctrl-C during the imports ends the command as at any other time.
        from bankapp.cli import commands  # noqa: PLC0415

        return commands.run(arguments)
    except SettingError as error:
        print(f"bankapp: {error}", file=sys.stderr)
        return 2
    except Failure as error:
        print(f"bankapp: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
