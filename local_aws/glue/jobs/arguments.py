"""What the special arguments of a job ask for, and the command line that a script sees.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
"""

from collections.abc import Mapping
from dataclasses import dataclass

from local_aws.glue.jobs.run import JobRun
from local_aws.spark.jars import DATALAKE_FORMATS

_CLIENT_FACTORY = "spark.hadoop.hive.metastore.client.factory.class"


class UnsupportedArgument(Exception):  # noqa: N818
    """A special argument asks for something that cannot be run here."""


@dataclass(frozen=True)
class Provision:
    """What a run needs around its script. Locations are S3 URIs."""

    script: str
    py_files: tuple[str, ...]
    jars: tuple[str, ...]
    files: tuple[str, ...]
    python_modules: tuple[str, ...]
    spark_conf: Mapping[str, str]
    glue_catalog: bool = False
    datalake_formats: tuple[str, ...] = ()


def provision(run: JobRun) -> Provision:
    """Read the special arguments of ``run``. Raises UnsupportedArgument."""
    arguments = run.effective_arguments()
    language = arguments.get("--job-language", "python")
    if language != "python":
        raise UnsupportedArgument(
            f"--job-language {language} is not supported by the local AWS; only python is."
        )
    modules = _listed(arguments, "--additional-python-modules")
    conf = spark_conf(arguments.get("--conf", ""))
    return Provision(
        script=arguments.get("--scriptLocation") or run.job.command.script_location,
        # A module may also be named by the S3 location of its wheel.
        py_files=(
            *_listed(arguments, "--extra-py-files"),
            *(module for module in modules if is_s3_uri(module)),
        ),
        jars=_listed(arguments, "--extra-jars"),
        files=_listed(arguments, "--extra-files"),
        python_modules=tuple(module for module in modules if not is_s3_uri(module)),
        spark_conf=conf,
        glue_catalog=_uses_catalog(arguments, conf),
        datalake_formats=_datalake_formats(arguments),
    )


def command_line(run: JobRun) -> tuple[str, ...]:
    """Return ``sys.argv[1:]`` as the service builds it: its own arguments, then the job's.

    A run of a workflow also gets the workflow's name and the run's id.
    """
    own = {"--JOB_NAME": run.job.name, "--JOB_RUN_ID": run.id}
    if run.workflow is not None:
        own |= {"--WORKFLOW_NAME": run.workflow.name, "--WORKFLOW_RUN_ID": run.workflow.run_id}
    arguments = run.effective_arguments() | own
    # ``--conf`` is for Spark; the service does not show it to getResolvedOptions as one argument.
    arguments.pop("--conf", None)
    return tuple(word for pair in arguments.items() for word in pair)


def spark_conf(text: str) -> dict[str, str]:
    """Read ``a=1 --conf b=2``, the one way to hand several settings over.

    Raises UnsupportedArgument for a setting without ``=``.
    """
    settings: dict[str, str] = {}
    for part in text.split("--conf "):
        setting = part.strip()
        if not setting:
            continue
        name, equals, value = setting.partition("=")
        if not equals:
            raise UnsupportedArgument(
                f"--conf {setting!r} is no setting; write name=value --conf name=value."
            )
        settings[name.strip()] = value.strip()
    return settings


def is_s3_uri(location: str) -> bool:
    """Say whether ``location`` lies in S3."""
    return location.startswith(("s3://", "s3a://", "s3n://"))


def _datalake_formats(arguments: Mapping[str, str]) -> tuple[str, ...]:
    wanted = tuple(name.lower() for name in _listed(arguments, "--datalake-formats"))
    for name in wanted:
        if name not in DATALAKE_FORMATS:
            raise UnsupportedArgument(
                f"--datalake-formats {name} is not supported by the local AWS; it has "
                f"{', '.join(DATALAKE_FORMATS)}. Pass other formats' jars with --extra-jars."
            )
    return wanted


def _uses_catalog(arguments: Mapping[str, str], conf: Mapping[str, str]) -> bool:
    """Say whether Spark's own tables are the Data Catalog's: by its argument, or as EMR does it.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-data-catalog-hive.html
    """
    # The console passes "true", its older editions an empty value.
    asked = arguments.get("--enable-glue-datacatalog", "false").lower() in ("true", "")
    return asked or "AWSGlueDataCatalogHiveClientFactory" in conf.get(_CLIENT_FACTORY, "")


def _listed(arguments: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in arguments.get(name, "").split(",") if part.strip())
