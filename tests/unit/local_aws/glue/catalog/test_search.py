"""SearchTables.

https://docs.aws.amazon.com/glue/latest/webapi/API_SearchTables.html
"""

from datetime import timedelta
from typing import Any

import pytest

from local_aws.glue.errors import InvalidInputException
from tests.unit.local_aws.glue.memory import World


@pytest.fixture
def catalog(world: World) -> World:
    for database, tables in {"sales": ["customer-link", "xxlinkyy"], "ops": ["xx-link-yy"]}.items():
        world.call("CreateDatabase", DatabaseInput={"Name": database})
        for name in tables:
            storage = {"Columns": [{"Name": f"{name}_id", "Comment": "the key"}]}
            definition = {
                "Name": name,
                "Parameters": {"classification": "parquet"},
                "StorageDescriptor": storage,
            }
            world.call("CreateTable", DatabaseName=database, TableInput=definition)
            world.clock.advance(timedelta(hours=1))
    return world


def found(world: World, **request: Any) -> list[str]:
    return [table["Name"] for table in world.call("SearchTables", **request)["TableList"]]


def test_a_filter_compares_tokens(catalog: World) -> None:
    # The page's own example.
    filters = [{"Key": "Name", "Value": "link"}]
    assert found(catalog, Filters=filters) == ["xx-link-yy", "customer-link"]
    in_sales = [*filters, {"Key": "DatabaseName", "Value": "sales"}]
    assert found(catalog, Filters=in_sales) == ["customer-link"]
    assert len(found(catalog, Filters=[{"Key": "classification", "Value": "parquet"}])) == 3
    assert found(catalog, Filters=[{"Key": "nothing", "Value": "parquet"}]) == []


def test_a_time_is_compared_as_the_comparator_says(catalog: World) -> None:
    later = {"Key": "CreateTime", "Value": "2026-11-20T13:30:00Z", "Comparator": "GREATER_THAN"}
    assert found(catalog, Filters=[later]) == ["xx-link-yy"]
    with pytest.raises(InvalidInputException, match="is no time"):
        found(catalog, Filters=[{**later, "Value": "yesterday"}])


def test_a_text_is_searched_in_names_and_comments(catalog: World) -> None:
    assert len(found(catalog, SearchText="key")) == 3
    assert found(catalog, SearchText='"customer-link"') == ["customer-link"]
    assert found(catalog, SearchText='"customer"') == []


def test_results_are_sorted_and_paged(catalog: World) -> None:
    order = [{"FieldName": "Name", "Sort": "DESC"}]
    assert found(catalog, SortCriteria=order) == ["xxlinkyy", "xx-link-yy", "customer-link"]
    first = catalog.call("SearchTables", SortCriteria=order, MaxResults=2)
    rest = found(catalog, SortCriteria=order, NextToken=first["NextToken"])
    assert rest == ["customer-link"]
