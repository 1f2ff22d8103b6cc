"""Nothing is published without a token."""

import pytest

from dbdocs.errors import DocsError
from dbdocs.project import Project
from dbdocs.publishing import publish


def test_without_a_token_nothing_is_sent(shop: Project) -> None:
    with pytest.raises(DocsError, match="set DBDOCS_TOKEN"):
        publish(shop, "")
