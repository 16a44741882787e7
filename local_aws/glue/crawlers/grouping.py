"""Which folders are tables and which are partitions.

https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html says that folders
become partitions of one table when most of their schemas are similar, and
https://repost.aws/knowledge-center/glue-crawler-detect-schema how many is most: more than 70 % of
the folders (or files) at a level share a schema, and there are at most five schemas. AWS does not
say when two schemas count as similar: here when the columns they share are more than 70 % of their
mean number of columns.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from urllib.parse import unquote

from local_aws.glue.crawlers.classified import UNKNOWN, Classified
from local_aws.glue.crawlers.configuration import CrawlOptions
from local_aws.glue.crawlers.hive_types import Column, merge_columns
from local_aws.glue.crawlers.objects import Folder, S3Object

THRESHOLD = 0.7
MOST_CLUSTERS = 5

type Columns = tuple[Column, ...]
_KEY = re.compile(r"(?P<name>[^=/]+)=(?P<value>.*)")


@dataclass(frozen=True)
class Content:
    """Some files of one kind, summed up. ``size`` and ``record_size`` in bytes."""

    profile: Classified
    columns: Columns
    objects: int
    size: int
    records: int

    @property
    def record_size(self) -> int:
        """The mean size of a record."""
        return self.profile.record_size


@dataclass(frozen=True)
class PlannedPartition:
    """A folder of a partitioned table. ``location`` is an S3 URI with a final slash."""

    values: tuple[str, ...]
    location: str
    content: Content


@dataclass(frozen=True)
class PlannedTable:
    """A table that a crawl found. ``name`` is that of its folder or file, as S3 spells it."""

    name: str
    location: str
    keys: tuple[str, ...]
    content: Content
    partitions: tuple[PlannedPartition, ...] = ()


@dataclass(frozen=True)
class _Candidate:
    """A folder whose data could be one table. ``keys`` has a name, or None, for each level."""

    folder: Folder
    keys: tuple[str | None, ...]
    content: Content


def plan(
    root: Folder,
    classify: Callable[[S3Object], Classified],
    options: CrawlOptions,
    sample_size: int | None = None,
) -> list[PlannedTable]:
    """Find the tables below ``root``. ``classify`` is asked once for each file that is read.

    ``sample_size`` is the number of files to read in each folder of files; None reads all.
    """
    return _Planner(classify, options, sample_size).tables(root)


def plan_single(
    root: Folder, classify: Callable[[S3Object], Classified], options: CrawlOptions
) -> PlannedTable | None:
    """Read the data below ``root`` as one table, as a catalog target asks; None if it is not one.

    https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-source-type: the option
    to create a single schema for each path is on and cannot be disabled.
    """
    planner = _Planner(classify, replace(options, combine_compatible=True), None)
    return planner.single(root)


class _Planner:
    def __init__(
        self,
        classify: Callable[[S3Object], Classified],
        options: CrawlOptions,
        sample_size: int | None,
    ) -> None:
        self._classify = classify
        self._options = options
        self._sample_size = sample_size
        self._contents: dict[str, list[Content]] = {}
        self._candidates: dict[str, _Candidate | None] = {}

    def tables(self, root: Folder) -> list[PlannedTable]:
        level = self._options.table_level
        if level is None or level <= len(root.path.parts):
            return list(self._tables(root))
        tables: list[PlannedTable] = []
        for folder in root.walk():
            depth = len(folder.path.parts)
            if depth < level:
                tables += self._file_tables(folder)
            elif depth == level:
                single = self.single(folder)
                tables += [single] if single else self._tables(folder)
        return tables

    def single(self, root: Folder) -> PlannedTable | None:
        candidate = self._candidate(root)
        return None if candidate is None else self._table(candidate)

    def _tables(self, folder: Folder) -> Iterator[PlannedTable]:
        candidate = self._candidate(folder)
        if candidate is not None:
            yield self._table(self._trim(candidate))
            return
        yield from self._file_tables(folder)
        for below in folder.folders.values():
            yield from self._tables(below)

    def _file_tables(self, folder: Folder) -> Iterator[PlannedTable]:
        """Give each file a table: they do not fit together, or lie beside folders.

        https://docs.aws.amazon.com/glue/latest/dg/crawler-maximum-number-of-tables.html: "the
        crawler creates multiple tables due to files and folders present at the same level".
        """
        for item, content in zip(self._read_files(folder), self._files(folder), strict=True):
            yield PlannedTable(item.name, item.uri, (), content)

    def _trim(self, candidate: _Candidate) -> _Candidate:
        """Move the table's root down through folders that have no siblings and no ``k=v`` name.

        AWS speaks of partitions where a crawler "detects multiple folders"; what it does with a
        single one is not documented. A partition key with one meaningless value helps nobody.
        """
        while candidate.keys and candidate.keys[0] is None and len(candidate.folder.folders) == 1:
            (below,) = candidate.folder.folders.values()
            inner = self._candidate(below)
            if inner is None:
                return candidate
            candidate = inner
        return candidate

    def _candidate(self, folder: Folder) -> _Candidate | None:
        at = folder.path.uri
        if at not in self._candidates:
            self._candidates[at] = self._combine(folder)
        return self._candidates[at]

    def _combine(self, folder: Folder) -> _Candidate | None:
        if not folder.folders:
            content = self._unite(self._without_empty(self._files(folder)))
            return None if content is None else _Candidate(folder, (), content)
        if folder.files:
            return None
        inner = [self._candidate(below) for below in folder.folders.values()]
        found = [candidate for candidate in inner if candidate is not None]
        if len(found) < len(inner) or len({candidate.keys for candidate in found}) != 1:
            return None
        names = [key_of(name) for name in folder.folders]
        if len(set(names)) != 1:
            return None
        content = self._unite([candidate.content for candidate in found])
        keys = (names[0], *found[0].keys)
        return None if content is None else _Candidate(folder, keys, content)

    def _unite(self, contents: Sequence[Content]) -> Content | None:
        """Sum the contents up if they may be one table's."""
        if not contents or len({content.profile.kind for content in contents}) != 1:
            return None
        schemas = [content.columns for content in contents]
        if not self._options.combine_compatible and not are_similar(schemas):
            return None
        return _sum(contents)

    def _without_empty(self, contents: list[Content]) -> list[Content]:
        """Leave out files of no bytes, which say nothing of the format, unless all are empty."""
        return [content for content in contents if content.size] or contents

    def _read_files(self, folder: Folder) -> list[S3Object]:
        # "The number of files in each leaf folder to be crawled":
        # https://docs.aws.amazon.com/glue/latest/webapi/API_S3Target.html
        if self._sample_size is None or folder.folders:
            return folder.files
        return folder.files[: self._sample_size]

    def _files(self, folder: Folder) -> list[Content]:
        at = folder.path.uri
        if at not in self._contents:
            files = self._read_files(folder)
            contents = [self._content(item) for item in files]
            self._contents[at] = _extrapolate(contents, folder.files)
        return self._contents[at]

    def _content(self, item: S3Object) -> Content:
        found = self._classify(item) if item.size else Classified(UNKNOWN)
        return Content(found, found.columns, 1, item.size, found.records)

    def _table(self, candidate: _Candidate) -> PlannedTable:
        folder = candidate.folder
        return PlannedTable(
            name=folder.path.parts[-1],
            location=folder.path.uri,
            keys=tuple(name or f"partition_{index}" for index, name in enumerate(candidate.keys)),
            content=candidate.content,
            partitions=tuple(self._partitions(folder, ())) if candidate.keys else (),
        )

    def _partitions(self, folder: Folder, values: tuple[str, ...]) -> Iterator[PlannedPartition]:
        for name, below in folder.folders.items():
            path = (*values, partition_value(name))
            if below.folders:
                yield from self._partitions(below, path)
            else:
                candidate = self._candidate(below)
                if candidate is not None:
                    yield PlannedPartition(path, below.path.uri, candidate.content)


