"""Our Thrift file against the classes of Hive's that Spark brings."""

from typing import Any

import pytest
from hive_metastore.protocol import SERVICE, hive
from py4j.java_gateway import get_field
from pyspark.sql import SparkSession
from thriftpy2.thrift import TType

pytestmark = pytest.mark.spark
API = "org.apache.hadoop.hive.metastore.api"
STRUCTS = [name for name in dir(hive) if hasattr(getattr(hive, name), "thrift_spec")]
CALLS = [f"{name}_{part}" for name in SERVICE.thrift_services for part in ("args", "result")]


@pytest.fixture(scope="module")
def jvm() -> Any:
    spark = (
        SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    )
    return spark._jvm


def ours(struct: Any) -> dict[int, tuple[str, str]]:
    """Return name and type of each member."""
    found = {}
    for number, entry in struct.thrift_spec.items():
        kind, name = entry[0], entry[1]
        inner = entry[2] if len(entry) > 3 else None
        found[number] = (name, spelled(kind, inner))
    return found


def spelled(kind: int, inner: Any) -> str:
    if kind == TType.STRUCT:
        return str(inner.__name__)
    if kind == TType.LIST:
        return f"list<{spelled_inner(inner)}>"
    if kind == TType.MAP:
        return f"map<{spelled_inner(inner[0])},{spelled_inner(inner[1])}>"
    return TType._VALUES_TO_NAMES[kind].lower()


def spelled_inner(inner: Any) -> str:
    return spelled(*inner) if isinstance(inner, tuple) else spelled(inner, None)


def hives(jvm: Any, name: str) -> dict[int, tuple[str, str]]:
    loaded = jvm.java.lang.Class.forName(f"{API}.{name}")
    members = loaded.getField("metaDataMap").get(None)
    found = {}
    for entry in members.entrySet():
        field, about = entry.getKey(), get_field(entry.getValue(), "valueMetaData")
        text = java_type(about)
        if text == "struct":
            # An exception: Hive's metadata do not say which, the member's own type does.
            text = loaded.getDeclaredField(field.getFieldName()).getType().getSimpleName()
        found[field.getThriftFieldId()] = (field.getFieldName(), text)
    return found


def java_type(about: Any) -> str:
    kind = about.getClass().getSimpleName()
    if kind == "StructMetaData":
        return str(get_field(about, "structClass").getSimpleName())
    if kind == "ListMetaData":
        return f"list<{java_type(get_field(about, 'elemMetaData'))}>"
    if kind == "MapMetaData":
        key, value = get_field(about, "keyMetaData"), get_field(about, "valueMetaData")
        return f"map<{java_type(key)},{java_type(value)}>"
    number = get_field(about, "type")
    return TType._VALUES_TO_NAMES[number if isinstance(number, int) else number[0]].lower()


@pytest.mark.parametrize("name", STRUCTS)
def test_structs_are_hives(jvm: Any, name: str) -> None:
    known = hives(jvm, name)
    mine = ours(getattr(hive, name))
    assert mine == {number: known.get(number) for number in mine}


@pytest.mark.parametrize("name", CALLS)
def test_calls_are_hives(jvm: Any, name: str) -> None:
    if name.startswith("shutdown"):
        return  # of another service that Hive's extends, without arguments or result
    assert ours(getattr(SERVICE, name)) == hives(jvm, f"ThriftHiveMetastore${name}")
