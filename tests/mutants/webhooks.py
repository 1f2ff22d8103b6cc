"""Webhooks, each time broken in one place."""

from typing import Final

from tests.mutants.mutant import CodeMutant, Mutant

_DRAIN: Final = "tests/webhooks/test_drain.py"
_RULES: Final = "tests/webhooks/test_rules.py"
_API: Final = "tests/webhooks/test_api.py"
_DISPATCHER: Final = "tests/webhooks/test_dispatcher.py"


def _code(name: str, path: str, change: tuple[str, str], tests: str) -> CodeMutant:
    old, new = change
    return CodeMutant(name=f"webhooks: {name}", path=path, old=old, new=new, tests=tests)


MUTANTS: Final[list[Mutant]] = [
    _code(
        "a worker that lost its lease saves",
        "gen/webhook_endpoints.py",
        ("AND lease_token = $2::uuid\nFOR NO KEY UPDATE", "AND $2::uuid IS NOT NULL\nFOR UPDATE"),
        f"{_DRAIN} -k lost_its_lease",
    ),
    _code(
        "two workers have a lease",
        "gen/webhook_endpoints.py",
        ("        leased_until IS NULL\n", "        true\n"),
        f"{_DRAIN} -k stands",
    ),
    _code(
        "a wait of a clock ahead lasts",
        "gen/webhook_endpoints.py",
        (
            "retry_at NOT BETWEEN now() AND now() + interval '2 days'",
            "retry_at <= now()",
        ),
        f"{_API} -k clock_ahead",
    ),
    _code(
        "tries change the status of what was paused",
        "bankapp/store/events/deliveries.py",
        ("    if known.status in RUNNING:\n        after", "    if known:\n        after"),
        f"{_DRAIN} -k stands",
    ),
    _code(
        "what waits behind the place is parked, too",
        "bankapp/store/events/deliveries.py",
        ("progress.tries[: progress.parked_count]", "progress.tries"),
        f"{_DRAIN} -k asks_to_wait",
    ),
    _code(
        "a wait counts as a failure",
        "bankapp/domain/webhooks.py",
        ("if one.outcome is not Outcome.FAILED or", "if"),
        f"{_RULES} -k in_a_row",
    ),
    _code(
        "failures of parked events count",
        "bankapp/domain/webhooks.py",
        ("(one.is_retry and not is_probe)", "(one.is_retry and False)"),
        f"{_RULES} -k count_only_as_probes",
    ),
    _code(
        "probes come at the first delay",
        "bankapp/domain/webhooks.py",
        ("circuit.probe_count + (before", "0 * (before"),
        f"{_RULES} -k by_the_schedule",
    ),
    _code(
        "a failing webhook is never disabled",
        "bankapp/domain/webhooks.py",
        ("if moment - since >= schedule.give_up_after:", "if False:"),
        f"{_RULES} -k five_days",
    ),
    _code(
        "who recovers is sent everything at once",
        "bankapp/domain/webhooks.py",
        ("recovered_at=moment if has_failed else self.recovered_at", "recovered_at=None"),
        f"{_RULES} -k sent_less",
    ),
    _code(
        "nobody waits after an outage",
        "bankapp/webhooks/drain.py",
        ("ends_at_s = began_s + count / rate", "ends_at_s = began_s"),
        f"{_DRAIN} -k sent_slowly",
    ),
    _code(
        "a previous secret signs for good",
        "bankapp/webhooks/sender.py",
        ("until > datetime.now(UTC)", "until.year > 2000"),
        f"{_DRAIN} -k both_secrets",
    ),
    _code(
        "a redirect is taken for success",
        "bankapp/webhooks/sender.py",
        ("200 <= status < 300", "200 <= status < 400"),
        f"{_RULES} -k answers_are_read",
    ),
    _code(
        "a server may have the bank wait for years",
        "bankapp/webhooks/sender.py",
        (
            "min(max(wait, timedelta(seconds=1)), limits.WEBHOOK_WAIT_MAX)",
            "max(wait, timedelta(seconds=1))",
        ),
        f"{_RULES} -k answers_are_read",
    ),
    _code(
        "customers are told of everything",
        "bankapp/webhooks/events.py",
        ("Wanted(names=names, username=endpoint.owner)", "Wanted(names=names)"),
        f"{_DRAIN} -k nobody_is_told",
    ),
    _code(
        "customers see the balance of the other side",
        "bankapp/webhooks/events.py",
        ("_item(fact, page.place.epoch, page.account_ids)", "_item(fact, page.place.epoch, None)"),
        f"{_DRAIN} -k nobody_is_told",
    ),
    _code(
        "all types are sent",
        "bankapp/webhooks/events.py",
        ("if endpoint.types else NAMES", "if False else NAMES"),
        f"{_DRAIN} -k types_that_were_asked",
    ),
    _code(
        "a probe is a whole page",
        "bankapp/webhooks/drain.py",
        ("first = page.items[:1]", "first = page.items"),
        f"{_DRAIN} -k dead_server",
    ),
    _code(
        "a replay goes beyond its end",
        "bankapp/webhooks/drain.py",
        ("if item.position <= end]", "if item.position]"),
        f"{_DRAIN} -k replay",
    ),
    _code(
        "a replay never ends",
        "bankapp/store/events/deliveries.py",
        ("if progress.replay_position >= end:", "if progress.replay_position > end:"),
        f"{_DRAIN} -k replay",
    ),
    _code(
        "the sweep is forgotten",
        "bankapp/webhooks/dispatcher.py",
        ("            await self._sweep()\n            # Where", "            # Where"),
        f"{_DISPATCHER} -k sweep",
    ),
    _code(
        "an endpoint that has had its turn has no other",
        "bankapp/webhooks/dispatcher.py",
        ("            if endpoint_id in self._again:", "            if False:"),
        f"{_DISPATCHER} -k two_workers",
    ),
    _code(
        "the end of a turn gives nobody else one",
        "bankapp/webhooks/dispatcher.py",
        ("            self._give_turns()\n\n    async def _reseal", "\n    async def _reseal"),
        f"{_DISPATCHER} -k more_endpoints",
    ),
    _code(
        "nobody is woken",
        "bankapp/webhooks/dispatcher.py",
        ("        while position < settled:", "        while position < 0:"),
        f"{_DISPATCHER} -k when_it_has_happened",
    ),
    _code(
        "secrets are not sealed anew",
        "bankapp/auth/sealing.py",
        ("return sealed if self._codec.is_of_newest(sealed) else", "return sealed if sealed else"),
        f"{_DISPATCHER} -k newest_key",
    ),
    _code(
        "an answer under a key reveals the secret",
        "bankapp/operations/events/webhooks.py",
        ("secret = bank.webhook_secrets.open(kept", "secret = str(kept"),
        f"{_API} -k is_shown",
    ),
    _code(
        "a URL may have a password",
        "bankapp/operations/events/webhook.py",
        ("https?://[A-Za-z0-9.:", "https?://[A-Za-z0-9@.:"),
        f"{_API} -k refused",
    ),
]
