"""A crawler as it was defined: what CreateCrawler and UpdateCrawler take and GetCrawler shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from local_aws.glue import schedules
from local_aws.glue.crawlers import configuration, exclusions, objects
from local_aws.glue.crawlers.configuration import CrawlOptions
from local_aws.glue.errors import InvalidInputException
from local_aws.host.ports import Request, Response

type UpdateBehavior = Literal["LOG", "UPDATE_IN_DATABASE"]
type DeleteBehavior = Literal["LOG", "DELETE_FROM_DATABASE", "DEPRECATE_IN_DATABASE"]
type ScheduleState = Literal["SCHEDULED", "NOT_SCHEDULED"]

_LONGEST_PREFIX = 64
_LARGEST_SAMPLE_SIZE = 249


@dataclass(frozen=True)
class SchemaChangePolicy:
    """What to do with a changed schema and with data that are gone."""

    update: UpdateBehavior = "UPDATE_IN_DATABASE"
    delete: DeleteBehavior = "DEPRECATE_IN_DATABASE"


@dataclass(frozen=True)
class S3Target:
    """A path to crawl. ``sample_size`` is in files for each leaf folder; None reads all."""

    path: str
    exclusions: tuple[str, ...] = ()
    sample_size: int | None = None


@dataclass(frozen=True)
class CatalogTarget:
    """Tables of one database whose data are to be crawled."""

    database: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Targets:
    """What a crawler crawls. ``given`` is the request's structure; GetCrawler shows it again."""

    given: Mapping[str, Any]
    s3: tuple[S3Target, ...]
    catalog: tuple[CatalogTarget, ...]

    @property
    def unsupported(self) -> tuple[str, ...]:
        """The kinds of targets that do not run locally, as the API names them."""
        known = ("S3Targets", "CatalogTargets")
        return tuple(kind for kind, items in self.given.items() if items and kind not in known)


@dataclass(frozen=True)
class CrawlerDefinition:
    """A crawler. ``version`` counts from 1; ``schedule`` is a cron expression or None."""

    name: str
    role: str
    targets: Targets
    created: datetime
    updated: datetime
    database: str | None = None
    description: str | None = None
    classifiers: tuple[str, ...] = ()
    table_prefix: str | None = None
    policy: SchemaChangePolicy = field(default_factory=SchemaChangePolicy)
    recrawl: str = "CRAWL_EVERYTHING"
    lineage: str = "DISABLE"
    lake_formation: Mapping[str, Any] | None = None
    configuration: str | None = None
    security_configuration: str | None = None
    schedule: str | None = None
    schedule_state: ScheduleState = "NOT_SCHEDULED"
    version: int = 1

    @property
    def options(self) -> CrawlOptions:
        """The options in ``configuration``."""
        return configuration.parse(self.configuration)

    def describe(self) -> Response:
        """Return the members of the API's ``Crawler`` that come from the definition."""
        answer: Response = {
            "Name": self.name,
            "Role": self.role,
            "Targets": dict(self.targets.given),
            "Classifiers": list(self.classifiers),
            "RecrawlPolicy": {"RecrawlBehavior": self.recrawl},
            "SchemaChangePolicy": {
                "UpdateBehavior": self.policy.update,
                "DeleteBehavior": self.policy.delete,
            },
            "LineageConfiguration": {"CrawlerLineageSettings": self.lineage},
            "CreationTime": self.created,
            "LastUpdated": self.updated,
            "Version": self.version,
            "LakeFormationConfiguration": dict(
                self.lake_formation or {"UseLakeFormationCredentials": False, "AccountId": ""}
            ),
        }
        optional = {
            "DatabaseName": self.database,
            "Description": self.description,
            "TablePrefix": self.table_prefix,
            "Configuration": self.configuration,
            "CrawlerSecurityConfiguration": self.security_configuration,
        }
        answer |= {name: value for name, value in optional.items() if value is not None}
        if self.schedule:
            answer["Schedule"] = {
                "ScheduleExpression": self.schedule,
                "State": self.schedule_state,
            }
        return answer


def create(request: Request, now: datetime) -> CrawlerDefinition:
    """Read a CreateCrawler request. Raises InvalidInputException."""
    recrawl = request.get("RecrawlPolicy", {}).get("RecrawlBehavior", "CRAWL_EVERYTHING")
    given = request.get("SchemaChangePolicy")
    definition = CrawlerDefinition(
        name=request["Name"],
        role=_role(request["Role"]),
        targets=_targets(request["Targets"]),
        created=now,
        updated=now,
        policy=_policy(given) if given else _default_policy(recrawl),
        recrawl=recrawl,
    )
    return _checked(_with_optional(definition, request))


def update(known: CrawlerDefinition, request: Request, now: datetime) -> CrawlerDefinition:
    """Apply an UpdateCrawler request; members that it lacks stay. Raises InvalidInputException.

    So the examples have it that name a single member:
    https://docs.aws.amazon.com/glue/latest/dg/crawler-schema-changes-prevent.html
    """
    changed = replace(known, updated=now, version=known.version + 1)
    if "Role" in request:
        changed = replace(changed, role=_role(request["Role"]))
    if "Targets" in request:
        changed = replace(changed, targets=_targets(request["Targets"]))
    if "RecrawlPolicy" in request:
        recrawl = request["RecrawlPolicy"].get("RecrawlBehavior", "CRAWL_EVERYTHING")
        changed = replace(changed, recrawl=recrawl)
        if recrawl == "CRAWL_NEW_FOLDERS_ONLY" and "SchemaChangePolicy" not in request:
            changed = replace(changed, policy=_default_policy(recrawl))
    if "SchemaChangePolicy" in request:
        changed = replace(changed, policy=_policy(request["SchemaChangePolicy"]))
    changed = _checked(_with_optional(changed, request))
    if "CRAWL_NEW_FOLDERS_ONLY" == known.recrawl == changed.recrawl:
        _check_same_paths(known, changed)
    return changed


