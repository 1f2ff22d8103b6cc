"""Who reads and writes what, checked against what the shop's SQL plainly says."""

import pytest

from schema_docs.catalog.model import Relation
from schema_docs.site.model import Model, User


def relation(model: Model, name: str) -> Relation:
    return next(one for one in model.catalog.relations if model.name(one) == name)


def users(model: Model, table: str, column: str = "") -> dict[str, set[str]]:
    """How each user uses a column, or rows; `X via Y` where something stands between."""
    found = relation(model, table)
    number = next((one.number for one in model.columns_of(found) if one.name == column), 0)
    return {named(user): set(user.hows) for user in model.users_of(found.oid, number)}


def named(user: User) -> str:
    way = ", ".join(step.name for step in user.way)
    return f"{user.link.name} via {way}" if way else user.link.name


def test_an_insert_names_its_columns(model: Model) -> None:
    assert users(model, "orders", "customer_id")["InsertOrder"] == {"insert"}
    assert "InsertOrder" not in users(model, "orders", "paid")
    assert users(model, "orders")["InsertOrder"] == {"insert", "read"}


def test_a_trigger_stands_between(model: Model) -> None:
    through = "InsertOrder via orders_take_from_stock"
    assert users(model, "stock.items", "quantity")[through] == {"update", "read"}
    assert users(model, "stock.items", "code")[through] == {"filter", "read"}
    assert users(model, "stock.items")[through] == {"lock", "read"}
    assert users(model, "stock.items", "quantity")["take_from_stock"] == {"update", "read"}


def test_a_trigger_reads_its_row(model: Model) -> None:
    assert users(model, "orders", "amount")["take_from_stock"] == {"read"}
    assert "take_from_stock" not in users(model, "orders", "paid")


def test_a_trigger_reads_its_transition_table(model: Model) -> None:
    assert users(model, "stock.items", "price")["refuse_free_items"] == {"filter", "read"}


def test_a_function_finds_names_where_it_looks_for_them(model: Model) -> None:
    assert users(model, "stock.items", "quantity")["stock.count_items"] == {"filter", "read"}
    assert users(model, "stock.items", "code")["count_shelves"] == {"read"}


def test_a_trigger_fires_for_its_events_only(model: Model) -> None:
    assert not any("SettleOrders" in name for name in users(model, "stock.items"))


def test_names_are_followed_through_ctes_and_subqueries(model: Model) -> None:
    assert users(model, "orders", "customer_id")["ListOrdersOfBlocked"] == {"filter", "read"}
    assert users(model, "orders", "id")["ListOrdersOfBlocked"] == {"sort", "read"}
    assert users(model, "customers", "status")["ListOrdersOfBlocked"] == {"filter", "read"}


def test_a_view_uses_and_is_used(model: Model) -> None:
    assert users(model, "unpaid_orders", "ordered_at")["ListUnpaidOrders"] == {"sort", "read"}
    assert users(model, "orders", "paid")["unpaid_orders"] == {"filter", "read"}
    through = users(model, "orders", "ordered_at")["ListUnpaidOrders via unpaid_orders"]
    assert through == {"read"}


def test_a_write_inside_a_cte_counts(model: Model) -> None:
    assert users(model, "orders", "paid")["SettleOrders"] == {"update"}
    assert users(model, "customers", "status")["SettleOrders"] == {"update"}


def test_groups_and_their_conditions(model: Model) -> None:
    assert users(model, "customers", "status")["GroupCustomers"] == {"sort", "read"}
    assert users(model, "customers", "created_at")["GroupCustomers"] == {"filter", "read"}


def test_rows_are_deleted_locked_and_counted(model: Model) -> None:
    rows = users(model, "customers")
    assert rows["DeleteCustomer"] == {"delete", "read"}
    assert rows["LockCustomer"] == {"lock", "read"}
    assert rows["CountCustomers"] == {"read"}


def test_dynamic_sql_is_said_to_be_unseen(model: Model) -> None:
    [usage] = [one for one in model.content.usage.queries if one.query.name == "CountRows"]
    assert [link.name for link in model.blind_functions(usage)] == ["count_rows"]
    [blind] = [one.blind for one in model.content.usage.functions.values() if one.blind]
    assert "dynamic SQL" in blind[0]


def test_what_drops_with_a_column(model: Model) -> None:
    customers = relation(model, "customers")
    [status] = [one for one in model.columns_of(customers) if one.name == "status"]
    assert {link.name for link in model.dependents(status)} == {"customers_status_idx"}
    [key] = [one for one in model.columns_of(customers) if one.name == "id"]
    held = {link.name for link in model.dependents(key)}
    assert {"customers_pkey", "orders_customer_id_fkey", "unpaid_orders"} <= held


def test_who_would_be_helped_by_an_index(model: Model) -> None:
    orders = relation(model, "orders")
    [column] = [one for one in model.columns_of(orders) if one.name == "ordered_at"]
    helped = model.helped_by_index(model.users_of(orders.oid, column.number))
    assert [link.name for link in helped] == ["ListOrders"]


@pytest.mark.parametrize(
    ("query", "indexes", "is_served"),
    [
        pytest.param("ListOrders", {"orders_customer_id_idx"}, True, id="by its index"),
        pytest.param("LockCustomer", {"customers_pkey"}, True, id="by its key"),
        pytest.param("FindCustomers", set[str](), False, id="by none"),
        pytest.param("CountCustomers", set[str](), False, id="no condition"),
    ],
)
def test_which_index_serves(
    model: Model, query: str, indexes: set[str], *, is_served: bool
) -> None:
    [usage] = [one for one in model.content.usage.queries if one.query.name == query]
    assert usage.plan is not None
    assert {index for _, index in usage.plan.indexes} == indexes
    assert all(scan.is_search for scan in usage.plan.scans) == is_served


def test_statements_inside_functions_have_plans(model: Model) -> None:
    [uses] = [
        one
        for oid, one in model.content.usage.functions.items()
        if model.functions[oid].name == "take_from_stock"
    ]
    assert {index for _, plan in uses.plans for _, index in plan.indexes} == {"items_pkey"}


def test_types_are_those_that_were_generated(model: Model) -> None:
    queries = {one.query.name: one.query for one in model.content.usage.queries}
    found = queries["GroupCustomers"]
    assert [(one.name, one.type) for one in found.parameters] == [
        ("newer_than", "datetime.datetime")
    ]
    assert found.result == "list[GroupCustomersRow]"
    assert [one.name for one in found.fields] == ["status", "customer_count"]
    assert queries["InsertOrder"].description == "The trigger takes the items."
    assert queries["InsertOrder"].written.startswith("-- name: InsertOrder :one\n-- The trigger")
