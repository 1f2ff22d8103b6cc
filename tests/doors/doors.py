"""The doors that the suite is run over."""

from typing import Final

from tests.doors.door import DoorUnderTest
from tests.doors.http import HTTP

DOORS: Final[tuple[DoorUnderTest, ...]] = (HTTP,)
