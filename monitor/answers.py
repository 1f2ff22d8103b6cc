"""What the monitor can be asked, and how it answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Generic, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from monitor.database import Pool, transaction
from monitor.gen.enums import Bucket
from monitor.gen.models import Decision, FeedGeneration, LostEvent
from monitor.intake.counting import began_at

ID_MAX: Final = 2**63 - 1
PAGE_SIZE_MAX: Final = 200
PAGE_SIZE_DEFAULT: Final = 50
REWIND_COUNT_MAX: Final = 20
BUCKET_COUNT_MAX: Final = 400
TYPE_COUNT_MAX: Final = 100
# A page of the feed comes every 10 seconds, also when nothing happens.
SILENT_AFTER: Final = timedelta(seconds=60)
BUCKET_SIZE: Final = {
    Bucket.MINUTE: timedelta(minutes=1),
    Bucket.HOUR: timedelta(hours=1),
    Bucket.DAY: timedelta(days=1),
}
BUCKET_COUNT_DEFAULT: Final = {Bucket.MINUTE: 60, Bucket.HOUR: 48, Bucket.DAY: 30}
# The clock of the bank may be ahead by so much; what is later is not drawn unless it is asked for.
CLOCK_AHEAD_MAX: Final = timedelta(hours=1)

Item = TypeVar("Item")
State: TypeAlias = Literal["current", "behind", "silent", "trouble", "starting"]
Id: TypeAlias = Annotated[int, Field(ge=1, le=ID_MAX)]
Limit: TypeAlias = Annotated[int, Field(ge=1, le=PAGE_SIZE_MAX)]


class Question(BaseModel):
    """The parameters of a question; an unknown one is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PageQuestion(Question):
    """Asks for what is older than `before`."""

    before: Id = ID_MAX
    limit: Limit = PAGE_SIZE_DEFAULT


Username: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$")]


class LoginsQuestion(PageQuestion):
    """Asks when a user signed in."""

    username: Username


class MovementsQuestion(PageQuestion):
    """Asks for the transfers of an account."""

    account_id: Id


class OperationsQuestion(Question):
    """Asks how much happened, in so many buckets up to a time."""

    per: Bucket = Bucket.HOUR
    count: Annotated[int, Field(ge=1, le=BUCKET_COUNT_MAX)] | None = None
    until: datetime | None = None


