"""Every response is one that the OpenAPI document describes."""

import os
from pathlib import Path
from typing import Final

from tests.fuzz.fuzzing import Fuzzer
from tests.processes.processes import Served

# `make fuzz` asks more.
CASE_COUNT: Final = int(os.environ.get("FUZZ_CASE_COUNT", "600"))
CASES_PER_SCENARIO: Final = 50
DONE_COUNT_MIN: Final = 25  # of 40


def test_every_answer_is_as_documented(home: Path) -> None:
    """Goal: no 5xx, and nothing that the document does not say.

    Method: valid and invalid requests to every operation by every role, and sequences of requests
    that follow the document's links. Whoever ends their own session is replaced, so that requests
    keep succeeding: most operations have to have been done at least once.
    """
    with Served(home) as served:
        fuzzer = Fuzzer(served.wait(), seed_number=1)
        fuzzer.fuzz_operations(CASE_COUNT)
        fuzzer.fuzz_links(CASE_COUNT // CASES_PER_SCENARIO)
        print(fuzzer.findings)
        assert not fuzzer.findings.wrong
        assert fuzzer.findings.done_count > DONE_COUNT_MIN
