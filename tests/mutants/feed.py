"""The feed's functions, each broken in one place."""

from typing import Final

from tests.mutants.mutant import CodeMutant, Mutant, SqlMutant, replaced

_HORIZON: Final = "tests/store/events/test_horizon.py"
_FEED: Final = "tests/store/events/test_feed.py"
_EXPIRY: Final = "tests/store/ledger/test_expiry.py"


def _advance(name: str, old: str, new: str, tests: str) -> SqlMutant:
    return SqlMutant(name=name, statement=replaced("advance_feed", old, new), tests=tests)


def _sql(name: str, function: str, change: tuple[str, str], tests: str) -> SqlMutant:
    return SqlMutant(name=name, statement=replaced(function, *change), tests=tests)


def _code(name: str, path: str, change: tuple[str, str], tests: str) -> CodeMutant:
    old, new = change
    return CodeMutant(name=name, path=f"bankapp/store/events/{path}", old=old, new=new, tests=tests)


MUTANTS: Final[list[Mutant]] = [
    _advance(
        "the barrier of the feed is the end of its snapshot",
        "barrier = pg_current_xact_id();",
        "barrier = pg_snapshot_xmax(pg_current_snapshot());",
        f"{_HORIZON} -k before_others_ended",
    ),
    _advance(
        "the feed reads the sequence when it has a transaction id",
        "    SELECT p.last_value",
        "    PERFORM pg_current_xact_id();\n    SELECT p.last_value",
        f"{_HORIZON} -k was_read",
    ),
    _advance(
        "who was overtaken waits for nobody",
        "                horizon.barrier < pg_snapshot_xmin(pg_current_snapshot())\n"
        "                OR horizon.barrier > pg_current_xact_id()",
        "                true",
        f"{_HORIZON} -k overtaken",
    ),
    _advance(
        "a new sequence has drawn its first number",
        " - (NOT p.is_called)::int",
        "",
        f"{_HORIZON} -k before_anything",
    ),
    _advance(
        "the feed may be advanced in any transaction",
        "pg_current_xact_id_if_assigned() IS NOT NULL",
        "false",
        f"{_HORIZON} -k refused",
    ),
    _advance(
        "the feed waits for who advances it",
        "FOR NO KEY UPDATE SKIP LOCKED",
        "FOR NO KEY UPDATE",
        f"{_HORIZON} -k does_not_wait",
    ),
    _advance(
        "a barrier of another server stands for ever",
        "            OR horizon.barrier >= pg_snapshot_xmax(pg_current_snapshot())\n",
        "",
        f"{_HORIZON} -k another_server",
    ),
    _advance(
        "a barrier of another server is waited for under the lock",
        "                OR horizon.barrier > pg_current_xact_id()\n",
        "",
        f"{_HORIZON} -k another_server",
    ),
    _sql(
        "a position is drawn without a transaction id",
        "next_position",
        ("    PERFORM pg_current_xact_id();\n", ""),
        f"{_HORIZON} -k without_a_transaction_id",
    ),
    _sql(
        "a new epoch draws positions again",
        "begin_feed_epoch",
        ("    PERFORM setval('positions', nextval('positions') + 1000000);\n", ""),
        f"{_FEED} -k new_epoch",
    ),
    _sql(
        "a hold expires by the clock of the database alone",
        "expire_holds",
        ("least(now(), moment)", "now()"),
        f"{_EXPIRY} -k both_clocks",
    ),
    _sql(
        "a hold expires by the clock of the process alone",
        "expire_holds",
        ("least(now(), moment)", "moment"),
        f"{_EXPIRY} -k both_clocks",
    ),
    _sql(
        "what was told to have expired is open again",
        "expire_holds",
        ("greatest(a.final_at, over.expires_at)", "a.final_at"),
        f"{_EXPIRY} -k stays",
    ),
    _sql(
        "a hold expires while its account is in use",
        "expire_holds",
        ("            AND h.from_account_id = ANY (locked_ids)\n", ""),
        f"{_EXPIRY} -k in_use",
    ),
    _sql(
        "the end of a hold by its last capture has no position",
        "post_transfers",
        (
            "WHEN u.kind = 'void' OR u.captured_amount = h.amount THEN nextval('positions')",
            "WHEN u.kind = 'void' THEN nextval('positions')",
        ),
        f"{_EXPIRY} -k captures_and_voids",
    ),
    _sql(
        "an event of an old server names nobody",
        "name_user_of_event",
        ("    RETURN NEW;", "    NEW.username := NULL;\n    RETURN NEW;"),
        f"{_FEED} -k old_server",
    ),
    _sql(
        "holds behind a busy account are not looked at",
        "expire_holds",
        ("            AND (h.expires_at, h.id) > (after_expiry, after_id)\n", ""),
        f"{_EXPIRY} -k behind",
    ),
    _advance(
        "a database that can only be read is written to",
        "        AND NOT current_setting('transaction_read_only')::boolean\n",
        "",
        f"{_FEED} -k only_be_read",
    ),
    _code(
        "a kind of row that is cut off does not end the page",
        "reading.py",
        ('if len(facts) == stretch["row_count_max"]:', "if False:"),
        f"{_FEED} -k any_size",
    ),
    _code(
        "rows from before the feed are in it",
        "reading.py",
        ('max(stretch["after_position"], self.first_position - 1)', 'stretch["after_position"]'),
        f"{_FEED} -k before_the_feed",
    ),
    _code(
        "a place beyond the end is read from",
        "feed.py",
        ("is_lost = place.position > horizon.settled_position and", "is_lost = False and"),
        f"{_FEED} -k never_reached",
    ),
    _code(
        "a place of another epoch is read from",
        "feed.py",
        ("place.epoch != horizon.epoch or is_lost", "is_lost"),
        f"{_FEED} -k never_reached",
    ),
    _code(
        "all who wait read at each event of others",
        "tail.py",
        ("self._wake([_ANYBODY])", "self._wake(list(self._watches))"),
        f"{_FEED} -k only_when_it_concerns",
    ),
    _code(
        "who waits is not told of a new epoch",
        "tail.py",
        ("if horizon.epoch != last.epoch:", "if False:"),
        f"{_FEED} -k told_of_a_new_epoch",
    ),
    _code(
        "who waits settles the feed",
        "feed.py",
        ("known = self.tail.horizon", "known = None"),
        f"{_FEED} -k reads_what_is_known",
    ),
    _code(
        "what one has seen is lost to who follows",
        "feed.py",
        ("or place.position > known.settled_position", "or False"),
        f"{_FEED} -k reads_what_is_known",
    ),
]