class Answer(BaseModel):
    """What the monitor answers."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Page(Answer, Generic[Item]):
    """One page, newest first; `next_before` asks for the next one."""

    items: Sequence[Item]
    next_before: int | None


class Login(Answer):
    """A user signed in."""

    event_id: str
    happened_at: datetime
    session_id: str
    request_id: str | None


class Movement(Answer):
    """A transfer, as seen from an account: money that left it is negative."""

    event_id: str
    happened_at: datetime
    transfer_id: int
    kind: str
    from_account_id: int
    to_account_id: int
    amount: int
    currency: str
    balance_after: int | None
    description: str | None
    request_id: str | None


class OperationCount(Answer):
    """How often something happened in a bucket."""

    began_at: datetime
    type: str
    count: int


class Operations(Answer):
    """What happened in each bucket from `since` up to `until`; one without events has no row."""

    per: Bucket
    since: datetime
    until: datetime
    counts: Sequence[OperationCount]


class Decided(Answer):
    """What a rule has found, and the reply to its command."""

    id: int
    rule: str
    subject: str
    account_id: int | None
    position: int
    event_count: int
    within_s: int
    happened_at: datetime
    decided_at: datetime
    status: str
    try_count: int
    last_problem: str | None
    replied_at: datetime | None
    reply: Any


class Lost(Answer):
    """An event that the bank does not know any more."""

    event_id: str
    type: str
    happened_at: datetime
    subject: str
    account_ids: Sequence[int | None]
    data: Any


class Rewind(Answer):
    """The bank was set back; how many events were lost is known once its feed is read again."""

    generation: int
    began_at: datetime
    left_cursor: str | None
    settled_at: datetime | None
    lost_event_count: int | None


class Status(Answer):
    """How far the feed is read: everything up to `last_event`, and how old that is."""

    state: State
    since: datetime | None
    now: datetime
    last_event: str | None
    last_event_at: datetime | None
    answered_at: datetime | None
    caught_up_at: datetime | None
    trouble: str | None
    generation: int
    partition_count: int


class Answers:
    """Answers questions from the database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def status(self) -> Status:
        """How far the feed is read."""
        async with transaction(self._pool) as q:
            place = await q.feed_place.get_place()
            row = await q.feed_place.get_clock()
        state, since = _state(
            row.now, place.answered_at, place.trouble_since, place.behind_since, place.caught_up_at
        )
        return Status(
            state=state,
            since=since,
            now=row.now,
            last_event=f"{place.epoch}-{place.position}" if place.position else None,
            last_event_at=place.newest_at,
            answered_at=place.answered_at,
            caught_up_at=place.caught_up_at,
            trouble=place.trouble,
            generation=place.generation,
            partition_count=row.partition_count,
        )

    async def logins(self, question: LoginsQuestion) -> Page[Login]:
        """When a user signed in."""
        async with transaction(self._pool) as q:
            place = await q.feed_place.get_place()
            rows = await q.monitored_events.list_logins(
                username=question.username,
                generation=place.generation,
                before_position=question.before,
                row_count_max=question.limit + 1,
            )
        found = [
            (
                row.position,
                Login(
                    event_id=f"{row.epoch}-{row.position}",
                    happened_at=row.happened_at,
                    session_id=row.data["session_id"],
                    request_id=row.request_id,
                ),
            )
            for row in rows
        ]
        return _page(found, question.limit)

    async def movements(self, question: MovementsQuestion) -> Page[Movement]:
        """The transfers of an account."""
        async with transaction(self._pool) as q:
            place = await q.feed_place.get_place()
            rows = await q.monitored_events.list_movements(
                account_id=question.account_id,
                generation=place.generation,
                before_position=question.before,
                row_count_max=question.limit + 1,
            )
        found = [
            (
                row.position,
                Movement(
                    event_id=f"{row.epoch}-{row.position}",
                    happened_at=row.happened_at,
                    request_id=row.request_id,
                    **_seen_from(question.account_id, row.data),
                ),
            )
            for row in rows
        ]
        return _page(found, question.limit)

    async def operations(self, question: OperationsQuestion) -> Operations:
        """How much of each type happened."""
        size = BUCKET_SIZE[question.per]
        count = question.count or BUCKET_COUNT_DEFAULT[question.per]
        async with transaction(self._pool) as q:
            end = question.until
            if end is None:
                now = (await q.feed_place.get_clock()).now
                newest = (await q.feed_place.get_place()).newest_at or now
                end = max(now, min(newest, now + CLOCK_AHEAD_MAX))
            until = began_at(question.per, end) + size
            rows = await q.event_counts.list_counts(
                bucket=question.per,
                since=until - count * size,
                until=until,
                row_count_max=BUCKET_COUNT_MAX * TYPE_COUNT_MAX,
            )
        counts = [
            OperationCount(began_at=row.began_at, type=row.type, count=row.event_count)
            for row in rows
        ]
        return Operations(per=question.per, since=until - count * size, until=until, counts=counts)

    async def decisions(self, question: PageQuestion) -> Page[Decided]:
        """What the rules have found."""
        async with transaction(self._pool) as q:
            rows = await q.decisions.list_decisions(
                before_id=question.before, row_count_max=question.limit + 1
            )
        return _page([(row.id, _decided(row)) for row in rows], question.limit)

    async def lost_events(self, question: PageQuestion) -> Page[Lost]:
        """The events that the bank does not know any more."""
        async with transaction(self._pool) as q:
            rows = await q.feed_place.list_lost_events(
                before_position=question.before, row_count_max=question.limit + 1
            )
        return _page([(row.position, _lost(row)) for row in rows], question.limit)

    async def rewinds(self) -> list[Rewind]:
        """When the bank was set back, newest first."""
        async with transaction(self._pool) as q:
            rows: list[FeedGeneration] = await q.feed_place.list_generations(
                row_count_max=REWIND_COUNT_MAX
            )
        return [Rewind.model_validate(row) for row in rows]


def _state(
    now: datetime,
    answered_at: datetime | None,
    trouble_since: datetime | None,
    behind_since: datetime | None,
    caught_up_at: datetime | None,
) -> tuple[State, datetime | None]:
    """What can be relied upon, and since when that is so."""
    if trouble_since is not None:
        return "trouble", answered_at or trouble_since
    if answered_at is None:
        return "starting", None
    if now - answered_at > SILENT_AFTER:
        return "silent", answered_at
    if behind_since is not None:
        return "behind", behind_since
    return "current", caught_up_at


def _seen_from(account_id: int, data: dict[str, Any]) -> dict[str, Any]:
    leaves = data["from_account_id"] == account_id
    balance = data["from_balance_after" if leaves else "to_balance_after"]
    shown = ("transfer_id", "kind", "from_account_id", "to_account_id", "currency", "description")
    return {
        **{name: data[name] for name in shown},
        "amount": -data["amount"] if leaves else data["amount"],
        "balance_after": balance,
    }


def _decided(row: Decision) -> Decided:
    return Decided(
        id=row.id,
        rule=row.rule,
        subject=row.subject,
        account_id=row.account_id,
        position=row.position,
        event_count=row.event_count,
        within_s=int(row.within.total_seconds()),
        happened_at=row.happened_at,
        decided_at=row.decided_at,
        status=row.status.value,
        try_count=row.try_count,
        last_problem=row.last_problem,
        replied_at=row.replied_at,
        reply=row.reply,
    )


def _lost(row: LostEvent) -> Lost:
    return Lost(
        event_id=f"{row.epoch}-{row.position}",
        type=row.type,
        happened_at=row.happened_at,
        subject=row.subject,
        account_ids=row.account_ids,
        data=row.data,
    )


def _page(found: Sequence[tuple[int, Item]], limit: int) -> Page[Item]:
    """The first items; one more than the limit was read, to know whether there is a next page."""
    shown = found[:limit]
    return Page(
        items=[item for _, item in shown],
        next_before=shown[-1][0] if len(found) > limit else None,
    )
