"""The site in gen/docs, which the bank serves."""

from pathlib import Path

import pytest

from docs_tests.site_checks import (
    Connection,
    check_files,
    check_links,
    check_objects,
    parsed,
)


@pytest.fixture(scope="module")
def bank_site(root: Path) -> dict[str, bytes]:
    """The site in gen/docs."""
    directory = root / "gen" / "docs"
    paths = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): path.read_bytes() for path in paths}


def test_everything_in_the_bank_has_its_place(
    connection: Connection, root: Path, bank_site: dict[str, bytes]
) -> None:
    pages = parsed(bank_site)
    check_objects(connection, pages)
    check_files(root, pages)


def test_all_that_the_bank_s_functions_use_is_known(bank_site: dict[str, bytes]) -> None:
    """Procrastinate's functions are exempt."""
    unknown = [path for path, text in bank_site.items() if b"Its uses are not listed" in text]
    assert unknown == ["functions/procrastinate.procrastinate_retry_job_v2.html"]


def test_no_link_is_broken(bank_site: dict[str, bytes]) -> None:
    check_links(bank_site, parsed(bank_site), homes=["../../", "../../../"])


def test_the_pages_are_well_formed(bank_site: dict[str, bytes]) -> None:
    for path, page in parsed(bank_site).items():
        assert not page.errors, (path, page.errors)
