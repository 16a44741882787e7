"""Which classifier recognises a file: the custom ones in their order, then the built-in ones.

https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html#classifier-built-in
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from local_aws.glue.crawlers import classified, columnar, csv_files, grok, json_files
from local_aws.glue.crawlers.classified import UNKNOWN, Classified
from local_aws.glue.crawlers.csv_files import CsvRules
from local_aws.glue.crawlers.objects import S3Object
from local_aws.glue.crawlers.samples import LARGEST_SAMPLE, MEGABYTE, Sample, open_object, take
from local_aws.glue.errors import InvalidInputException

# Classifies a text by its sample and the object's size; None where it does not fit.
type TextClassifier = Callable[[Sample, int], Classified | None]

# CustomDatatypes of a CSV classifier, and their Hive types:
# https://docs.aws.amazon.com/glue/latest/webapi/API_CsvClassifier.html
_DATATYPES = {
    "BINARY": "binary",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DECIMAL": "decimal(38,18)",
    "DOUBLE": "double",
    "FLOAT": "float",
    "INT": "int",
    "LONG": "bigint",
    "SHORT": "smallint",
    "STRING": "string",
    "TIMESTAMP": "timestamp",
}
_SERDES = {"OpenCSVSerDe": classified.OPEN_CSV, "LazySimpleSerDe": classified.LAZY_SIMPLE}
_COLUMNAR = (columnar.classify_avro, columnar.classify_orc, columnar.classify_parquet)


@dataclass(frozen=True)
class FileClassifier:
    """Reads files with a crawler's custom classifiers and the built-in ones."""

    s3: Any
    custom: tuple[TextClassifier, ...] = ()

    def classify(self, item: S3Object) -> Classified:
        """Return what the first fitting classifier says, or the classification UNKNOWN.

        A JSON file is read on, a megabyte at a time, while there is no whole record:
        https://repost.aws/knowledge-center/glue-crawler-detect-schema
        """
        sample = take(self.s3, item)
        found = self._by_text(sample, item.size, self.custom) or self._columnar(item, sample)
        while found is None:
            found = self._by_text(sample, item.size, _BUILT_IN)
            if found is None and (not _may_be_cut_json(sample) or _is_largest(sample)):
                break
            if found is None:
                sample = take(self.s3, item, len(sample.data) + MEGABYTE)
        return found or Classified(UNKNOWN, compression=sample.compression, record_size=0)

    def _by_text(
        self, sample: Sample, size: int, classifiers: Sequence[TextClassifier]
    ) -> Classified | None:
        found = (classifier(sample, size) for classifier in classifiers)
        return next((result for result in found if result), None)

    def _columnar(self, item: S3Object, sample: Sample) -> Classified | None:
        for classifier in _COLUMNAR:
            with open_object(self.s3, item) as file:
                try:
                    found = classifier(file, item.size, sample)
                except columnar.UNREADABLE:
                    # The magic is there and the rest is broken: certainty 0.
                    return None
            if found:
                return found
        return None


_BUILT_IN: tuple[TextClassifier, ...] = (json_files.classify, csv_files.classify)


def _may_be_cut_json(sample: Sample) -> bool:
    return not sample.complete and sample.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def _is_largest(sample: Sample) -> bool:
    return len(sample.data) >= LARGEST_SAMPLE or not sample.data


def custom_classifier(definition: Mapping[str, Any]) -> TextClassifier:
    """Build a classifier from the API's ``Classifier`` structure.

    Raises InvalidInputException for one that cannot be read, or that does not run locally (XML).
    """
    kind, fields = next(iter(definition.items()))
    if kind == "CsvClassifier":
        rules = _csv_rules(fields)
        return lambda sample, size: csv_files.classify(sample, size, rules)
    if kind == "JsonClassifier":
        path = json_files.parse_path(fields["JsonPath"])
        parameters = {"jsonPath": fields["JsonPath"]}
        return lambda sample, size: _with(json_files.classify(sample, size, path), parameters)
    if kind == "GrokClassifier":
        pattern = grok.compile_pattern(
            fields["Classification"], fields["GrokPattern"], fields.get("CustomPatterns", "")
        )
        return lambda sample, size: grok.classify(sample, size, pattern)
    raise InvalidInputException(
        f"Classifier {fields['Name']}: the local AWS does not run XML classifiers. "
        "Take it off the crawler to crawl here."
    )


def _with(found: Classified | None, parameters: dict[str, str]) -> Classified | None:
    return found and replace(found, parameters={**found.parameters, **parameters})


def _csv_rules(fields: Mapping[str, Any]) -> CsvRules:
    types = csv_files.BUILT_IN.types
    if fields.get("CustomDatatypeConfigured"):
        types = frozenset(_DATATYPES[name.upper()] for name in fields.get("CustomDatatypes", ()))
    quote = fields.get("QuoteSymbol", '"')
    # "None" leaves it to the crawler, whose own choice is LazySimpleSerDe; it cannot read quotes.
    serde = _SERDES.get(fields.get("Serde", "None"))
    if serde is None:
        serde = classified.OPEN_CSV if "QuoteSymbol" in fields else classified.LAZY_SIMPLE
    return CsvRules(
        delimiters=tuple(fields.get("Delimiter", "")) or csv_files.DELIMITERS,
        quote=quote,
        header_rule=fields.get("ContainsHeader", "UNKNOWN"),
        header=tuple(fields.get("Header", ())),
        trim=not fields.get("DisableValueTrimming", False),
        single_column=fields.get("AllowSingleColumn", False),
        types=types,
        serde=serde,
    )


def unknown_datatypes(names: Sequence[str]) -> Iterator[str]:
    """Yield those CustomDatatypes that do not exist."""
    yield from (name for name in names if name.upper() not in _DATATYPES)
