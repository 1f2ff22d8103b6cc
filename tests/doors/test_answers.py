"""The answers to good requests."""

import pytest

from tests.doors.client import Client
from tests.doors.shapes import check_shape

pytestmark = pytest.mark.usefixtures("silence")


async def test_answers_have_the_fields_of_the_contract(
    client: Client, subtests: pytest.Subtests
) -> None:
    for case in client.cases:
        with subtests.test(case.name):
            outcome = await client.send(case, await client.new_world())
            assert outcome.refused is None
            if case.answer is not None:
                check_shape(outcome.body, case.answer)
