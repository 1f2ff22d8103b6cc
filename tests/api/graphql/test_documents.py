"""The documents that a process keeps."""

import pytest

from bankapp import tuning
from bankapp.api.graphql.documents import Documents
from bankapp.api.graphql.schema import create_schema
from bankapp.api.problems import InvalidDocument

KNOWN = "{accounts{nextCursor}}"
PUBLIC = "{currencies{items{code}}}"


@pytest.fixture
def documents() -> Documents:
    return Documents(create_schema())


def keep(documents: Documents, text: str) -> None:
    documents.validate(text, documents.parse(text), hide_suggestions=True)


@pytest.mark.parametrize("count_max", [3, 1000])
def test_kept_documents_are_bounded(monkeypatch: pytest.MonkeyPatch, count_max: int) -> None:
    """By their number, and by their length: as many as three of these, whichever is less."""
    monkeypatch.setattr(tuning, "DOCUMENT_CACHE_COUNT_MAX", count_max)
    monkeypatch.setattr(tuning, "DOCUMENT_CACHE_LENGTH_MAX", 4 * len(KNOWN))
    documents = Documents(create_schema())
    texts = [f"{KNOWN}#{number}" for number in range(4)]
    for text in texts[:3]:
        keep(documents, text)
    assert documents.find(texts[0]) is not None  # used, so the second is the next to go
    keep(documents, texts[3])
    assert [documents.find(text) is not None for text in texts] == [True, False, True, True]


def test_documents_without_a_token_crowd_out_no_others(documents: Documents) -> None:
    keep(documents, KNOWN)
    for number in range(tuning.PUBLIC_DOCUMENT_CACHE_COUNT_MAX + 1):
        keep(documents, f"{PUBLIC}#{number}")
    assert documents.find(KNOWN) is not None
    assert documents.find(f"{PUBLIC}#0") is None


def test_what_is_not_valid_is_not_kept(documents: Documents) -> None:
    text = "{money}"
    with pytest.raises(InvalidDocument, match="money"):
        keep(documents, text)
    assert documents.find(text) is None