def are_similar(schemas: Sequence[Columns]) -> bool:
    """Say whether more than 70 % share a schema and there are at most five schemas."""
    clusters: list[list[Columns]] = []
    for schema in schemas:
        home = next((cluster for cluster in clusters if _alike(cluster[0], schema)), None)
        if home is None:
            clusters.append([schema])
        else:
            home.append(schema)
    largest = max(len(cluster) for cluster in clusters)
    return len(clusters) <= MOST_CLUSTERS and largest > THRESHOLD * len(schemas)


def partition_value(folder_name: str) -> str:
    """Return the value that a folder's name gives its partition.

    A ``k=v`` name gives v, with the escapes that Hive and Spark write in folder names undone.
    """
    match = _KEY.fullmatch(folder_name)
    return unquote(match["value"]) if match else folder_name


def key_of(folder_name: str) -> str | None:
    """Return the key of a ``k=v`` folder name, lower-cased; None for another name."""
    match = _KEY.fullmatch(folder_name)
    return match["name"].lower() if match else None


def _alike(one: Columns, other: Columns) -> bool:
    left = {column.name.lower() for column in one}
    right = {column.name.lower() for column in other}
    if not left or not right:
        return left == right
    return 2 * len(left & right) > THRESHOLD * (len(left) + len(right))


def _sum(contents: Sequence[Content]) -> Content:
    columns = reduce(merge_columns, (content.columns for content in contents))
    # The widest file speaks for the others where parameters repeat the schema (Avro's).
    widest = max(contents, key=lambda content: len(content.columns))
    records = sum(content.records for content in contents)
    weighed = sum(content.record_size * content.records for content in contents)
    return Content(
        profile=replace(
            widest.profile,
            record_size=weighed // records if records else widest.record_size,
        ),
        columns=columns,
        objects=sum(content.objects for content in contents),
        size=sum(content.size for content in contents),
        records=records,
    )


def _extrapolate(contents: list[Content], files: Sequence[S3Object]) -> list[Content]:
    """Let the files that were read stand for those that were not (``SampleSize``)."""
    if not contents or len(contents) == len(files):
        return contents
    read = sum(content.size for content in contents)
    rest = files[len(contents) :]
    unread = sum(item.size for item in rest)
    records = sum(content.records for content in contents)
    last = contents[-1]
    return [
        *contents[:-1],
        replace(
            last,
            objects=last.objects + len(rest),
            size=last.size + unread,
            records=last.records + (records * unread // read if read else 0),
        ),
    ]
