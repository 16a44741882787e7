"""The dataset's table: made by the first file, widened by later ones, never broken by any."""

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from functions.common.errors import PublishConflictError
from functions.common.layout import Layout
from functions.publish_output.table import MAX_TRIES, Catalog, Table

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import TableTypeDef

LAYOUT = Layout.of("out", "source", "people/people.csv")
ID = {"name": "id", "type": "bigint"}
NAME = {"name": "Name", "type": "string"}


@pytest.fixture
def glue(aws: None) -> "GlueClient":
    client = boto3.client("glue")
    client.create_database(DatabaseInput={"Name": "pipeline"})
    return client


def take_in(glue: Any, *columns: dict[str, str]) -> tuple[str, ...]:
    return Table(Catalog(glue, "pipeline"), LAYOUT).take_in(columns)


def table(glue: "GlueClient") -> "TableTypeDef":
    return glue.get_table(DatabaseName="pipeline", Name="people")["Table"]


def columns(glue: "GlueClient") -> list[tuple[str, str]]:
    return [
        (column["Name"], column["Type"]) for column in table(glue)["StorageDescriptor"]["Columns"]
    ]


def test_the_first_file_makes_a_table_of_the_manifests(glue: "GlueClient") -> None:
    assert take_in(glue, ID, NAME, {"name": "at", "type": "timestamp_ntz"}) == ()
    made = table(glue)["StorageDescriptor"]
    assert made["Location"] == "s3://out/processed/people/"
    assert made["InputFormat"] == "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat"
    assert made["SerdeInfo"]["SerializationLibrary"].endswith("ParquetHiveSerDe")
    assert columns(glue) == [("id", "bigint"), ("name", "string"), ("at", "timestamp")]


def test_both_engines_spelling_of_a_type_is_one(glue: "GlueClient") -> None:
    take_in(glue, {"name": "a", "type": "struct<`zip code`:string,tags:array<string>>"})
    assert columns(glue) == [("a", "struct<zip code:string,tags:array<string>>")]
    assert take_in(glue, {"name": "a", "type": "struct<zip code:string,tags:array<string>>"}) == ()


def test_later_files_add_their_columns_and_leave_what_others_noted(glue: "GlueClient") -> None:
    take_in(glue, ID)
    noted: Any = {
        "Name": "people",
        "Description": "Whom we know",
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"owner": "data team"},
        "StorageDescriptor": table(glue)["StorageDescriptor"],
    }
    glue.update_table(DatabaseName="pipeline", TableInput=noted)
    assert take_in(glue, NAME, ID) == ()
    assert columns(glue) == [("id", "bigint"), ("name", "string")]
    assert table(glue)["Description"] == "Whom we know"
    assert table(glue)["Parameters"] == {"owner": "data team"}


def test_a_file_with_nothing_new_changes_nothing(glue: "GlueClient") -> None:
    take_in(glue, ID, NAME)
    before = table(glue)["VersionId"]
    assert take_in(glue, NAME) == ()
    assert table(glue)["VersionId"] == before


def test_another_type_is_told_and_the_table_stays(glue: "GlueClient") -> None:
    take_in(glue, ID)
    warnings = take_in(glue, {"name": "ID", "type": "double"}, NAME)
    assert warnings == (
        "The column id is bigint in the table and double in this file; the table stays as it is, "
        "and queries of the column may fail.",
    )
    assert columns(glue) == [("id", "bigint"), ("name", "string")]


def test_a_table_about_something_else_is_left_alone(glue: "GlueClient") -> None:
    theirs: Any = {"Name": "people", "StorageDescriptor": {"Location": "s3://theirs/people/"}}
    glue.create_table(DatabaseName="pipeline", TableInput=theirs)
    (warning,) = take_in(glue, ID)
    assert "pipeline.people is not about s3://out/processed/people/" in warning
    assert not table(glue)["StorageDescriptor"].get("Columns")


class Racing:
    """A Glue client between whose look and write somebody else adds a column."""

    def __init__(self, glue: "GlueClient", times: int) -> None:
        self._glue, self._left, self.tries = glue, times, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._glue, name)

    def create_table(self, **call: Any) -> Any:
        self._meanwhile()
        return self._glue.create_table(**call)

    def update_table(self, **call: Any) -> Any:
        self._meanwhile()
        # moto takes any VersionId; AWS and the local AWS refuse one that is not the current one.
        # https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTable.html
        if call["VersionId"] != table(self._glue)["VersionId"]:
            raise self._glue.exceptions.ConcurrentModificationException(
                {"Error": {"Code": "ConcurrentModificationException", "Message": "stale"}},
                "UpdateTable",
            )
        return self._glue.update_table(**call)

    def _meanwhile(self) -> None:
        self.tries += 1
        if self._left:
            self._left -= 1
            take_in(self._glue, {"name": f"theirs_{self.tries}", "type": "string"})


def test_columns_that_two_files_add_at_once_both_stay(glue: "GlueClient") -> None:
    assert take_in(Racing(glue, 2), ID) == ()
    assert columns(glue) == [("theirs_1", "string"), ("theirs_2", "string"), ("id", "bigint")]


def test_it_gives_up_after_some_tries(glue: "GlueClient") -> None:
    racing = Racing(glue, 99)
    with pytest.raises(PublishConflictError, match=r"pipeline\.people was changed by others"):
        take_in(racing, ID)
    assert racing.tries == MAX_TRIES
