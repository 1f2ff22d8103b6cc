"""Jobs: work that is done after a transaction has committed, a class each.

The store enqueues a job in the transaction that wants it; `bankapp.jobs` does it. The classes stand
here because both name them, and the store knows nothing of what doing a job takes.
"""

from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias, get_args

from bankapp.domain import limits
from bankapp.domain.mail import Mail


class GiveUp(Exception):
    """A job failed, and would fail again: it is not retried."""


class Job:
    """Work for a worker: done at least once after a commit, and never after a rollback.

    The queue holds it by `name`, with its fields as JSON. Releases share the queue, so a name is
    kept for good and a new field has a default.
    """

    __slots__ = ()
    name: ClassVar[str]
    attempt_count_max: ClassVar[int] = limits.JOB_ATTEMPT_COUNT_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodicJob(Job):
    """Work by the clock, one at a time. The next time is the retry.

    `schedule` is in cron's form, in UTC; `timestamp` is when it was due, in Unix seconds.
    """

    schedule: ClassVar[str]
    attempt_count_max = 1
    timestamp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMail(Mail, Job):
    """Send one mail."""

    name = "send_mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPasswordReset(Job):
    """Mail a code to the user who has this address, if there is one."""

    name = "start_password_reset"
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PingWebhook(Job):
    """Send a webhook a message that is no event, once."""

    name = "ping_webhook"
    attempt_count_max = 1
    webhook_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge(PeriodicJob):
    """Delete rows that are no longer needed."""

    name = "purge"
    schedule = "*/10 * * * *"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireHolds(PeriodicJob):
    """Note which holds have expired, so that the feed tells of it."""

    name = "expire_holds"
    schedule = "* * * * *"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRates(PeriodicJob):
    """Fetch exchange rates, where a source of them is set."""

    name = "fetch_rates"
    schedule = "23 * * * *"  # not at the full hour, when everybody asks


AnyJob: TypeAlias = SendMail | StartPasswordReset | PingWebhook | Purge | ExpireHolds | FetchRates
JOBS: Final[tuple[type[AnyJob], ...]] = get_args(AnyJob)