def reschedule(known: CrawlerDefinition, expression: str | None) -> CrawlerDefinition:
    """Give the crawler a schedule, which begins at once, or none. Raises InvalidInputException."""
    if not expression:
        return replace(known, schedule=None, schedule_state="NOT_SCHEDULED")
    schedules.parse(expression)
    return replace(known, schedule=expression, schedule_state="SCHEDULED")


def _with_optional(definition: CrawlerDefinition, request: Request) -> CrawlerDefinition:
    members = {
        "DatabaseName": "database",
        "Description": "description",
        "TablePrefix": "table_prefix",
        "Configuration": "configuration",
        "CrawlerSecurityConfiguration": "security_configuration",
        "LakeFormationConfiguration": "lake_formation",
    }
    changes: dict[str, Any] = {
        attribute: request[member] for member, attribute in members.items() if member in request
    }
    if "Classifiers" in request:
        changes["classifiers"] = tuple(request["Classifiers"])
    if "LineageConfiguration" in request:
        lineage = request["LineageConfiguration"].get("CrawlerLineageSettings", "DISABLE")
        changes["lineage"] = lineage
    changed = replace(definition, **changes)
    return reschedule(changed, request["Schedule"]) if "Schedule" in request else changed


def _role(text: str) -> str:
    """Return the role as the service shows it: an ARN's path and name."""
    if not text.startswith("arn:"):
        return text
    _, kind, name = text.split(":", 5)[-1].partition("role/")
    if not kind or not name:
        raise InvalidInputException(f"Role {text!r} is no ARN of an IAM role.")
    return name


def _targets(given: Mapping[str, Any]) -> Targets:
    if not any(given.values()):
        raise InvalidInputException("Crawler must have at least one target.")
    s3 = tuple(_s3_target(item) for item in given.get("S3Targets") or ())
    catalog = tuple(
        CatalogTarget(item["DatabaseName"], tuple(item["Tables"]))
        for item in given.get("CatalogTargets") or ()
    )
    # https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-source-type
    if catalog and sum(bool(items) for items in given.values()) > 1:
        raise InvalidInputException("Catalog targets cannot be mixed with other kinds of targets.")
    return Targets(given, s3, catalog)


def _s3_target(item: Mapping[str, Any]) -> S3Target:
    path = item.get("Path") or ""
    objects.parse_path(path)
    globs = tuple(item.get("Exclusions") or ())
    exclusions.compile_all(globs)
    sample_size = item.get("SampleSize")
    # https://docs.aws.amazon.com/glue/latest/webapi/API_S3Target.html
    if sample_size is not None and not 1 <= sample_size <= _LARGEST_SAMPLE_SIZE:
        raise InvalidInputException(
            f"SampleSize must be between 1 and {_LARGEST_SAMPLE_SIZE}, not {sample_size}."
        )
    return S3Target(path, globs, sample_size)


def _policy(given: Mapping[str, Any]) -> SchemaChangePolicy:
    return SchemaChangePolicy(
        update=given.get("UpdateBehavior", "UPDATE_IN_DATABASE"),
        delete=given.get("DeleteBehavior", "DEPRECATE_IN_DATABASE"),
    )


def _default_policy(recrawl: str) -> SchemaChangePolicy:
    if recrawl == "CRAWL_NEW_FOLDERS_ONLY":
        return SchemaChangePolicy("LOG", "LOG")
    return SchemaChangePolicy()


def _checked(definition: CrawlerDefinition) -> CrawlerDefinition:
    options = configuration.parse(definition.configuration)
    policy = definition.policy
    # https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html
    if definition.recrawl == "CRAWL_NEW_FOLDERS_ONLY" and policy != SchemaChangePolicy(
        "LOG", "LOG"
    ):
        raise InvalidInputException(
            'The SchemaChangePolicy for "Crawl new folders only" Amazon S3 target can have only '
            "LOG DeleteBehavior value and LOG UpdateBehavior value."
        )
    # https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-source-type
    if definition.targets.catalog:
        if policy.delete != "LOG":
            raise InvalidInputException(
                "The SchemaChangePolicy for a catalog target can have only LOG DeleteBehavior."
            )
        if not options.combine_compatible:
            raise InvalidInputException(
                "A catalog target needs the TableGroupingPolicy CombineCompatibleSchemas in its "
                "Configuration."
            )
    # https://docs.aws.amazon.com/glue/latest/dg/crawler-running.html
    if len(definition.table_prefix or "") > _LONGEST_PREFIX:
        raise InvalidInputException(f"TablePrefix can have at most {_LONGEST_PREFIX} characters.")
    return definition


def _check_same_paths(known: CrawlerDefinition, changed: CrawlerDefinition) -> None:
    old = {target.path for target in known.targets.s3}
    new = {target.path for target in changed.targets.s3}
    if old != new:
        raise InvalidInputException(
            "The Amazon S3 targets of a crawler that crawls new folders only cannot be changed."
        )
