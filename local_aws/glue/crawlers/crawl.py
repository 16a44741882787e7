"""One crawl: list, classify, group, write.

https://docs.aws.amazon.com/glue/latest/dg/crawler-running.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.glue.crawlers import classifying, exclusions, grouping, incremental, objects
from local_aws.glue.crawlers.catalog import CatalogWriter, Rules
from local_aws.glue.crawlers.changes import Changes
from local_aws.glue.crawlers.classified import Classified
from local_aws.glue.crawlers.definition import CrawlerDefinition, S3Target
from local_aws.glue.crawlers.grouping import PlannedTable
from local_aws.glue.crawlers.objects import Folder, S3Object, S3Path
from local_aws.glue.crawlers.tables import Signature
from local_aws.glue.errors import GlueError

DEFAULT_DATABASE = "default"

# Writes a line of a level (INFO, WARN, BENCHMARK, …) into the crawl's log.
type Say = Callable[[str, str], None]


class Clients(Protocol):
    """Makes boto3 clients of the site's services."""

    def client(self, service: str) -> Any:
        """Return the client of ``service``; it may be used from any thread."""


class CrawlFailed(Exception):  # noqa: N818 (a crawl's end, named like its siblings)
    """The crawl cannot go on; the text is for its ``ErrorMessage``."""


class CrawlCancelled(Exception):  # noqa: N818
    """Somebody stopped the crawl. The catalog was left alone."""


@dataclass(frozen=True)
class Plan:
    """What was found below one target."""

    target: S3Target
    root: Folder
    tables: Sequence[PlannedTable]


