"""What a classifier says of a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from local_aws.glue.crawlers.hive_types import Column

UNKNOWN = "UNKNOWN"
_NOTHING: Mapping[str, str] = MappingProxyType({})

LAZY_SIMPLE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
OPEN_CSV = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
OPENX_JSON = "org.openx.data.jsonserde.JsonSerDe"
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
ORC = "org.apache.hadoop.hive.ql.io.orc.OrcSerde"
AVRO = "org.apache.hadoop.hive.serde2.avro.AvroSerDe"
GROK = "com.amazonaws.glue.serde.GrokSerDe"


@dataclass(frozen=True)
class Classified:
    """A file's format and schema, with what the catalog needs to read it.

    ``records`` is exact where the format counts them or the file was read whole, else it is
    extrapolated from the sample. ``record_size`` is the mean in bytes, of the plain text for text.
    ``serde_parameters`` and ``parameters`` go into the table beside those that every table has.
    """

    classification: str
    columns: tuple[Column, ...] = ()
    compression: str = "none"
    records: int = 0
    record_size: int = 0
    serde: str = ""
    serde_parameters: Mapping[str, str] = field(default=_NOTHING)
    parameters: Mapping[str, str] = field(default=_NOTHING)

    @property
    def kind(self) -> tuple[str, ...]:
        """What two files must share to be data of one table: "data compatibility".

        https://docs.aws.amazon.com/glue/latest/dg/crawler-grouping-policy.html names the format,
        the compression type and "other data attributes"; a CSV's delimiter is one by
        https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html
        """
        return (
            self.classification,
            self.compression,
            self.serde,
            self.parameters.get("delimiter", ""),
        )
