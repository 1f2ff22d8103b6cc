"""The job that fetches exchange rates: what is stored, and what a wrong answer leaves behind."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from decimal import Decimal
from ipaddress import ip_network
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs

from bankapp import tuning
from bankapp.domain.exchange_rates import Fault, RatesRejected
from bankapp.domain.jobs import FetchRates
from bankapp.egress.client import HttpEgress, open_egress
from bankapp.egress.interface import EgressFailed
from bankapp.exchange_rates.source import RatesFormat, RateSource
from bankapp.jobs.context import JobContext
from bankapp.jobs.fetch_rates import fetch_rates
from bankapp.jobs.queue import open_queue
from bankapp.jobs.tasks import add_jobs, run
from bankapp.mail.mailer import SmtpMailer
from bankapp.operations.bank import Bank
from tests.job_runner import MAIL_SETTINGS, JobRunner
from tests.mail_server import Mailbox
from tests.rate_answers import ECB, RATES, WRONG, Wrong, ecb, frankfurter, today
from tests.web_server import WebServer, http, web_server

Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
async def web() -> AsyncGenerator[WebServer]:
    """The source of the rates."""
    async with web_server() as web:
        yield web


@pytest.fixture
async def egress() -> AsyncGenerator[HttpEgress]:
    """An egress that reaches the source."""
    async with open_egress(allowed=[ip_network("127.0.0.0/8")], requires_tls=False) as egress:
        yield egress


def context_of(
    bank: Bank,
    web: WebServer,
    egress: HttpEgress,
    rates_format: RatesFormat = "ecb",
    mailbox_url: str = "smtp://127.0.0.1:1",
) -> JobContext:
    source = RateSource(egress, f"{web.url}rates", rates_format)
    return JobContext(bank, SmtpMailer(mailbox_url), MAIL_SETTINGS, source)


def stored(connection: Connection) -> list[tuple[Any, ...]]:
    """All rates, as they were stored."""
    rows = connection.execute(
        "SELECT base, quote, as_of, source, rate, status::text FROM exchange_rates"
        " ORDER BY as_of, source, quote"
    ).fetchall()
    connection.commit()
    return rows


@pytest.mark.parametrize(
    ("rates_format", "answer"),
    [
        ("ecb", http(ecb())),
        ("ecb", http(ecb(), content_type="application/xml; charset=UTF-8")),
        ("ecb", http(ecb({**RATES, "XTS": "7", "PLN": "4.2"}))),
        ("frankfurter", http(frankfurter(), content_type="application/json")),
        ("frankfurter", http(frankfurter(amount=None), content_type="application/json; x=y")),
        ("frankfurter", http(frankfurter(amount=1, extra=[1]), content_type="application/json")),
    ],
)
async def test_known_currencies_are_stored_as_they_are_written(
    bank: Bank,
    web: WebServer,
    egress: HttpEgress,
    connection: Connection,
    rates_format: RatesFormat,
    answer: bytes,
) -> None:
    web.answer = answer
    with capture_logs() as lines:
        await run(FetchRates(timestamp=0), context_of(bank, web, egress, rates_format))
    assert stored(connection) == [
        ("EUR", code, today(), rates_format, Decimal(RATES[code]), "accepted")
        for code in sorted(RATES)
    ]
    [line] = [line for line in lines if line["event"] == "rates fetched"]
    assert (line["source"], line["accepted"]) == (rates_format, 3)


def test_there_are_wrong_answers_enough() -> None:
    assert len(WRONG) > 100
    reasons = {wrong.reason for _, _, wrong in WRONG}
    assert set(Fault) - reasons == {Fault.OLDER_DAY}  # it takes a newer one, see below


@pytest.mark.parametrize(
    ("rates_format", "wrong"),
    [pytest.param(kind, wrong, id=f"{kind}: {name}") for kind, name, wrong in WRONG],
)
async def test_of_a_wrong_answer_nothing_is_stored(
    bank: Bank,
    web: WebServer,
    egress: HttpEgress,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
    rates_format: RatesFormat,
    wrong: Wrong,
) -> None:
    """One line of the log says why, and the next answer is taken."""
    monkeypatch.setattr(tuning, "RATES_TIMEOUT_S", 0.5 if wrong.drips or wrong.hangs else 10)
    context = context_of(bank, web, egress, rates_format)
    wrong.play(web)
    with capture_logs() as lines, pytest.raises((RatesRejected, EgressFailed)):
        await fetch_rates(context)
    assert lines == [
        {"event": "rates not fetched", "log_level": "warning", "reason": wrong.reason.value}
    ]
    assert stored(connection) == []
    # Of a connection that ends without an answer, aiohttp asks once more.
    assert web.connection_count == (2 if wrong.answer == b"" and not wrong.hangs else 1)
    Wrong(wrong.reason, http(ecb())).play(web)
    if rates_format == "frankfurter":
        web.answer = http(frankfurter(), content_type="application/json")
    monkeypatch.setattr(tuning, "RATES_TIMEOUT_S", 10)
    await fetch_rates(context)
    assert len(stored(connection)) == 3


async def test_an_older_day_is_refused(
    bank: Bank, web: WebServer, egress: HttpEgress, connection: Connection
) -> None:
    context = context_of(bank, web, egress)
    web.answer = http(ecb())
    await fetch_rates(context)
    known = stored(connection)
    web.answer = http(ecb({"CAD": "1.5"}, today() - timedelta(days=1)))
    with pytest.raises(RatesRejected) as rejected:
        await fetch_rates(context)
    assert rejected.value.fault is Fault.OLDER_DAY
    assert stored(connection) == known


async def test_a_day_that_is_known_stays_as_it_is(
    bank: Bank, web: WebServer, egress: HttpEgress, connection: Connection
) -> None:
    context = context_of(bank, web, egress)
    for rates in ({"USD": "1.1"}, {"USD": "1.2", "GBP": "0.85"}, {"USD": "1.3", "GBP": "0.9"}):
        web.answer = http(ecb(rates))
        await fetch_rates(context)
    assert [(row[1], row[4]) for row in stored(connection)] == [
        ("GBP", Decimal("0.85")),
        ("USD", Decimal("1.1")),
    ]


async def test_what_is_kept_is_not_sent_again(
    bank: Bank, web: WebServer, egress: HttpEgress
) -> None:
    context = context_of(bank, web, egress)
    web.answer = http(ecb(), headers={"ETag": '"one"'})
    await fetch_rates(context)
    web.answer = http("", status="304 Not Modified")
    with capture_logs() as lines:
        await fetch_rates(context)
    assert [line["event"] for line in lines] == ["rates unchanged"]
    assert [b'If-None-Match: "one"' in request for request in web.requests] == [False, True]


async def test_what_was_not_stored_is_sent_again(
    bank: Bank, web: WebServer, egress: HttpEgress
) -> None:
    """A tag that is noted too early would hide the rates from the bank for good."""
    context = context_of(bank, web, egress)
    web.answer = http(ecb({"XTS": "1"}), headers={"ETag": '"one"'})
    for _ in range(2):
        with pytest.raises(RatesRejected):
            await fetch_rates(context)
    assert not any(b"If-None-Match" in request for request in web.requests)


@pytest.mark.parametrize("tag", ["", "x" * 201, '"é"'])
async def test_a_tag_that_cannot_be_sent_is_none(
    bank: Bank, web: WebServer, egress: HttpEgress, tag: str
) -> None:
    context = context_of(bank, web, egress)
    web.answer = http(ecb(), headers={"ETag": tag})
    for _ in range(2):
        await fetch_rates(context)
    assert not any(b"If-None-Match" in request for request in web.requests)


async def test_nothing_is_asked_where_no_source_is_set(bank: Bank, connection: Connection) -> None:
    with capture_logs() as lines:
        await fetch_rates(JobContext(bank, SmtpMailer("smtp://127.0.0.1:1"), MAIL_SETTINGS))
    assert lines == []
    assert stored(connection) == []


async def test_a_source_inside_is_not_asked(bank: Bank, web: WebServer) -> None:
    web.answer = http(ecb())
    async with open_egress(requires_tls=False) as strict:
        with pytest.raises(EgressFailed):
            await fetch_rates(context_of(bank, web, strict))
    assert web.connection_count == 0


async def test_a_failure_harms_no_other_job(
    bank: Bank,
    web: WebServer,
    egress: HttpEgress,
    mailbox: Mailbox,
    database_url: str,
    connection: Connection,
) -> None:
    """Goal: mail goes out, and the failed job waits for nobody. Method: both in one queue."""
    ECB["an entity bomb"].play(web)
    connection.execute("SELECT enqueue_job('fetch_rates', '{\"timestamp\": 0}')")
    connection.execute(
        "SELECT enqueue_job('send_mail', %s::jsonb)",
        ['{"kind": "email_changed", "to": "alice@example.com", "full_name": "Alice"}'],
    )
    connection.commit()
    queue = open_queue(database_url)
    add_jobs(queue, context_of(bank, web, egress, mailbox_url=mailbox.url))
    async with queue.open_async():
        [mail] = await JobRunner(queue, mailbox).deliver()
        jobs = [*await queue.job_manager.list_jobs_async(task="fetch_rates")]
    assert mail["To"] is not None
    # There are two if the test runs shortly after the time of the schedule.
    assert {(job.status, job.attempts) for job in jobs} == {("failed", 1)}
    assert stored(connection) == []
