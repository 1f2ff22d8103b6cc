"""Nothing is published without a token."""

import pytest

from schema_docs.errors import DocsError
from schema_docs.project import Project
from schema_docs.publishing import publish


def test_without_a_token_nothing_is_sent(shop: Project) -> None:
    with pytest.raises(DocsError, match="set DBDOCS_TOKEN"):
        publish(shop, "")
