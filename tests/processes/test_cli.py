"""The command line: its output and its exit codes."""

import json
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from bankapp.cli import parser as cli
from bankapp.postgres.migrations import MIGRATIONS
from bankapp.settings import EXAMPLES
from bankapp.store.store import Store
from own_postgres.server import SUPERUSER
from tests.factories import Make, transfer
from tests.processes.processes import Served, failure, processes_in, run_bankapp

SUMMARY = r"checked (\d+) entries, accounts up to (\d+) and transfers up to (\d+) in \d+\.\d\d s: "


class Books:
    """A ledger of three transfers, and how to corrupt it."""

    def __init__(self, url: str, *, source: int, target: int) -> None:
        self.url = url
        self.source, self.target = source, target
        # The deposits of both accounts, and a transfer from one to the other.
        self.deposit, self.other_deposit, self.transfer = self.numbers(
            "SELECT id FROM transfers ORDER BY id"
        )

    def numbers(self, query: str) -> list[int]:
        """The first column of a query."""
        with psycopg.connect(self.url) as connection:
            return [int(row[0]) for row in connection.execute(query.encode()).fetchall()]

    def names(self) -> dict[str, int]:
        """The ids of rows; an entry's follows from its transfer's."""
        return {
            "source": self.source,
            "target": self.target,
            "deposit": self.deposit,
            "transfer": self.transfer,
            "debit": 2 * self.transfer,
            "credit": 2 * self.transfer + 1,
            "deposit_debit": 2 * self.deposit,
            "deposit_credit": 2 * self.deposit + 1,
        }

    def corrupt(self, statement: str) -> None:
        """Change rows as no constraint or trigger would let anybody."""
        with psycopg.connect(make_conninfo(self.url, user=SUPERUSER)) as connection:
            connection.execute("SET session_replication_role = replica")
            done = connection.execute(statement.format_map(self.names()).encode())
            assert done.rowcount > 0


@pytest.fixture
async def books(database_url: str, store: Store, make: Make) -> Books:
    """A healthy ledger."""
    source, target = await make.account(balance=1000), await make.account(balance=50)
    await store.postings.post([transfer(source, target, 300)])
    return Books(database_url, source=source.id, target=target.id)


class Command:
    """Runs commands of bankapp, without the second a process of its own takes to start."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str, **settings: object) -> tuple[int, str, str]:
        """The exit code and what was written to the two outputs."""
        with self._monkeypatch.context() as patch:
            patch.setattr("sys.argv", ["bankapp", *arguments])
            for variable, value in settings.items():
                patch.setenv(variable, str(value))
            code = cli.main()
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err

    def failure(self, *arguments: str, **settings: object) -> str:
        """The one line with which a command fails."""
        code, out, err = self(*arguments, **settings)
        assert out == ""
        return failure(subprocess.CompletedProcess([], code, out, err))


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Commands in an environment without the developer's settings, PGBIN excepted."""
    for name in EXAMPLES.keys() - {"PGBIN"}:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Command(monkeypatch, capsys)


def test_verify_healthy_books(books: Books, command: Command) -> None:
    code, summary, _ = command("verify", DATABASE_URL=books.url)
    assert code == 0
    checked = re.fullmatch(rf"{SUMMARY}all is well\n", summary)
    assert checked is not None
    assert [int(number) for number in checked.groups()] == [
        6,
        *books.numbers("SELECT max(id) FROM accounts"),
        books.transfer,
    ]


