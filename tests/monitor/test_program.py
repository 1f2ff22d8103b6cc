"""The program: how it starts, stops and is killed, beside the bank that it watches."""

import os
import signal
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from monitor.errors import SettingError
from monitor.settings import EXAMPLES, load_settings
from tests.brokers import KINDS, running
from tests.monitor.program import Monitoring, failure, run_monitor
from tests.processes.processes import Served, postmaster_pid, processes_in, until

Settings: TypeAlias = dict[str, str]

SECRET = "hunter2hunter2hunter2"


def test_stops_and_starts_again(scratch: Path) -> None:
    """In a directory whose name has a space, without a bank; the second start finds the token."""
    home = scratch / "the monitor"
    with Monitoring(home) as first:
        token = first.wait().token
        assert first.answer("/api/status")["state"] in ("starting", "trouble")
        assert first.stop(signal.SIGINT) == 0
    assert not processes_in(scratch)
    with Monitoring(home) as second:
        assert second.wait().token == token
        assert second.stop(signal.SIGTERM) == 0
    assert token not in first.log() + second.log()
    assert {p.name: p.stat().st_mode & 0o777 for p in home.iterdir()}["access_token"] == 0o600


def test_two_on_one_directory(scratch: Path) -> None:
    home = scratch / "monitor"
    with Monitoring(home) as first:
        first.wait()
        done = run_monitor(cwd=scratch, MONITOR_DATA_DIR=home)
        assert failure(done) == (
            f"process {first.process.pid} is using MONITOR_DATA_DIR {home}; stop it, or choose "
            "another directory"
        )


def test_its_database_ends(scratch: Path) -> None:
    home = scratch / "monitor"
    with Monitoring(home) as served:
        os.kill(postmaster_pid(served.wait().home), signal.SIGKILL)
        assert served.process.wait(60) == 1
        assert "the embedded PostgreSQL has ended" in served.log()


def test_an_address_that_is_taken(scratch: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with Monitoring(scratch / "monitor", MONITOR_HTTP_ADDRESS=address) as served:
            assert served.process.wait(60) == 1
            assert f"MONITOR_HTTP_ADDRESS={address} cannot be listened at" in served.log()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("MONITOR_DATABASE_URL", f"mysql://a:{SECRET}@b/c", id="another database"),
        pytest.param("MONITOR_HTTP_ADDRESS", "8090", id="no host"),
        pytest.param("MONITOR_HTTP_ADDRESS", "127.0.0.1:²", id="a port in superscript"),
        pytest.param("MONITOR_TOKEN", "hunter2", id="a token too short"),
        pytest.param("MONITOR_TOKEN", f"{SECRET} {SECRET}", id="a token with a space"),
        pytest.param("MONITOR_PUBLIC_URL", "https://a.example/monitor", id="a URL with a path"),
        pytest.param("MONITOR_BANK_URL", "bank.example", id="a bank without a scheme"),
        pytest.param("MONITOR_BANK_URL", f"http://a:{SECRET}@bank", id="a password in a URL"),
        pytest.param("MONITOR_KEEP_EVENTS", "0d", id="no duration"),
        pytest.param("MONITOR_FREEZE_AFTER_WITHDRAWALS", "5", id="no time"),
        pytest.param("MONITOR_FREEZE_AFTER_WITHDRAWALS", "0/5m", id="no count"),
        pytest.param("MONITOR_FREEZE_AFTER_WITHDRAWALS", "1001/5m", id="too great a count"),
        pytest.param("MONITOR_NOTE_AFTER_LOGINS", "5/5", id="no unit"),
        pytest.param("MONITOR_LOG_FORMAT", "xml", id="an unknown log format"),
        pytest.param("MONITOR_KAFKA_SERVERS", "kafka", id="a broker without a port"),
        pytest.param("MONITOR_KAFKA_SERVERS", ",", id="no broker"),
        pytest.param("MONITOR_KAFKA_TOPIC", "a b", id="no name of a topic"),
        pytest.param("MONITOR_KAFKA_REPLIES", "replies", id="a topic that the bank refuses"),
        pytest.param("MONITOR_KAFKA_SECURITY", "none", id="an unknown security"),
        pytest.param("MONITOR_TOKN", SECRET, id="a name that is misspelt"),
        pytest.param("MONITOR_HTTP_ADDRESS", "0.0.0.0:8090", id="elsewhere without a token"),
    ],
)
def test_wrong_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    for known in EXAMPLES:
        monkeypatch.delenv(known, raising=False)
    monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingError) as refusal:
        load_settings()
    expected = "MONITOR_TOKEN" if value.startswith("0.0") else name
    line = str(refusal.value)
    assert line.startswith(expected)
    assert "\n" not in line
    assert "hunter2" not in line
    assert f"Example: {expected}=" in line or name not in EXAMPLES


