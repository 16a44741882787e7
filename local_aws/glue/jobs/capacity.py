"""How many data processing units (DPUs) a job gets.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html and, for the workers' sizes,
https://docs.aws.amazon.com/glue/latest/dg/worker-types.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.glue.errors import InvalidInputException

WORKER_DPU: Mapping[str, float] = {
    "Standard": 1.0,
    "G.025X": 0.25,
    "G.1X": 1.0,
    "G.2X": 2.0,
    "G.4X": 4.0,
    "G.8X": 8.0,
    "G.12X": 12.0,
    "G.16X": 16.0,
    "R.1X": 1.0,
    "R.2X": 2.0,
    "R.4X": 4.0,
    "R.8X": 8.0,
    "Z.2X": 2.0,
}
_SPARK_DEFAULT_DPU = 10.0
_SHELL_DPU = (0.0625, 1.0)


@dataclass(frozen=True)
class Capacity:
    """A job's or a run's share of machines. Workers are None where only DPUs were asked for."""

    max_capacity: float
    worker_type: str | None = None
    number_of_workers: int | None = None

    @property
    def allocated(self) -> int:
        """DPUs in whole numbers, as the deprecated ``AllocatedCapacity`` shows them."""
        return int(self.max_capacity)

    def to_api(self) -> dict[str, Any]:
        """Return the members that ``Job`` and ``JobRun`` share."""
        members: dict[str, Any] = {
            "MaxCapacity": self.max_capacity,
            "AllocatedCapacity": self.allocated,
        }
        if self.worker_type is not None:
            members["WorkerType"] = self.worker_type
        if self.number_of_workers is not None:
            members["NumberOfWorkers"] = self.number_of_workers
        return members


def resolve(
    command: str,
    glue_version: str,
    *,
    max_capacity: float | None,
    worker_type: str | None,
    number_of_workers: int | None,
) -> Capacity:
    """Return the capacity that the given members ask for, with AWS's defaults.

    Raises InvalidInputException for combinations that AWS refuses.
    """
    if command == "pythonshell":
        return _shell(max_capacity, worker_type, number_of_workers)
    workers = worker_type is not None or number_of_workers is not None
    if max_capacity is not None and workers:
        raise InvalidInputException(
            "Please do not set Max Capacity if using Worker Type and Workers"
        )
    if workers:
        return _workers(worker_type, number_of_workers)
    if max_capacity is None:
        # From 2.0 on DPUs alone are refused, so the default of 10 has to be workers as well.
        old = glue_version < "2.0"
        return Capacity(_SPARK_DEFAULT_DPU) if old else _workers("G.1X", int(_SPARK_DEFAULT_DPU))
    if glue_version >= "2.0":
        raise InvalidInputException(
            "Please use Worker Type and Number of Workers instead of Max Capacity "
            f"for Glue version {glue_version}."
        )
    if max_capacity < 2 or max_capacity > 100 or max_capacity != int(max_capacity):
        raise InvalidInputException(
            f"Max Capacity of a Spark job is a whole number from 2 to 100, not {max_capacity:g}."
        )
    return Capacity(max_capacity)


def _shell(
    max_capacity: float | None, worker_type: str | None, number_of_workers: int | None
) -> Capacity:
    if worker_type is not None or number_of_workers is not None:
        raise InvalidInputException(
            "Worker Type and Number of Workers are not supported for Job Command pythonshell; "
            "set Max Capacity to 0.0625 or 1."
        )
    capacity = _SHELL_DPU[0] if max_capacity is None else max_capacity
    if capacity not in _SHELL_DPU:
        raise InvalidInputException(
            f"Max Capacity of a Python shell job is 0.0625 or 1, not {capacity:g}."
        )
    return Capacity(capacity)


def _workers(worker_type: str | None, number_of_workers: int | None) -> Capacity:
    if worker_type is None:
        raise InvalidInputException("Number of Workers needs a Worker Type as well.")
    if number_of_workers is None:
        raise InvalidInputException(f"Worker Type {worker_type} needs Number of Workers as well.")
    if worker_type not in WORKER_DPU:
        raise InvalidInputException(
            f"Worker Type {worker_type} is unknown; it is one of {', '.join(WORKER_DPU)}."
        )
    if number_of_workers < 1:
        raise InvalidInputException(f"Number of Workers is at least 1, not {number_of_workers}.")
    dpu = WORKER_DPU[worker_type] * number_of_workers
    return Capacity(dpu, worker_type, number_of_workers)
