"""Tells when postings have times that are ahead of the clock of this process."""

import time
from collections.abc import Sequence

import structlog

from bankapp import tuning
from bankapp.telemetry import metrics
from gen.transfers import PostTransfersRow

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.store")


class ClockWatch:
    """Counts the calls whose postings are ahead, and logs one of them a minute.

    Either the clock of the database is ahead, or it was, and an account keeps the time until then.
    """

    def __init__(self) -> None:
        self._silent_until_s = 0.0

    def note(self, rows: Sequence[PostTransfersRow]) -> None:
        """Look at what a call has posted."""
        newest = max((row.posted_at for row in rows if row.posted_at is not None), default=None)
        if newest is None:
            return
        ahead_s = newest.timestamp() - time.time()
        if ahead_s > tuning.CLOCK_TOLERANCE_S:
            metrics.POSTINGS_AHEAD.inc()
            self._tell(ahead_s)

    def _tell(self, ahead_s: float) -> None:
        now_s = time.monotonic()
        if now_s >= self._silent_until_s:
            self._silent_until_s = now_s + tuning.CLOCK_LOG_INTERVAL_S
            _log.warning("postings ahead of the clock", ahead_s=round(ahead_s))