@pytest.mark.parametrize(
    ("statement", "findings"),
    [
        pytest.param(
            "UPDATE accounts SET balance = balance + 1 WHERE id = {source}",
            [
                "account {source}: its balance is 701, its entries sum to 700",
                "currency USD: all its balances sum to 1, not to zero",
            ],
            id="a wrong balance",
        ),
        pytest.param(
            "UPDATE entries SET balance_after = balance_after - 1 WHERE id = {deposit_credit}",
            [
                (
                    "entry {deposit_credit}: its balance_after is 999, "
                    "the entries of account {source} up to it sum to 1000"
                )
            ],
            id="a wrong running balance",
        ),
        pytest.param(
            "DELETE FROM entries WHERE id = {debit}",
            [
                "account {source}: its balance is 700, its entries sum to 1000",
                (
                    "transfer {transfer}: it moves 300, but has 1 entries "
                    "that sum to 300 or do not match it"
                ),
            ],
            id="a missing entry",
        ),
        pytest.param(
            "DELETE FROM entries WHERE transfer_id = {transfer}",
            [
                "account {source}: its balance is 700, its entries sum to 1000",
                "account {target}: its balance is 350, its entries sum to 50",
                (
                    "transfer {transfer}: it moves 300, but has 0 entries "
                    "that sum to 0 or do not match it"
                ),
            ],
            id="no entries",
        ),
        pytest.param(
            "UPDATE entries SET amount = amount + 1 WHERE id = {credit}",
            [
                "account {target}: its balance is 350, its entries sum to 351",
                (
                    "entry {credit}: its balance_after is 350, "
                    "the entries of account {target} up to it sum to 351"
                ),
                (
                    "transfer {transfer}: it moves 300, but has 2 entries "
                    "that sum to 1 or do not match it"
                ),
            ],
            id="an entry with a wrong amount",
        ),
        pytest.param(
            "UPDATE transfers SET amount = amount + 1 WHERE id = {transfer}",
            [
                (
                    "transfer {transfer}: it moves 301, but has 2 entries "
                    "that sum to 0 or do not match it"
                )
            ],
            id="a transfer with a wrong amount",
        ),
        pytest.param(
            "UPDATE transfers SET to_account_id = {source}, from_account_id = {target} "
            "WHERE id = {transfer}",
            [
                (
                    "transfer {transfer}: it moves 300, but has 2 entries "
                    "that sum to 0 or do not match it"
                )
            ],
            id="a transfer turned around",
        ),
        pytest.param(
            "DELETE FROM transfers WHERE id = {deposit}",
            [
                "entry {deposit_debit}: its transfer does not exist",
                "entry {deposit_credit}: its transfer does not exist",
            ],
            id="orphan entries",
        ),
        pytest.param(
            "DELETE FROM transfers WHERE id = {transfer}",
            [
                "entry {debit}: its transfer does not exist",
                "entry {credit}: its transfer does not exist",
            ],
            id="orphan entries of the newest transfer",
        ),
        pytest.param(
            "UPDATE entries SET created_at = created_at + interval '1 day' WHERE id = {credit}",
            [
                "account {target}: its history is not final up to its newest entry (final_at)",
                "entry {credit}: its time is not that of its transfer",
            ],
            id="an entry with a wrong time",
        ),
        pytest.param(
            "UPDATE accounts SET final_at = NULL WHERE id = {target}",
            ["account {target}: its history is not final up to its newest entry (final_at)"],
            id="an account whose time is lost",
        ),
        pytest.param(
            "UPDATE transfers SET created_at = created_at - interval '1 day' "
            "WHERE id = {transfer}; "
            "UPDATE entries SET created_at = created_at - interval '1 day' "
            "WHERE transfer_id = {transfer}",
            [
                (
                    "entry {debit}: its time is before that of the entry before it "
                    "of account {source}"
                ),
                (
                    "entry {credit}: its time is before that of the entry before it "
                    "of account {target}"
                ),
            ],
            id="a transfer dated back",
        ),
        pytest.param(
            "UPDATE accounts SET currency = 'EUR' WHERE id = {target}",
            [
                "currency EUR: all its balances sum to 350, not to zero",
                "currency USD: all its balances sum to -350, not to zero",
            ],
            id="an account that changed its currency",
        ),
    ],
)
def test_verify_names_what_is_wrong(
    books: Books, command: Command, statement: str, findings: list[str]
) -> None:
    books.corrupt(statement)
    code, out, _ = command("verify", DATABASE_URL=books.url)
    *found, summary = out.splitlines()
    assert found == [finding.format_map(books.names()) for finding in findings]
    assert re.fullmatch(rf"{SUMMARY}{len(findings)} wrong", summary)
    assert code == 1


