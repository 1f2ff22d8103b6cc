"""The command line: what can be asked, and what each command's help says."""

import argparse
import sys
from dataclasses import dataclass
from typing import Final, NoReturn

from bankapp.command_errors import Failure, SettingError

EXIT_CODES: Final = """\
exit codes: 0 done · 1 failed, and one line on standard error says why · 2 the command line or a
setting is wrong · 130 stopped by Ctrl-C"""


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
        """What stands at the end of its help."""
        return f"example:\n{self.example}\n{self.exit_codes}"


COMMANDS: Final = (
    Command(
        "serve",
        "bring the schema up to date and serve HTTP until Ctrl-C",
        "Starts a PostgreSQL of its own in BANK_DATA_DIR unless DATABASE_URL is set, brings its\n"
        "schema up to date, serves HTTP at BANK_HTTP_ADDRESS, and does background jobs, like\n"
        "mail, unless BANK_WORK_IN_SERVE is off. Ctrl-C finishes what was accepted.",
        "  BANK_HTTP_ADDRESS=127.0.0.1:9000 bankapp serve\n",
    ),
    Command(
        "work",
        "do background jobs, like mail, until Ctrl-C",
        "Does background jobs beside servers that have BANK_WORK_IN_SERVE=off. As many of them as\n"
        "you like can run.",
        "  DATABASE_URL=postgresql://bank@db.example.org/bank bankapp work\n",
    ),
    Command(
        "migrate",
        "bring the schema up to date",
        "Applies the migrations that are missing, and nothing else; where none is missing it does\n"
        "nothing. Of several at one time one does it and the others wait.",
        "  DATABASE_URL=postgresql://bank_owner@db.example.org/bank bankapp migrate\n",
    ),
    Command(
        "verify",
        "prove the books: recompute every balance and transfer",
        "Recomputes balances, transfers, holds, reversals and keys from what they are made of, in\n"
        "one snapshot and without blocking anybody. Names each row that is wrong, up to about 100.",
        "  bankapp verify --json | jq .findings\n",
        "exit codes: 0 all is well · 1 a row is wrong, or it failed, and one line on standard error"
        "\nsays why · 2 the command line or a setting is wrong · 130 stopped by Ctrl-C",
    ),
    Command(
        "queries",
        "show what each named query costs",
        "Lists the queries of the bank by the names they have in db/queries, the costliest first:\n"
        "how often they were called, their times in ms, their rows. PostgreSQL counts that in\n"
        "pg_stat_statements; the embedded one does from the start.",
        "  bankapp queries\n  bankapp queries --json | jq '.[0]'\n",
    ),
    Command(
        "jobs",
        "list the background jobs that failed for good",
        "Lists the jobs that were tried ten times, or that the mail server refused for good:\n"
        "their numbers, their names, and how often they were tried. `bankapp requeue` has them\n"
        "tried again.",
        "  bankapp jobs\n  bankapp jobs --json | jq length\n",
    ),
    Command(
        "requeue",
        "have failed background jobs tried again",
        "Has jobs that failed for good tried again, at once and up to ten times more. Where one\n"
        "number is wrong, none is.",
        "  bankapp requeue 7 9\n  bankapp requeue all\n",
    ),
    Command(
        "demo",
        "fill the bank with a month of made-up people and payments",
        "Fills a bank in which no money has moved yet, also while it is served: people and\n"
        "businesses, salaries, rents, shopping, cards (holds and captures), refunds, a frozen and\n"
        "a closed account. Prints who can log in. Interrupted and run again, it goes on where it\n"
        "was; done, it does nothing. Refused in production, and for a DATABASE_URL unless\n"
        "BANK_ENVIRONMENT=development is set.",
        "  bankapp demo && bankapp serve\n  BANK_DATA_DIR=.bank-demo bankapp demo --seed 7\n",
    ),
)


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with a call."""

    def error(self, message: str) -> NoReturn:
        """Exit with 2."""
        self.exit(2, f"bankapp: {message}; `{self.prog} --help` says more\n")


def create_parser() -> Parser:
    """The parser of the whole command line."""
    keep_lines = argparse.RawDescriptionHelpFormatter
    parser = Parser(
        prog="bankapp",
        description="A bank whose source is SQL. Settings come from the environment and .env.",
        epilog=f"`bankapp COMMAND --help` teaches a command.\n\n{EXIT_CODES}",
        formatter_class=keep_lines,
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
    for name in ("verify", "queries", "jobs"):
        parsers[name].add_argument("--json", action="store_true", help="print JSON, for programs")
    parsers["requeue"].add_argument("job", nargs="+", help="its number in `bankapp jobs`, or `all`")
    parsers["demo"].add_argument(
        "--seed",
        type=int,
        default=1,
        help="another number, another month; %(default)s if not given",
    )
    parsers["demo"].add_argument(
        "--anyway",
        action="store_true",
        help="even where other money has moved already, or BANK_ENVIRONMENT is not set",
    )
    return parser


def main() -> int:
    """Entry point of the console script; the exit code."""
    arguments = create_parser().parse_args()
    try:
        # Here, so that Ctrl-C while it all loads ends as at any other time.
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
