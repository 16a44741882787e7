"""Operations on workgroups.

https://docs.aws.amazon.com/athena/latest/ug/workgroups-manage-queries-control-costs.html
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from local_aws.athena.errors import InvalidRequestException, QueryFailed
from local_aws.athena.paging import page
from local_aws.athena.queries.execution import ENGINE_VERSION
from local_aws.athena.tables.objects import split
from local_aws.athena.tags import Tags
from local_aws.host.ports import Clock, Operation, Request, Response, Site

PRIMARY = "primary"
_NO_OUTPUT = (
    "No output location provided. An output location is required either through the Workgroup "
    "result configuration setting or as an API input."
)
# Members of the updates that take a member of the configuration away.
_REMOVALS = {
    "RemoveOutputLocation": "OutputLocation",
    "RemoveEncryptionConfiguration": "EncryptionConfiguration",
    "RemoveExpectedBucketOwner": "ExpectedBucketOwner",
    "RemoveAclConfiguration": "AclConfiguration",
}
_DEFAULTS: Mapping[str, Any] = {
    "EnforceWorkGroupConfiguration": True,
    "PublishCloudWatchMetricsEnabled": True,
    "RequesterPaysEnabled": False,
    "EnableMinimumEncryptionConfiguration": False,
}


@dataclass(frozen=True)
class WorkGroup:
    """A workgroup; ``configuration`` is the API's WorkGroupConfiguration."""

    name: str
    created: datetime
    configuration: Mapping[str, Any]
    state: str = "ENABLED"
    description: str = ""

    @property
    def cutoff(self) -> int | None:
        """How many bytes a query may read."""
        return self.configuration.get("BytesScannedCutoffPerQuery")

    def result_configuration(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a query's results are written with: the workgroup's word is first if it is
        enforced. Raises InvalidRequestException if neither names a location.
        """
        own = self.configuration.get("ResultConfiguration") or {}
        if self.configuration["EnforceWorkGroupConfiguration"] and own.get("OutputLocation"):
            return own
        chosen = {**own, **given}
        if not chosen.get("OutputLocation"):
            raise InvalidRequestException(_NO_OUTPUT)
        _check_location(chosen["OutputLocation"])
        return chosen

    def to_api(self) -> Response:
        """Return the API's WorkGroup."""
        shown = self.summary()
        # Here it stands in the configuration.
        del shown["EngineVersion"]
        return {**shown, "Configuration": dict(self.configuration)}

    def summary(self) -> Response:
        """Return the API's WorkGroupSummary."""
        return {
            "Name": self.name,
            "State": self.state,
            "Description": self.description,
            "CreationTime": self.created,
            "EngineVersion": self.configuration["EngineVersion"],
        }


class Contents(Protocol):
    """What a workgroup holds: its named queries, its prepared statements."""

    def any_of(self, work_group: str) -> bool:
        """Say whether there are any."""

    def forget(self, work_group: str) -> None:
        """Drop them."""


class WorkGroups:
    """A component: workgroups."""

    def __init__(self, site: Site, clock: Clock, tags: Tags) -> None:
        self._site = site
        self._clock = clock
        self._tags = tags
        self._lock = threading.RLock()
        self._groups: dict[str, WorkGroup] = {}
        self._contents: tuple[Contents, ...] = ()
        self._add(PRIMARY, {"EnforceWorkGroupConfiguration": False}, "", {})

    def hold(self, *contents: Contents) -> None:
        """Say what workgroups hold."""
        self._contents = contents

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on workgroups."""
        return {
            "CreateWorkGroup": self._create,
            "GetWorkGroup": self._get,
            "ListWorkGroups": self._list,
            "UpdateWorkGroup": self._update,
            "DeleteWorkGroup": self._delete,
            "ListEngineVersions": self._list_engine_versions,
        }

    def close(self) -> None:
        """Nothing runs here."""

    def known(self, name: str) -> WorkGroup:
        """Return a workgroup. Raises InvalidRequestException."""
        with self._lock:
            group = self._groups.get(name)
        if group is None:
            raise InvalidRequestException("WorkGroup is not found.")
        return group

    def enabled(self, name: str) -> WorkGroup:
        """Return a workgroup that runs queries. Raises InvalidRequestException."""
        group = self.known(name)
        if group.state != "ENABLED":
            raise InvalidRequestException(f"WorkGroup {name} is disabled.")
        return group

    def arn(self, name: str) -> str:
        """Return a workgroup's ARN."""
        site = self._site
        return f"arn:{site.partition}:athena:{site.region}:{site.account_id}:workgroup/{name}"

    def _create(self, request: Request) -> Response:
        name = request["Name"]
        if not re.fullmatch(r"[a-zA-Z0-9._-]{1,128}", name):
            raise InvalidRequestException(
                f"Value '{name}' at 'name' failed to satisfy constraint: Member must satisfy "
                "regular expression pattern: [a-zA-Z0-9._-]{1,128}"
            )
        tags = {tag["Key"]: tag.get("Value", "") for tag in request.get("Tags") or ()}
        with self._lock:
            if name in self._groups:
                raise InvalidRequestException("WorkGroup is already created.")
            configuration = request.get("Configuration") or {}
            self._add(name, configuration, request.get("Description") or "", tags)
        return {}

    def _add(
        self,
        name: str,
        configuration: Mapping[str, Any],
        description: str,
        tags: Mapping[str, str],
    ) -> None:
        full = _completed({**_DEFAULTS, **configuration})
        self._tags.register(self.arn(name), tags)
        self._groups[name] = WorkGroup(name, self._clock.now(), full, description=description)

    def _get(self, request: Request) -> Response:
        return {"WorkGroup": self.known(request["WorkGroup"]).to_api()}

    def _list(self, request: Request) -> Response:
        with self._lock:
            groups = [group.summary() for _, group in sorted(self._groups.items())]
        return page("WorkGroups", groups, request)

    def _update(self, request: Request) -> Response:
        with self._lock:
            group = self.known(request["WorkGroup"])
            changes: dict[str, Any] = {}
            if "Description" in request:
                changes["description"] = request["Description"]
            if request.get("State"):
                changes["state"] = request["State"]
            updates = request.get("ConfigurationUpdates")
            if updates:
                changes["configuration"] = _updated(group.configuration, updates)
            self._groups[group.name] = replace(group, **changes)
        return {}

    def _delete(self, request: Request) -> Response:
        name = request["WorkGroup"]
        if name == PRIMARY:
            raise InvalidRequestException("The primary workgroup cannot be deleted.")
        with self._lock:
            self.known(name)
            is_used = any(contents.any_of(name) for contents in self._contents)
            if is_used and not request.get("RecursiveDeleteOption"):
                raise InvalidRequestException(f"WorkGroup {name} is not empty")
            for contents in self._contents:
                contents.forget(name)
            del self._groups[name]
            self._tags.forget(self.arn(name))
        return {}

    def _list_engine_versions(self, request: Request) -> Response:
        known = [
            {"SelectedEngineVersion": selected, "EffectiveEngineVersion": ENGINE_VERSION}
            for selected in ("AUTO", ENGINE_VERSION)
        ]
        return page("EngineVersions", known, request)


def _completed(configuration: Mapping[str, Any]) -> Mapping[str, Any]:
    location = (configuration.get("ResultConfiguration") or {}).get("OutputLocation")
    if location:
        _check_location(location)
    selected = (configuration.get("EngineVersion") or {}).get("SelectedEngineVersion") or "AUTO"
    if selected not in {"AUTO", ENGINE_VERSION}:
        raise InvalidRequestException(
            f"The engine version {selected!r} is not available here: use AUTO or {ENGINE_VERSION}"
        )
    version = {"SelectedEngineVersion": selected, "EffectiveEngineVersion": ENGINE_VERSION}
    return {"ResultConfiguration": {}, **configuration, "EngineVersion": version}


def _updated(before: Mapping[str, Any], updates: Mapping[str, Any]) -> Mapping[str, Any]:
    after = dict(before)
    results = dict(before.get("ResultConfiguration") or {})
    for member, value in (updates.get("ResultConfigurationUpdates") or {}).items():
        if member in _REMOVALS:
            if value:
                results.pop(_REMOVALS[member], None)
        else:
            results[member] = value
    after["ResultConfiguration"] = results
    for member, value in updates.items():
        if member == "RemoveBytesScannedCutoffPerQuery":
            if value:
                after.pop("BytesScannedCutoffPerQuery", None)
        elif member == "RemoveCustomerContentEncryptionConfiguration":
            if value:
                after.pop("CustomerContentEncryptionConfiguration", None)
        elif member == "ManagedQueryResultsConfigurationUpdates":
            after["ManagedQueryResultsConfiguration"] = value
        elif member != "ResultConfigurationUpdates":
            after[member] = value
    return _completed(after)


def _check_location(location: str) -> None:
    try:
        split(location)
    except QueryFailed:
        raise InvalidRequestException("outputLocation is not a valid S3 path.") from None
