"""Reads a statement.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
https://docs.aws.amazon.com/athena/latest/ug/dml-queries-functions-operators.html
"""

from collections.abc import Callable, Mapping, Sequence

from local_aws.athena.errors import InvalidRequestException
from local_aws.athena.sql import statements as st
from local_aws.athena.sql import translation
from local_aws.athena.sql.create_table import columns, create_external, properties
from local_aws.athena.sql.cursor import Cursor
from local_aws.athena.sql.parameters import parameters_of
from local_aws.athena.sql.references import CATALOG

_QUERIES = ("SELECT", "WITH", "VALUES", "TABLE", "(")


def parse(text: str) -> st.Statement:
    """Read a statement. Raises InvalidRequestException (MALFORMED_QUERY)."""
    cursor = Cursor(text)
    if cursor.at_end:
        raise InvalidRequestException("Query string is empty", "MALFORMED_QUERY")
    if any(cursor.peek(word) for word in _QUERIES):
        return st.Select(text, translation.parse(text))
    for words, read in _STATEMENTS.items():
        if cursor.take(*words.split()):
            statement = read(cursor)
            cursor.end()
            return statement
    if any(cursor.peek(word) for word in _UNSUPPORTED):
        raise InvalidRequestException(
            f"{cursor.value().upper()} is not supported by the local AWS", "MALFORMED_QUERY"
        )
    raise cursor.error("expecting a statement")


def table_name(cursor: Cursor) -> st.TableName:
    """Read ``[catalog.][database.]table``."""
    parts = [cursor.name()]
    while cursor.take("."):
        parts.append(cursor.name())
    if len(parts) > 3 or (len(parts) == 3 and parts[0] != CATALOG):
        raise InvalidRequestException(
            f"Catalog '{parts[0]}' does not exist", "DATACATALOG_NOT_FOUND"
        )
    return st.TableName(parts[-2] if len(parts) > 1 else None, parts[-1])


def _create_database(cursor: Cursor) -> st.Statement:
    exists = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.name()
    comment = cursor.string() if cursor.take("COMMENT") else None
    location = cursor.string() if cursor.take("LOCATION") else None
    found = properties(cursor) if cursor.take("WITH", "DBPROPERTIES") else {}
    return st.CreateDatabase(name, exists, comment, location, found)


def _drop_database(cursor: Cursor) -> st.Statement:
    exists = cursor.take("IF", "EXISTS")
    name = cursor.name()
    cascade = cursor.take("CASCADE")
    cursor.take("RESTRICT")
    return st.DropDatabase(name, exists, cascade)


def _create_table(cursor: Cursor) -> st.Statement:
    """Read CREATE TABLE … AS; without EXTERNAL there is no other."""
    exists = cursor.take("IF", "NOT", "EXISTS")
    name = table_name(cursor)
    if not (cursor.peek("WITH") or cursor.peek("AS")):
        raise InvalidRequestException(
            "External keyword required for table type HIVE", "MALFORMED_QUERY"
        )
    plain, lists = _with(cursor)
    cursor.expect("AS")
    text = cursor.rest()
    with_data = True
    for ending, keeps in (("WITH NO DATA", False), ("WITH DATA", True)):
        if text.upper().endswith(ending):
            text, with_data = text[: -len(ending)], keeps
            break
    return st.CreateTableAs(name, exists, plain, lists, translation.parse(text), with_data)


def _create_external(cursor: Cursor) -> st.Statement:
    exists = cursor.take("IF", "NOT", "EXISTS")
    return create_external(cursor, table_name(cursor), exists)


def _create_view(cursor: Cursor, replace: bool = False) -> st.Statement:
    name = table_name(cursor)
    cursor.expect("AS")
    text = cursor.rest()
    return st.CreateView(name, replace, text, translation.parse(text))


def _replace_view(cursor: Cursor) -> st.Statement:
    return _create_view(cursor, replace=True)


def _drop_table(cursor: Cursor, view: bool = False) -> st.Statement:
    exists = cursor.take("IF", "EXISTS")
    return st.Drop(table_name(cursor), exists, view)


def _drop_view(cursor: Cursor) -> st.Statement:
    return _drop_table(cursor, view=True)


def _insert(cursor: Cursor) -> st.Statement:
    name = table_name(cursor)
    listed: list[str] = []
    if cursor.peek("(") and not cursor.peek("(", "SELECT"):
        cursor.expect("(")
        listed.append(cursor.name())
        while cursor.take(","):
            listed.append(cursor.name())
        cursor.expect(")")
    return st.Insert(name, listed, translation.parse(cursor.rest()))


def _unload(cursor: Cursor) -> st.Statement:
    query = translation.parse(cursor.enclosed())
    cursor.expect("TO")
    location = cursor.string()
    plain, lists = _with(cursor)
    return st.Unload(location, plain, lists, query)


