"""`bankapp work`, and what an operator does about jobs that failed."""

import json
import signal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.mail_server import Mailbox, mail_server_in_thread
from tests.processes.processes import (
    Served,
    Working,
    failure,
    processes_in,
    run_bankapp,
    until,
)


def sign_up(served: Served, username: str = "alice") -> None:
    person = {
        "username": username,
        "password": "correct horse battery staple",
        "full_name": username,
        "email": f"{username}@example.com",
    }
    assert served.ask("POST", "/v1/users", person).status == 201


def recipients(mailbox: Mailbox) -> set[str]:
    return {str(message["To"]) for message in mailbox.messages}


def test_a_worker_beside_a_server(home: Path) -> None:
    with mail_server_in_thread() as mailbox:
        settings = {"BANK_SMTP_URL": mailbox.url}
        with Served(home, BANK_WORK_IN_SERVE="off", **settings) as served:
            served.wait()
            sign_up(served)
            assert mailbox.messages == []
            with Working(home, name="work", **settings) as working:
                working.wait()
                until(lambda: recipients(mailbox) == {"alice@example.com"})
                sign_up(served, "bob")
                until(lambda: recipients(mailbox) == {"alice@example.com", "bob@example.com"})
                assert working.stop(signal.SIGTERM) == 0


def test_a_worker_stops_with_its_terminal(home: Path, scratch: Path) -> None:
    with Working(home) as working:
        assert working.wait().stop(signal.SIGHUP) == 0
        assert not processes_in(scratch)


def test_a_server_works_by_itself(home: Path) -> None:
    with mail_server_in_thread() as mailbox, Served(home, BANK_SMTP_URL=mailbox.url) as served:
        served.wait()
        sign_up(served)
        until(lambda: recipients(mailbox) == {"alice@example.com"})
        assert served.stop(signal.SIGINT) == 0


def test_without_a_mail_server_mails_are_files(home: Path) -> None:
    with Served(home) as served:
        served.wait()
        event = served.event("mail goes into files")
        assert event is not None
        sign_up(served)
        [path] = until(lambda: list(Path(event["directory"]).glob("*.eml")))
        assert "To: alice@example.com" in path.read_text()
        assert "secret_code=" in path.read_text()
        assert served.stop(signal.SIGINT) == 0


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_a_mail_under_way_does_not_delay_the_stop(home: Path, signal_number: int) -> None:
    with (
        mail_server_in_thread(is_deaf=True) as mailbox,
        Served(home, BANK_SMTP_URL=mailbox.url) as served,
    ):
        served.wait()
        sign_up(served)
        until(lambda: mailbox.attempt_count)
        assert served.stop(signal_number) == 0


def test_failed_jobs_are_listed_and_requeued(home: Path, scratch: Path) -> None:
    with mail_server_in_thread() as mailbox:
        mailbox.answer = lambda count: "550 never" if count == 1 else "250 OK"
        with Served(home, BANK_SMTP_URL=mailbox.url) as served:
            served.wait()
            sign_up(served)

            def listed() -> list[str]:
                done = run_bankapp("jobs", cwd=scratch, BANK_DATA_DIR=home)
                assert done.returncode == 0, done
                return done.stdout.splitlines()

            until(lambda: listed() != ["0 failed"])
            first = listed()
            assert first[0].endswith(" send_mail, tried 1 times")
            assert first[1:] == ["1 failed"]
            assert "alice" not in str(first)
            wrong = run_bankapp("requeue", "999", cwd=scratch, BANK_DATA_DIR=home)
            assert failure(wrong).startswith("no failed job has the number 999")
            number = first[0].split()[0]
            right = run_bankapp("requeue", number, cwd=scratch, BANK_DATA_DIR=home)
            assert (right.returncode, right.stdout) == (0, "1 requeued\n")
            until(lambda: recipients(mailbox) == {"alice@example.com"})
            assert listed() == ["0 failed"]


def test_an_unreadable_job_is_listed_with_its_problem(
    database_url: str, scratch: Path, connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    connection.execute("SELECT enqueue_job('send_mail', '{\"to\": \"alice@example.com\"}')")
    connection.execute("SET LOCAL search_path TO procrastinate")  # its triggers need it
    connection.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    connection.commit()
    listed = run_bankapp("jobs", cwd=scratch, DATABASE_URL=database_url)
    assert listed.returncode == 0, listed
    problem = "kind: Field required; full_name: Field required"
    assert listed.stdout.splitlines()[0].endswith(f" send_mail, tried 0 times: {problem}")
    as_json = run_bankapp("jobs", "--json", cwd=scratch, DATABASE_URL=database_url)
    assert json.loads(as_json.stdout)[0]["problem"] == problem
