"""What a crawl changed in the catalog, as its history tells it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

type Kind = Literal["TABLE", "PARTITION"]
type Action = Literal["ADD", "UPDATE", "DELETE"]

KINDS: tuple[Kind, ...] = ("TABLE", "PARTITION")
_ACTIONS: tuple[Action, ...] = ("ADD", "UPDATE", "DELETE")
# A crawl may touch any number of partitions; the count stays exact.
_MOST_NAMES = 100


@dataclass
class Changes:
    """The names of tables and partitions, by what happened to them."""

    names: dict[tuple[Kind, Action], list[str]] = field(default_factory=dict)

    def note(self, kind: Kind, action: Action, name: str) -> None:
        """Take down one change."""
        self.names.setdefault((kind, action), []).append(name)

    def count(self, kind: Kind, action: Action) -> int:
        """Return how many there were of one sort."""
        return len(self.names.get((kind, action), ()))

    def summary(self) -> str:
        """Return the crawl's ``Summary``: tables and partitions added, updated or deleted.

        https://docs.aws.amazon.com/glue/latest/webapi/API_CrawlerHistory.html says "in JSON" and no
        more; the shape here (each kind a JSON text of its own) is the one seen in the wild.
        """
        return json.dumps({kind: json.dumps(self._of(kind)) for kind in KINDS if self._of(kind)})

    def _of(self, kind: Kind) -> Mapping[str, Any]:
        return {
            action: {
                "Count": self.count(kind, action),
                "Details": {"names": self.names[(kind, action)][:_MOST_NAMES]},
            }
            for action in _ACTIONS
            if self.count(kind, action)
        }
