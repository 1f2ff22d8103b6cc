"""The changes of each migration."""

from docs_tests.test_uses import relation
from schema_docs.catalog.history import Change
from schema_docs.site.histories import history_of_table
from schema_docs.site.links import Links
from schema_docs.site.objects import Objects


def changes(objects: Objects, migration: str) -> dict[tuple[str, str], Change]:
    [found] = [one for one in objects.content.migrations if one.name == migration]
    return {(one.state.kind, one.state.name): one for one in found.changes}


def test_migrations_are_in_order_with_their_reasons(objects: Objects) -> None:
    found = [(one.title, one.reason) for one in objects.content.migrations]
    assert found[:2] == [("create customers", "Who buys."), ("create orders", "What is bought.")]


def test_new_objects_are_added(objects: Objects) -> None:
    made = changes(objects, "001_create_customers")
    assert {change.verb for change in made.values()} == {"added"}
    expected = {
        ("table", "customers"),
        ("column", "email"),
        ("constraint", "customers_name_length"),
        ("index", "customers_status_idx"),
        ("enum", "customer_status"),
    }
    assert expected <= made.keys()


def test_changed_objects_are_renamed_changed_and_removed(objects: Objects) -> None:
    made = changes(objects, "004_rename_notes")
    assert made["column", "remarks"].verb == "renamed"
    assert made["column", "shelf"].verb == "removed"
    quantity = made["column", "quantity"]
    assert quantity.verb == "changed"
    assert quantity.before is not None
    assert quantity.before.definition == "integer NOT NULL DEFAULT 0"
    assert quantity.state.definition == "bigint NOT NULL DEFAULT 0"
    assert made["grant", "shop_reader on customers"].verb == "added"


def test_history_of_a_table_is_newest_first(objects: Objects) -> None:
    found = [
        migration.name for migration, _ in history_of_table(objects, relation(objects, "orders"))
    ]
    assert found == ["004_rename_notes", "003_take_from_stock", "002_create_orders"]


def test_a_constraint_is_since_its_migration(objects: Objects, links: Links) -> None:
    [limit] = [one for one in objects.catalog.constraints if one.name == "orders_amount_limit"]
    since = links.since("pg_constraint", limit.oid)
    assert since is not None
    assert since.url == "migrations/004_rename_notes.html"
