"""The command line: bankapp serve, work, migrate, verify, queries, jobs, requeue."""

import argparse
import sys

from bankapp.failure import Failure, SettingError


def main() -> int:
    """Entry point of the console script. Exit codes: 0, 1 for a failure, 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="bankapp", description="A bank whose source is SQL.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    subparsers.add_parser("serve", help="bring the schema up to date and serve HTTP until Ctrl-C")
    subparsers.add_parser("work", help="do background jobs, like mail, until Ctrl-C")
    subparsers.add_parser("migrate", help="bring the schema up to date")
    subparsers.add_parser(
        "verify",
        help="recompute every balance and transfer; exit 1 and name the row if one is wrong",
    )
    queries = subparsers.add_parser(
        "queries", help="what each named query costs, as pg_stat_statements counted it"
    )
    queries.add_argument("--json", action="store_true", help="for machines")
    subparsers.add_parser("jobs", help="list the background jobs that failed for good")
    requeue = subparsers.add_parser("requeue", help="have failed background jobs tried again")
    requeue.add_argument("job", nargs="+", help="its number in `bankapp jobs`, or `all`")
    arguments = parser.parse_args()
    try:
        # Here, so that Ctrl-C while it all loads ends as at any other time.
        from bankapp import commands  # noqa: PLC0415

        return commands.run(
            arguments.command,
            getattr(arguments, "job", ()),
            as_json=getattr(arguments, "json", False),
        )
    except SettingError as error:
        print(f"bankapp: {error}", file=sys.stderr)
        return 2
    except Failure as error:
        print(f"bankapp: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