def test_verify_orphan_entries_where_no_transfer_is_left(books: Books, command: Command) -> None:
    books.corrupt("DELETE FROM transfers")
    code, out, _ = command("verify", DATABASE_URL=books.url)
    assert f"entry {2 * books.transfer}: its transfer does not exist\n" in out
    assert code == 1


def test_verify_in_a_process_of_its_own(books: Books, tmp_path: Path) -> None:
    books.corrupt("UPDATE accounts SET balance = balance + 1 WHERE id = {source}")
    done = run_bankapp("verify", cwd=tmp_path, DATABASE_URL=books.url)
    assert done.returncode == 1
    assert done.stderr == ""
    assert done.stdout.startswith(f"account {books.source}: ")
    assert not list(tmp_path.iterdir())


def test_verify_unreachable_database(command: Command) -> None:
    url = "postgresql://bank:hunter2@127.0.0.1:1/bank"
    message = command.failure("verify", DATABASE_URL=url)
    assert "127.0.0.1" in message
    assert "hunter2" not in message


def test_verify_without_a_schema(command: Command, scratch: Path) -> None:
    assert command.failure("verify", BANK_DATA_DIR=scratch / "bank")
    assert not processes_in(scratch)


def test_verify_starts_a_server_and_stops_it(command: Command, home: Path, scratch: Path) -> None:
    code, out, err = command("verify", BANK_DATA_DIR=home)
    assert (code, err) == (0, "")
    assert out.endswith(": all is well\n")
    assert not processes_in(scratch)


def test_verify_and_migrate_beside_serve(home: Path, scratch: Path) -> None:
    with Served(home) as served:
        served.wait()
        served.deposit(served.open_account(), 1000, served.log_in_admin())
        for name in ("verify", "migrate"):
            done = run_bankapp(name, cwd=scratch, BANK_DATA_DIR=home)
            assert done.returncode == 0, done
            assert served.is_ready()
            if name == "verify":
                assert done.stdout.startswith("checked 2 entries, ")


def test_migrate_creates_the_data(command: Command, scratch: Path) -> None:
    home = scratch / "bank"
    code, out, err = command("migrate", BANK_DATA_DIR=home)
    *names, count = out.splitlines()
    assert (code, err) == (0, "")
    assert names == sorted(path.stem for path in MIGRATIONS.glob("*.sql"))
    assert count == f"{len(names)} migrations applied"
    again = (0, "the schema is up to date\n", "")
    assert command("migrate", BANK_DATA_DIR=home) == again
    assert not processes_in(scratch)
    code, _, _ = command("verify", BANK_DATA_DIR=home)
    assert code == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("PGBIN", "/nowhere", id="there is no PostgreSQL in PGBIN"),
        pytest.param("BANK_DATA_DIR", "/dev/null/bank", id="the data's parent is a file"),
        pytest.param("BANK_DATA_DIR", "/proc/bank", id="the data cannot be written"),
    ],
)
def test_setting_that_proves_wrong(command: Command, scratch: Path, name: str, value: str) -> None:
    message = command.failure("migrate", **{"BANK_DATA_DIR": scratch / "bank", name: value})
    assert name in message
    assert value in message


def test_verify_for_programs(books: Books, command: Command) -> None:
    books.corrupt("UPDATE accounts SET balance = balance + 1 WHERE id = {source}")
    code, out, _ = command("verify", "--json", DATABASE_URL=books.url)
    report = json.loads(out)
    assert code == 1
    assert report["entry_count"] == 6
    assert report["findings"][0].startswith(f"account {books.source}: ")


def test_jobs_for_programs(books: Books, command: Command) -> None:
    assert command("jobs", "--json", DATABASE_URL=books.url) == (0, "[]\n", "")


def printed_events(command: Command, books: Books, *arguments: str) -> list[dict[str, object]]:
    """The events that the command prints, as soon as they are settled."""
    for _ in range(100):
        code, out, err = command("events", *arguments, DATABASE_URL=books.url)
        assert (code, err) == (0, "")
        if len(events := [json.loads(line) for line in out.splitlines()]) >= 3:
            return events
    raise AssertionError("the feed stands still")