def _alter_table(cursor: Cursor) -> st.Statement:
    name = table_name(cursor)
    if cursor.take("ADD", "COLUMNS") or cursor.peek("REPLACE", "COLUMNS"):
        replace = cursor.take("REPLACE", "COLUMNS")
        return st.AddColumns(name, columns(cursor), replace)
    if cursor.take("ADD"):
        exists = cursor.take("IF", "NOT", "EXISTS")
        return st.AddPartitions(name, exists, _partitions(cursor))
    if cursor.take("DROP"):
        exists = cursor.take("IF", "EXISTS")
        return st.DropPartitions(name, exists, _partitions(cursor))
    cursor.expect("SET")
    if cursor.take("LOCATION"):
        return st.SetLocation(name, cursor.string())
    cursor.expect("TBLPROPERTIES")
    return st.SetProperties(name, properties(cursor))


def _partitions(cursor: Cursor) -> list[st.PartitionSpec]:
    found = []
    cursor.expect("PARTITION")
    while True:
        values: dict[str, str] = {}
        cursor.expect("(")
        while True:
            key = cursor.name()
            cursor.expect("=")
            values[key] = cursor.value()
            if not cursor.take(","):
                break
        cursor.expect(")")
        found.append(st.PartitionSpec(values, cursor.string() if cursor.take("LOCATION") else None))
        cursor.take(",")
        if not cursor.take("PARTITION"):
            return found


def _with(cursor: Cursor) -> tuple[dict[str, str], dict[str, Sequence[str]]]:
    """Read ``WITH (name = value, name = ARRAY['a', 'b'])``."""
    plain: dict[str, str] = {}
    lists: dict[str, Sequence[str]] = {}
    if not cursor.take("WITH"):
        return plain, lists
    cursor.expect("(")
    while True:
        key = cursor.name()
        cursor.expect("=")
        if cursor.take("ARRAY", "["):
            lists[key] = [cursor.string()]
            while cursor.take(","):
                lists[key] = [*lists[key], cursor.string()]
            cursor.expect("]")
        else:
            plain[key] = cursor.value()
        if not cursor.take(","):
            break
    cursor.expect(")")
    return plain, lists


def _repair(cursor: Cursor) -> st.Statement:
    return st.RepairTable(table_name(cursor))


def _show_databases(cursor: Cursor) -> st.Statement:
    cursor.take("LIKE")
    return st.Show("SHOW_DATABASES", pattern=None if cursor.at_end else cursor.string())


def _show_tables(cursor: Cursor, what: str = "SHOW_TABLES") -> st.Statement:
    database = cursor.name() if cursor.take("IN") or cursor.take("FROM") else None
    cursor.take("LIKE")
    return st.Show(what, database=database, pattern=None if cursor.at_end else cursor.string())


def _show_views(cursor: Cursor) -> st.Statement:
    return _show_tables(cursor, "SHOW_VIEWS")


def _show_columns(cursor: Cursor) -> st.Statement:
    if not cursor.take("IN"):
        cursor.expect("FROM")
    name = table_name(cursor)
    if cursor.take("IN") or cursor.take("FROM"):
        name = st.TableName(cursor.name(), name.table)
    return st.Show("SHOW_COLUMNS", name)


def _of_table(what: str) -> Callable[[Cursor], st.Statement]:
    return lambda cursor: st.Show(what, table_name(cursor))


def _describe(cursor: Cursor) -> st.Statement:
    cursor.take("EXTENDED")
    cursor.take("FORMATTED")
    cursor.take("TABLE")
    return st.Show("DESCRIBE_TABLE", table_name(cursor))


def _prepare(cursor: Cursor) -> st.Statement:
    name = cursor.name()
    cursor.expect("FROM")
    return st.Prepare(name, cursor.rest())


def _execute(cursor: Cursor) -> st.Statement:
    name = cursor.name()
    parameters = cursor.rest() if cursor.take("USING") else ""
    return st.Execute(name, parameters_of(parameters))


def _deallocate(cursor: Cursor) -> st.Statement:
    return st.Deallocate(cursor.name())


# By their first words; of two that begin alike the longer comes first.
_STATEMENTS: Mapping[str, Callable[[Cursor], st.Statement]] = {
    "CREATE DATABASE": _create_database,
    "CREATE SCHEMA": _create_database,
    "DROP DATABASE": _drop_database,
    "DROP SCHEMA": _drop_database,
    "CREATE EXTERNAL TABLE": _create_external,
    "CREATE TABLE": _create_table,
    "CREATE OR REPLACE VIEW": _replace_view,
    "CREATE VIEW": _create_view,
    "DROP TABLE": _drop_table,
    "DROP VIEW": _drop_view,
    "INSERT INTO": _insert,
    "UNLOAD": _unload,
    "ALTER TABLE": _alter_table,
    "MSCK REPAIR TABLE": _repair,
    "SHOW DATABASES": _show_databases,
    "SHOW SCHEMAS": _show_databases,
    "SHOW TABLES": _show_tables,
    "SHOW VIEWS": _show_views,
    "SHOW COLUMNS": _show_columns,
    "SHOW PARTITIONS": _of_table("SHOW_PARTITIONS"),
    "SHOW TBLPROPERTIES": _of_table("SHOW_TBLPROPERTIES"),
    "DESCRIBE": _describe,
    "DESC": _describe,
    "PREPARE": _prepare,
    "EXECUTE": _execute,
    "DEALLOCATE PREPARE": _deallocate,
}
_UNSUPPORTED = ("EXPLAIN", "SHOW", "MERGE", "UPDATE", "DELETE", "OPTIMIZE", "VACUUM", "ALTER")
