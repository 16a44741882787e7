"""GlueContext: Spark, with Glue's ways to read and write.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html
"""

import time
from collections.abc import Mapping
from typing import Any

import boto3
from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from .bookmarks import Bookmarks, NoBookmarks
from .catalog import Catalog
from .data_sink import DataSink
from .data_source import DataSource
from .errors import UnsupportedByLocalGlue
from .frame_io import DataFrameReader, DataFrameWriter, DynamicFrameReader, DynamicFrameWriter
from .logger import GlueLogger

GRAINS = {"day": 3, "hour": 4, "minute": 5}
INGESTION = ("year", "month", "day", "hour", "minute")
WEEK_HOURS = 168


class GlueContext:
    """Wraps the script's SparkContext. What it does not know itself, its SparkSession answers."""

    def __init__(self, sparkContext: SparkContext, **options: Any) -> None:
        del options
        self._sc = sparkContext
        self.spark_session = SparkSession.builder.getOrCreate()
        self.bookmarks: Bookmarks = NoBookmarks()
        self.create_dynamic_frame = DynamicFrameReader(self)
        self.write_dynamic_frame = DynamicFrameWriter(self)
        self.create_data_frame = DataFrameReader(self)
        self.write_data_frame = DataFrameWriter(self)
        self.create_dynamic_frame_from_rdd = self.create_dynamic_frame.from_rdd
        self.create_dynamic_frame_from_options = self.create_dynamic_frame.from_options
        self.create_dynamic_frame_from_catalog = self.create_dynamic_frame.from_catalog
        self.create_data_frame_from_options = self.create_data_frame.from_options
        self.create_data_frame_from_catalog = self.create_data_frame.from_catalog
        self.write_dynamic_frame_from_options = self.write_dynamic_frame.from_options
        self.write_dynamic_frame_from_catalog = self.write_dynamic_frame.from_catalog
        self.write_dynamic_frame_from_jdbc_conf = self.write_dynamic_frame.from_jdbc_conf
        self.write_data_frame_from_options = self.write_data_frame.from_options
        self.write_data_frame_from_catalog = self.write_data_frame.from_catalog
        self.write_from_options = self.write_dynamic_frame.from_options

    def __getattr__(self, name: str) -> Any:
        # On AWS a GlueContext is an SQLContext: sql, read, createDataFrame, table, …
        if name.startswith("_") or name == "spark_session":
            raise AttributeError(name)
        return getattr(self.spark_session, name)

    def catalog(self, catalog_id: str | None = None) -> Catalog:
        """Return the Data Catalog (a method of the local Glue only)."""
        return Catalog(boto3.client("glue"), catalog_id)

    def get_logger(self) -> GlueLogger:
        """Return a logger that writes to the job's error log."""
        return GlueLogger()

    def getSource(
        self,
        connection_type: str,
        format: str | None = None,
        transformation_ctx: str = "",
        **options: Any,
    ) -> DataSource:
        """Return a place to read from; ``setFormat`` and ``getFrame`` are its methods."""
        source = DataSource(self, connection_type, transformation_ctx, options)
        if format:
            source.setFormat(format)
        return source

    def getSink(
        self,
        connection_type: str,
        format: str | None = None,
        transformation_ctx: str = "",
        **options: Any,
    ) -> DataSink:
        """Return a place to write to; ``setFormat``, ``setCatalogInfo``, ``writeFrame``."""
        del transformation_ctx
        return DataSink(self, connection_type, format, options)

    def add_ingestion_time_columns(
        self, dataFrame: DataFrame, timeGranularity: str = ""
    ) -> DataFrame:
        """Append ``ingest_year`` and so on, down to ``day``, ``hour`` or ``minute``."""
        if timeGranularity not in GRAINS:
            raise ValueError(f"timeGranularity is one of {', '.join(GRAINS)}")
        now = F.current_timestamp()
        for part in INGESTION[: GRAINS[timeGranularity]]:
            value = F.dayofmonth(now) if part == "day" else getattr(F, part)(now)
            dataFrame = dataFrame.withColumn(f"ingest_{part}", value)
        return dataFrame

    def purge_s3_path(
        self, s3_path: str, options: Mapping[str, Any] | None = None, transformation_ctx: str = ""
    ) -> None:
        """Delete the objects below ``s3_path`` that are older than ``retentionPeriod`` hours.

        The default is 168, a week; ``excludeStorageClasses`` names those that stay.
        """
        del transformation_ctx
        given = options or {}
        if "manifestFilePath" in given:
            raise UnsupportedByLocalGlue("purge_s3_path with a manifest", "Leave it out.")
        latest = time.time() - 3600 * float(given.get("retentionPeriod", WEEK_HOURS))
        kept = set(given.get("excludeStorageClasses", ()))
        bucket, _, prefix = s3_path.split("://", 1)[-1].partition("/")
        client: Any = boto3.client("s3")
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            old = [
                {"Key": one["Key"]}
                for one in page.get("Contents", [])
                if one["LastModified"].timestamp() <= latest and one["StorageClass"] not in kept
            ]
            if old:
                client.delete_objects(Bucket=bucket, Delete={"Objects": old})

    def purge_table(self, *args: Any, **kwargs: Any) -> None:
        """Refuse."""
        del args, kwargs
        raise UnsupportedByLocalGlue("purge_table", "Use purge_s3_path on the table's location.")

    def transition_table(self, *args: Any, **kwargs: Any) -> None:
        """Refuse."""
        del args, kwargs
        raise UnsupportedByLocalGlue("transition_table", "Use a lifecycle rule of the bucket.")

    transition_s3_path = transition_table

    def extract_jdbc_conf(
        self, connection_name: str, catalog_id: str | None = None
    ) -> dict[str, str]:
        """Return user, password, vendor and URL of a connection of the catalog."""
        scope = {"CatalogId": catalog_id} if catalog_id else {}
        client: Any = boto3.client("glue")
        found = client.get_connection(Name=connection_name, **scope)
        properties = found["Connection"]["ConnectionProperties"]
        url = properties.get("JDBC_CONNECTION_URL", "")
        return {
            "url": url.rsplit("/", 1)[0],
            "fullUrl": url,
            "user": properties.get("USERNAME", ""),
            "password": properties.get("PASSWORD", ""),
            "vendor": url.removeprefix("jdbc:").split(":", 1)[0],
        }

    def forEachBatch(self, *args: Any, **kwargs: Any) -> None:
        """Refuse."""
        del args, kwargs
        raise UnsupportedByLocalGlue("forEachBatch", "Use writeStream.foreachBatch of Spark.")