@dataclass
class Crawl:
    """A crawl of one definition.

    ``classifiers`` are the API's structures of the definition's custom classifiers, in order;
    ``seen`` the URIs of the folders that earlier crawls have read (for incremental crawls); after
    ``run`` it holds those of this crawl too.
    """

    definition: CrawlerDefinition
    classifiers: Sequence[Mapping[str, Any]]
    clients: Clients
    say: Say
    now: Callable[[], datetime]
    is_cancelled: Callable[[], bool]
    seen: set[str] = field(default_factory=set)

    def run(self) -> Changes:
        """Do it all. Raises CrawlFailed or CrawlCancelled."""
        try:
            self._refuse_unsupported()
            self._classifier = self._make_classifier()
            if self.definition.targets.catalog:
                return self._crawl_catalog_targets()
            return self._crawl_paths()
        except GlueError as error:
            raise CrawlFailed(error.message) from error
        except ClientError as error:
            raise CrawlFailed(_explain(error)) from error
        except BotoCoreError as error:
            raise CrawlFailed(str(error)) from error

    def _refuse_unsupported(self) -> None:
        definition = self.definition
        if definition.targets.unsupported:
            raise CrawlFailed(
                f"The local AWS does not crawl {', '.join(definition.targets.unsupported)}: "
                "it crawls S3Targets and CatalogTargets over S3."
            )
        if definition.recrawl == "CRAWL_EVENT_MODE":
            raise CrawlFailed(
                "The local AWS does not crawl by S3 events: use CRAWL_EVERYTHING or "
                "CRAWL_NEW_FOLDERS_ONLY."
            )

    def _make_classifier(self) -> Callable[[S3Object], Classified]:
        custom = tuple(classifying.custom_classifier(item) for item in self.classifiers)
        reader = classifying.FileClassifier(self.clients.client("s3"), custom)

        def classify(item: S3Object) -> Classified:
            self._check_cancelled()
            found = reader.classify(item)
            if found.classification == "UNKNOWN":
                self.say("WARN", f"No classifier recognised {item.uri}")
            return found

        return classify

    def _crawl_paths(self) -> Changes:
        roots = [self._list(target) for target in self.definition.targets.s3]
        is_first = not self.seen
        incrementally = self.definition.recrawl == "CRAWL_NEW_FOLDERS_ONLY" and not is_first
        found = {folder.path.uri for root in roots for folder in root.walk() if folder.files}
        if incrementally:
            roots = [incremental.only_new(root, self.seen) for root in roots]
        plans = self._plan(roots)
        changes = self._write(plans, incrementally=incrementally)
        self.seen |= found
        return changes

    def _list(self, target: S3Target) -> Folder:
        path = objects.parse_path(target.path)
        excluded = exclusions.compile_all(target.exclusions)
        return objects.list_folder(self.clients.client("s3"), path, excluded)

    def _plan(self, roots: Sequence[Folder]) -> list[Plan]:
        options = self.definition.options
        plans = []
        for target, root in zip(self.definition.targets.s3, roots, strict=True):
            found = grouping.plan(root, self._classifier, options, target.sample_size)
            plans.append(Plan(target, root, found))
        count = sum(len(plan.tables) for plan in plans)
        threshold = options.table_threshold
        # https://docs.aws.amazon.com/glue/latest/dg/crawler-maximum-number-of-tables.html
        if threshold is not None and count > threshold:
            raise CrawlFailed(
                f"The number of tables detected by crawler: {count} is greater than the table "
                f"threshold value provided: {threshold}. Failing crawler without writing to "
                "Data Catalog."
            )
        return plans

    def _write(self, plans: Sequence[Plan], *, incrementally: bool) -> Changes:
        self._check_cancelled()
        database = self._database()
        self.say("BENCHMARK", f"Classification complete, writing results to database {database}")
        changes = Changes()
        writer = None
        for plan in plans:
            writer = self._writer(database, plan.target.exclusions, changes, writer)
            for table in plan.tables:
                if not (incrementally and incremental.attach(writer, table, self.say)):
                    writer.write(table)
        if writer and not incrementally:
            covered = [plan.root.path for plan in plans]
            writer.remove_missing(lambda location: _is_below(location, covered))
        self.say("BENCHMARK", "Finished writing to Catalog")
        return changes

    def _crawl_catalog_targets(self) -> Changes:
        """Update the tables of a catalog target; none is made or deleted.

        https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-source-type
        """
        changes = Changes()
        for target in self.definition.targets.catalog:
            writer = self._writer(target.database, (), changes, None)
            tables = {table["Name"]: table for table in writer.tables()}
            for name in target.tables:
                if name not in tables:
                    raise CrawlFailed(f"Table {name} not found in database {target.database}.")
                self._crawl_table(writer, tables[name])
        return changes

    def _crawl_table(self, writer: CatalogWriter, table: Mapping[str, Any]) -> None:
        name, location = table["Name"], table.get("StorageDescriptor", {}).get("Location", "")
        if not location.startswith("s3://"):
            raise CrawlFailed(f"Table {name} does not lie in S3 but at {location or 'no place'}.")
        root = self._list(S3Target(location))
        planned = grouping.plan_single(root, self._classifier, self.definition.options)
        if planned is None:
            self.say("WARN", f"The data of table {name} are of several formats or none: left alone")
        else:
            writer.write(planned, name=name)

    def _writer(
        self,
        database: str,
        excluded: tuple[str, ...],
        changes: Changes,
        previous: CatalogWriter | None,
    ) -> CatalogWriter:
        rules = Rules(
            database=database,
            signature=Signature(self.definition.name, excluded),
            policy=self.definition.policy,
            options=self.definition.options,
            prefix=self.definition.table_prefix or "",
        )
        if previous is not None:
            return previous.with_rules(rules)
        return CatalogWriter(self.clients.client("glue"), rules, self.say, self.now, changes)

    def _database(self) -> str:
        """Return the database to write to.

        https://docs.aws.amazon.com/glue/latest/dg/crawler-running.html: without one, "your tables
        are placed in the default database", so that one is made if need be.
        """
        if self.definition.database:
            return self.definition.database
        glue = self.clients.client("glue")
        names = [
            database["Name"]
            for page in glue.get_paginator("get_databases").paginate()
            for database in page["DatabaseList"]
        ]
        if DEFAULT_DATABASE not in names:
            glue.create_database(DatabaseInput={"Name": DEFAULT_DATABASE})
        return DEFAULT_DATABASE

    def _check_cancelled(self) -> None:
        if self.is_cancelled():
            raise CrawlCancelled


def _is_below(location: str, roots: Sequence[S3Path]) -> bool:
    return any(location.startswith(root.uri) for root in roots)


def _explain(error: ClientError) -> str:
    code = error.response["Error"].get("Code", "")
    text = error.response["Error"].get("Message", "")
    return f"{error.operation_name}: {code}: {text}"
