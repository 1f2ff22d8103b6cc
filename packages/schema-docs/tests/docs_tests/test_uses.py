"""The uses of columns, against the uses that one can read in the shop's SQL."""

import pytest

from schema_docs.catalog.model import Column, Relation
from schema_docs.content import Content
from schema_docs.site.calls import Calls
from schema_docs.site.consumers import Consumer, Consumers, helped_by_index
from schema_docs.site.links import Links
from schema_docs.site.objects import Objects


def relation(objects: Objects, name: str) -> Relation:
    return next(one for one in objects.catalog.relations if objects.name(one) == name)


def column(objects: Objects, table: str, name: str) -> Column:
    found = objects.columns_of(relation(objects, table))
    return next(one for one in found if one.name == name)


def accesses(consumers: Consumers, table: str, name: str = "") -> dict[str, set[str]]:
    """The access of each consumer to a column, or to rows; `X via Y` for one with a path."""
    oid = relation(consumers.objects, table).oid
    number = column(consumers.objects, table, name).number if name else 0
    return {named(one): set(one.access) for one in consumers.of_column(oid, number)}


def named(consumer: Consumer) -> str:
    path = ", ".join(step.name for step in consumer.path)
    return f"{consumer.link.name} via {path}" if path else consumer.link.name


def test_an_insert_names_its_columns(consumers: Consumers) -> None:
    assert accesses(consumers, "orders", "customer_id")["InsertOrder"] == {"insert"}
    assert "InsertOrder" not in accesses(consumers, "orders", "paid")
    assert accesses(consumers, "orders")["InsertOrder"] == {"insert", "read"}


def test_a_trigger_stands_between(consumers: Consumers) -> None:
    through = "InsertOrder via orders_take_from_stock"
    assert accesses(consumers, "stock.items", "quantity")[through] == {"update", "read"}
    assert accesses(consumers, "stock.items", "code")[through] == {"filter", "read"}
    assert accesses(consumers, "stock.items")[through] == {"lock", "read"}
    assert accesses(consumers, "stock.items", "quantity")["take_from_stock"] == {"update", "read"}


def test_a_trigger_reads_its_row(consumers: Consumers) -> None:
    assert accesses(consumers, "orders", "amount")["take_from_stock"] == {"read"}
    assert "take_from_stock" not in accesses(consumers, "orders", "paid")


def test_a_trigger_reads_its_transition_table(consumers: Consumers) -> None:
    assert accesses(consumers, "stock.items", "price")["refuse_free_items"] == {"filter", "read"}


def test_a_function_finds_names_where_it_looks_for_them(consumers: Consumers) -> None:
    assert accesses(consumers, "stock.items", "quantity")["stock.count_items"] == {"filter", "read"}
    assert accesses(consumers, "stock.items", "code")["count_shelves"] == {"read"}


def test_a_trigger_fires_for_its_events_only(consumers: Consumers) -> None:
    assert not any("SettleOrders" in name for name in accesses(consumers, "stock.items"))


def test_names_are_followed_through_ctes_and_subqueries(consumers: Consumers) -> None:
    assert accesses(consumers, "orders", "customer_id")["ListOrdersOfBlocked"] == {"filter", "read"}
    assert accesses(consumers, "orders", "id")["ListOrdersOfBlocked"] == {"sort", "read"}
    assert accesses(consumers, "customers", "status")["ListOrdersOfBlocked"] == {"filter", "read"}


def test_a_view_uses_and_is_used(consumers: Consumers) -> None:
    assert accesses(consumers, "unpaid_orders", "ordered_at")["ListUnpaidOrders"] == {
        "sort",
        "read",
    }
    assert accesses(consumers, "orders", "paid")["unpaid_orders"] == {"filter", "read"}
    through = accesses(consumers, "orders", "ordered_at")["ListUnpaidOrders via unpaid_orders"]
    assert through == {"read"}


def test_a_write_inside_a_cte_counts(consumers: Consumers) -> None:
    assert accesses(consumers, "orders", "paid")["SettleOrders"] == {"update"}
    assert accesses(consumers, "customers", "status")["SettleOrders"] == {"update"}


def test_groups_and_their_conditions(consumers: Consumers) -> None:
    assert accesses(consumers, "customers", "status")["GroupCustomers"] == {"sort", "read"}
    assert accesses(consumers, "customers", "created_at")["GroupCustomers"] == {"filter", "read"}


def test_rows_are_deleted_locked_and_counted(consumers: Consumers) -> None:
    rows = accesses(consumers, "customers")
    assert rows["DeleteCustomer"] == {"delete", "read"}
    assert rows["LockCustomer"] == {"lock", "read"}
    assert rows["CountCustomers"] == {"read"}


def test_dynamic_sql_makes_a_function_opaque(objects: Objects, calls: Calls) -> None:
    usage = objects.content.usage
    [count] = [one for one in usage.queries if one.query.name == "CountRows"]
    assert [link.name for link in calls.opaque_functions(count)] == ["count_rows"]
    [reasons] = [one.opaque for one in usage.functions.values() if one.opaque]
    assert "dynamic SQL" in reasons[0]


def test_dependents_of_a_column(objects: Objects, links: Links) -> None:
    found = links.dependents(column(objects, "customers", "status"))
    assert {link.name for link in found} == {"customers_status_idx"}
    found = links.dependents(column(objects, "customers", "id"))
    expected = {"customers_pkey", "orders_customer_id_fkey", "unpaid_orders"}
    assert expected <= {link.name for link in found}


def test_consumers_that_an_index_would_help(consumers: Consumers) -> None:
    ordered_at = column(consumers.objects, "orders", "ordered_at")
    helped = helped_by_index(consumers.of_column(ordered_at.table, ordered_at.number))
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
def test_indexes_that_a_plan_searches(
    content: Content, query: str, indexes: set[str], *, is_served: bool
) -> None:
    [usage] = [one for one in content.usage.queries if one.query.name == query]
    assert usage.plan is not None
    assert {index for _, index in usage.plan.indexes} == indexes
    assert all(scan.is_search for scan in usage.plan.scans) == is_served


def test_statements_inside_functions_have_plans(objects: Objects) -> None:
    [uses] = [
        one
        for oid, one in objects.content.usage.functions.items()
        if objects.functions[oid].name == "take_from_stock"
    ]
    assert {index for _, plan in uses.plans for _, index in plan.indexes} == {"items_pkey"}


def test_types_are_those_that_were_generated(content: Content) -> None:
    queries = {one.query.name: one.query for one in content.usage.queries}
    found = queries["GroupCustomers"]
    assert [(one.name, one.type) for one in found.parameters] == [
        ("newer_than", "datetime.datetime")
    ]
    assert found.result == "list[GroupCustomersRow]"
    assert [one.name for one in found.fields] == ["status", "customer_count"]
    assert queries["InsertOrder"].description == "The trigger takes the items."
    assert queries["InsertOrder"].written.startswith("-- name: InsertOrder :one\n-- The trigger")
