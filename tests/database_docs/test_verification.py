"""The DBML of the bank equals its migrations."""

from dataclasses import replace
from pathlib import Path

from schema_docs.project import Project
from schema_docs.verification import verify
from tests.conftest import SUPERUSER, ServerAddress


def test_the_dbml_of_the_bank_is_its_schema(root: Path, server: ServerAddress) -> None:
    url = replace(server, user=SUPERUSER).url("postgres")
    assert str(verify(Project(root, Path("dbml/bank.dbml")), url)) == ""
