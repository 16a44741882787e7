"""Operations on security configurations. They are kept and shown; nothing is encrypted here.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-security.html
"""

import threading
from collections.abc import Mapping

from local_aws.glue.errors import AlreadyExistsException, EntityNotFoundException
from local_aws.glue.paging import page
from local_aws.host.ports import Clock, Operation, Request, Response


class SecurityConfigurations:
    """A component: the operations on security configurations."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._configurations: dict[str, Response] = {}

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on security configurations."""
        return {
            "CreateSecurityConfiguration": self._create,
            "GetSecurityConfiguration": self._get,
            "GetSecurityConfigurations": self._get_all,
            "DeleteSecurityConfiguration": self._delete,
        }

    def close(self) -> None:
        """Nothing runs here."""

    def _create(self, request: Request) -> Response:
        name, now = request["Name"], self._clock.now()
        with self._lock:
            if name in self._configurations:
                raise AlreadyExistsException("SecurityConfiguration already exists.")
            self._configurations[name] = {
                "Name": name,
                "EncryptionConfiguration": request["EncryptionConfiguration"],
                "CreatedTimeStamp": now,
            }
        return {"Name": name, "CreatedTimestamp": now}

    def _get(self, request: Request) -> Response:
        with self._lock:
            return {"SecurityConfiguration": self._known(request["Name"])}

    def _get_all(self, request: Request) -> Response:
        with self._lock:
            found = [configuration for _, configuration in sorted(self._configurations.items())]
        part = page(found, request)
        return {"SecurityConfigurations": list(part.items), **part.next_token()}

    def _delete(self, request: Request) -> Response:
        with self._lock:
            self._known(request["Name"])
            del self._configurations[request["Name"]]
        return {}

    def _known(self, name: str) -> Response:
        if name not in self._configurations:
            raise EntityNotFoundException(f"SecurityConfiguration {name} not found.")
        return self._configurations[name]
