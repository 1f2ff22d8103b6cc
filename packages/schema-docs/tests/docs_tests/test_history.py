"""What each migration is said to have done."""

from docs_tests.test_uses import relation
from schema_docs.catalog.history import Change
from schema_docs.site.model import Model


def changes(model: Model, migration: str) -> dict[tuple[str, str], Change]:
    [found] = [one for one in model.content.migrations if one.name == migration]
    return {(one.state.kind, one.state.name): one for one in found.changes}


def test_migrations_are_in_order_with_their_reasons(model: Model) -> None:
    found = [(one.title, one.reason) for one in model.content.migrations]
    assert found[:2] == [("create customers", "Who buys."), ("create orders", "What is bought.")]


def test_what_is_made(model: Model) -> None:
    made = changes(model, "001_create_customers")
    assert {change.verb for change in made.values()} == {"added"}
    expected = {
        ("table", "customers"),
        ("column", "email"),
        ("constraint", "customers_name_length"),
        ("index", "customers_status_idx"),
        ("enum", "customer_status"),
    }
    assert expected <= made.keys()


def test_what_is_renamed_changed_and_removed(model: Model) -> None:
    made = changes(model, "004_rename_notes")
    assert made["column", "remarks"].verb == "renamed"
    assert made["column", "shelf"].verb == "removed"
    quantity = made["column", "quantity"]
    assert quantity.verb == "changed"
    assert quantity.before is not None
    assert quantity.before.definition == "integer NOT NULL DEFAULT 0"
    assert quantity.state.definition == "bigint NOT NULL DEFAULT 0"
    assert made["grant", "shop_reader on customers"].verb == "added"


def test_a_tables_history_is_newest_first(model: Model) -> None:
    found = [migration.name for migration, _ in model.history(relation(model, "orders"))]
    assert found == ["004_rename_notes", "003_take_from_stock", "002_create_orders"]


def test_when_a_constraint_came(model: Model) -> None:
    [limit] = [one for one in model.catalog.constraints if one.name == "orders_amount_limit"]
    since = model.since_link("pg_constraint", limit.oid)
    assert since is not None
    assert since.url == "migrations/004_rename_notes.html"