@pytest.mark.parametrize(
    ("name", "value", "exit_code"),
    [
        pytest.param("MONITOR_TOKEN", "hunter2", 2, id="a setting"),
        pytest.param("MONITOR_DATABASE_URL", f"postgresql://a:{SECRET}%zz@b/c", 1, id="a URL"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(
    tmp_path: Path, name: str, value: str, exit_code: int
) -> None:
    done = run_monitor(cwd=tmp_path, **{name: value})
    assert failure(done, exit_code).startswith(name)
    assert "hunter2" not in done.stdout + done.stderr
    assert not list(tmp_path.iterdir())


def test_elsewhere_it_needs_to_know_its_name(tmp_path: Path) -> None:
    settings = {"MONITOR_HTTP_ADDRESS": "0.0.0.0:8090", "MONITOR_TOKEN": SECRET}
    done = run_monitor(cwd=tmp_path, **settings)
    assert failure(done, 2).startswith("MONITOR_PUBLIC_URL is required where")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param(
            {"MONITOR_KAFKA_REPLIES": "bank.replies.m"}, "MONITOR_KAFKA_SERVERS", id="no brokers"
        ),
        pytest.param(
            {"MONITOR_KAFKA_SERVERS": "k:1", "MONITOR_KAFKA_USER": "m"},
            "MONITOR_KAFKA_PASSWORD",
            id="a user without a password",
        ),
    ],
)
def test_half_a_set_up_of_kafka(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=f"^{expected} is required"):
        load_settings()


def test_a_wrong_call(tmp_path: Path) -> None:
    assert failure(run_monitor("serve", cwd=tmp_path), 2).startswith("unrecognized arguments")
    assert run_monitor("--version", cwd=tmp_path).stdout.startswith("bankapp-monitor ")


def is_current(monitor: Monitoring) -> bool:
    return bool(monitor.answer("/api/status")["state"] == "current")


@pytest.fixture(params=["http", pytest.param("kafka", marks=pytest.mark.kafka_at_length)])
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[tuple[Settings, Settings]]:
    """The settings of a bank and of a monitor that reach each other in one way."""
    if request.param == "http":
        yield {}, {}
        return
    with running(KINDS[0], tmp_path) as broker:
        bank = {"SERVERS": broker.server, "SECURITY": "plaintext", "COMMANDS": "on"}
        monitor = {
            "SERVERS": broker.server, "SECURITY": "plaintext", "REPLIES": "bank.replies.monitor"
        }  # fmt: skip
        yield (
            {f"BANK_KAFKA_{name}": value for name, value in bank.items()},
            {f"MONITOR_KAFKA_{name}": value for name, value in monitor.items()},
        )


def test_the_rule_end_to_end(home: Path, scratch: Path, line: tuple[Settings, Settings]) -> None:
    """Goal: too many withdrawals freeze an account, once, whenever the monitor is killed.

    Method: it is killed before the last withdrawal, and again after the decision; then a banker
    thaws, and it is started a third time.
    """
    of_bank, of_monitor = line
    settings: Settings = {
        **of_monitor,
        "MONITOR_FREEZE_AFTER_WITHDRAWALS": "3/1h",
        "MONITOR_BANK_PASSWORD_FILE": str(home / "admin_password"),
    }
    with Served(home, **of_bank) as bank:
        admin = bank.wait().log_in_admin()
        account_id = bank.open_account()
        assert bank.deposit(account_id, 1000, admin).status == 201
        settings["MONITOR_BANK_URL"] = f"http://127.0.0.1:{bank.address[1]}"

        def withdraw() -> None:
            body = {"amount": 10, "currency": "USD"}
            path = f"/v1/accounts/{account_id}/withdrawals"
            assert bank.ask("POST", path, body, token=admin).status == 201

        def account() -> Any:
            return bank.ask("GET", f"/v1/accounts/{account_id}", token=admin).body["status"]

        with Monitoring(scratch / "monitor", **settings) as first:
            until(lambda: is_current(first.wait()))
            withdraw()
            withdraw()
            path = f"/api/movements?account_id={account_id}"
            until(lambda: len(first.answer(path)["items"]) == 3)
            assert first.answer("/api/decisions")["items"] == []
            first.process.kill()
        withdraw()
        assert account() == "open"
        with Monitoring(scratch / "monitor", name="second", **settings) as second:
            second.wait()
            until(lambda: account() == "frozen")
            second.process.kill()
        thaw = bank.ask("POST", f"/v1/accounts/{account_id}/thaw", {}, token=admin)
        assert thaw.status == 200
        with Monitoring(scratch / "monitor", name="third", **settings) as third:
            third.wait()
            until(lambda: third.answer("/api/decisions")["items"][0]["status"] == "done", 60)
            [decision] = third.answer("/api/decisions")["items"]
            assert decision["reply"]
            assert (decision["reply"].get("over") == "kafka") <= bool(of_monitor)
            assert account() == "open"
            by_day = third.answer("/api/operations?per=day")["counts"]
            [withdrawn] = [one["count"] for one in by_day if one["type"] == "transfer.posted"]
            assert withdrawn == 4
        logs = "".join(one.log() for one in (first, second, third))
        assert (home / "admin_password").read_text() not in logs