def test_events(books: Books, command: Command) -> None:
    posted = printed_events(command, books, "--type", "transfer.posted")
    assert [event["subject"] for event in posted] == [
        f"transfer:{one}" for one in (books.deposit, books.other_deposit, books.transfer)
    ]
    every = printed_events(command, books)
    assert {event["type"] for event in every} > {"transfer.posted", "account.opened"}
    after = str(every[-2]["id"])
    code, out, _ = command("events", "--after", after, DATABASE_URL=books.url)
    assert (code, [json.loads(line) for line in out.splitlines()]) == (0, every[-1:])


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--type", "money.lost"), "no type of event is called money.lost; there are account."),
        (("--after", "yesterday"), "yesterday is not the id of an event, such as 1-42"),
        (("--after", "9-1"), "the database was set back since: begin without --after"),
    ],
)
def test_events_that_are_not_there(
    books: Books, command: Command, arguments: tuple[str, ...], problem: str
) -> None:
    assert problem in command.failure("events", *arguments, DATABASE_URL=books.url)


def test_a_new_epoch(books: Books, command: Command) -> None:
    last = str(printed_events(command, books)[-1]["id"])
    code, out, _ = command("feed", "new-epoch", DATABASE_URL=books.url)
    assert (code, out) == (0, "epoch 2 begins: readers of the feed have to start over\n")
    assert "set back" in command.failure("events", "--after", last, DATABASE_URL=books.url)
    assert printed_events(command, books)[-1]["id"] == f"2-{last.removeprefix('1-')}"


def called(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[object, str, str]:
    """The exit code of a call that does nothing, and what it printed."""
    monkeypatch.setattr("sys.argv", ["bankapp", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    printed = capsys.readouterr()
    return end.value.code, printed.out, printed.err


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="nothing"),
        pytest.param(["conquer"], id="an unknown command"),
        pytest.param(["serve", "--hurry"], id="an unknown option"),
        pytest.param(["requeue"], id="too little"),
        pytest.param(["demo", "--seed", "x"], id="no number"),
    ],
)
def test_a_wrong_call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    code, out, err = called(monkeypatch, capsys, *arguments)
    assert (code, out) == (2, "")
    assert re.fullmatch(r"bankapp: .+; `bankapp.* --help` says more\n", err)


def test_help(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = called(monkeypatch, capsys, "--help")
    assert code == 0
    listed = " ".join(out.split())
    assert all(f"{command.name} {command.summary}" in listed for command in cli.COMMANDS)
    assert "exit codes: 0 done" in out


@pytest.mark.parametrize("subject", cli.COMMANDS, ids=lambda command: command.name)
def test_help_teaches(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], subject: cli.Command
) -> None:
    """The help has a description, a valid example, and the exit codes."""
    code, out, _ = called(monkeypatch, capsys, subject.name, "--help")
    assert code == 0
    assert subject.text in out
    assert "exit codes: 0 " in out
    example = out.partition("example:\n")[2].partition("exit codes:")[0]
    calls = re.findall(r"\bbankapp ([^|&\n]+)", example)
    parsed = [cli.create_parser().parse_args(call.split()) for call in calls]
    assert subject.name in {each.command for each in parsed}


def test_usage_in_a_process_of_its_own(tmp_path: Path) -> None:
    done = run_bankapp("conquer", cwd=tmp_path)
    assert done.returncode == 2
    assert "conquer" in done.stderr
    assert not list(tmp_path.iterdir())


def printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> str:
    """What an option prints that ends the program."""
    monkeypatch.setattr("sys.argv", ["bankapp", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(monkeypatch, capsys, "--version") == f"bankapp {version('bankapp')}\n"


@pytest.mark.parametrize("shell", cli.COMPLETED_SHELLS)
def test_completion_knows_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shell: str
) -> None:
    script = printed(monkeypatch, capsys, "--print-completion", shell)
    assert all(known.name in script for known in cli.COMMANDS)
    assert "seed" in script
