"""Which tables a query reads, and which of its conditions decide over their partitions."""

import pytest

from local_aws.athena.errors import QueryFailed
from local_aws.athena.sql import references, translation


def tables(sql: str) -> list[tuple[str, str]]:
    found = references.find(translation.parse(sql), "db")
    return sorted((reference.database, reference.table) for reference in found)


def conditions(sql: str, table: str = "t") -> list[str]:
    query = translation.parse(sql)
    (reference,) = [found for found in references.find(query, "db") if found.table == table]
    found = references.partition_conditions(reference, ["day", "hour"])
    return [condition.sql(dialect="athena") for condition in found]


def test_names_are_found_wherever_they_stand() -> None:
    sql = """
        SELECT (SELECT max(x) FROM A) FROM other.b JOIN AwsDataCatalog.third."C" ON true
        WHERE EXISTS (SELECT 1 FROM d) UNION ALL SELECT 1 FROM e
    """
    assert tables(sql) == [
        ("db", "a"),
        ("db", "d"),
        ("db", "e"),
        ("other", "b"),
        ("third", "c"),
    ]


def test_the_tables_of_a_with_are_not_the_catalogs() -> None:
    assert tables("WITH a AS (SELECT * FROM b), c AS (SELECT * FROM a) SELECT * FROM c") == [
        ("db", "b")
    ]
    # A table may hide behind its own name, and a WITH ends with its query.
    assert tables("WITH a AS (SELECT * FROM a) SELECT * FROM a") == [("db", "a")]
    assert tables("SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a), a") == [("db", "a")]
    assert (
        tables("WITH RECURSIVE a (n) AS (SELECT 1 UNION ALL SELECT n FROM a) SELECT * FROM a") == []
    )
    assert tables("WITH a AS (SELECT 1) SELECT * FROM db.a") == [("db", "a")]


def test_a_table_needs_a_database() -> None:
    with pytest.raises(QueryFailed, match="line 1:15: Schema must be specified"):
        references.find(translation.parse("SELECT * FROM t"), None)
    with pytest.raises(QueryFailed, match="line 1:15: Catalog 'lambda' does not exist"):
        references.find(translation.parse("SELECT * FROM lambda.db.t"), "db")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * FROM t WHERE day = '1' AND x = 2 AND hour > 3", ["day = '1'", "hour > 3"]),
        ("SELECT * FROM t AS u WHERE u.day = '1' AND t.hour = 1", ["u.day = '1'"]),
        ("SELECT * FROM t WHERE day = '1' OR x = 2", []),
        ("SELECT * FROM t WHERE day = (SELECT max(day) FROM o)", []),
        ("SELECT * FROM t WHERE 1 = 1", []),
        ("SELECT * FROM t JOIN o ON t.x = o.x WHERE t.day = '1'", ["t.day = '1'"]),
        ("SELECT * FROM t LEFT JOIN o ON t.x = o.x WHERE t.day = '1'", ["t.day = '1'"]),
        # Rows of nulls may stand for the table's own.
        ("SELECT * FROM o LEFT JOIN t ON t.x = o.x WHERE t.day IS NULL", []),
        ("SELECT * FROM t FULL JOIN o ON t.x = o.x WHERE t.day = '1'", []),
        ("SELECT * FROM (SELECT * FROM t) WHERE day = '1'", []),
    ],
)
def test_conditions_on_partitions_alone(sql: str, expected: list[str]) -> None:
    assert conditions(sql) == expected
