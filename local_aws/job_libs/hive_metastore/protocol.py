"""Hive's Thrift types and its service, read from ``metastore.thrift``."""

from pathlib import Path
from typing import Any

import thriftpy2

hive: Any = thriftpy2.load(
    str(Path(__file__).with_name("metastore.thrift")), module_name="hive_metastore_thrift"
)
SERVICE: Any = hive.ThriftHiveMetastore
