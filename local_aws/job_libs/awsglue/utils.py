"""The arguments of a job.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html
"""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

BOOKMARK_OPTIONS = ("job-bookmark-enable", "job-bookmark-disable", "job-bookmark-pause")
# What Glue itself passes, so that a script finds it in the result without asking for it.
# https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
RESERVED = (
    "job-bookmark-from",
    "job-bookmark-to",
    "JOB_ID",
    "JOB_NAME",
    "JOB_RUN_ID",
    "SECURITY_CONFIGURATION",
    "encryption-type",
    "enable-data-lineage",
    "RedshiftTempDir",
    "TempDir",
    "WORKFLOW_NAME",
    "WORKFLOW_RUN_ID",
)


class GlueArgumentError(Exception):
    """A wanted argument is missing or has no value."""

    def __init__(self, msg: str) -> None:
        super().__init__(msg)
        self.msg = msg


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise GlueArgumentError(message)


def getResolvedOptions(args: Sequence[str], options: Sequence[str]) -> dict[str, Any]:
    """Return the arguments named by ``options``, and Glue's own, out of ``sys.argv``.

    ``--name value`` and ``--name=value`` both count; arguments that nobody asked for are ignored.
    Names lose their dashes in the result (``job-bookmark-option`` is ``job_bookmark_option``);
    Glue's own are None when they were not passed. Raises GlueArgumentError for a missing one.
    """
    # No abbreviations: --source must not be taken for --source_uri.
    parser = _Parser(add_help=False, allow_abbrev=False)
    wanted = [option.removeprefix("--") for option in options]
    for name in dict.fromkeys(wanted):
        if name != "job-bookmark-option":
            parser.add_argument(f"--{name}", required=True)
    parser.add_argument(
        "--job-bookmark-option", choices=BOOKMARK_OPTIONS, default="job-bookmark-disable"
    )
    for name in RESERVED:
        if name not in wanted:
            parser.add_argument(f"--{name}")
    found, _ = parser.parse_known_args(list(args[1:]))
    return vars(found)
