"""Links into the AWS console, for whatever partition an ARN is of."""

from dataclasses import dataclass
from urllib.parse import quote

from functions.common.express import is_express

_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


@dataclass(frozen=True)
class Arn:
    """The parts of an Amazon resource name that a link needs."""

    partition: str
    region: str
    account: str

    @classmethod
    def parse(cls, text: str) -> "Arn | None":
        """Return the parts, or None where ``text`` is no ARN."""
        parts = text.split(":", 5)
        if len(parts) < 6 or parts[0] != "arn":
            return None
        return cls(partition=parts[1], region=parts[3], account=parts[4])


def execution_link(execution_arn: str) -> str | None:
    """Return the console's page of a Step Functions execution."""
    arn = Arn.parse(execution_arn)
    if arn is None:
        return None
    kind = "express-executions" if is_express(execution_arn) else "v2/executions"
    page = f"states/home?region={arn.region}#/{kind}/details/"
    return f"{_base(arn)}/{page}{quote(execution_arn, safe=':')}"


def job_run_link(execution_arn: str, job_name: str, job_run_id: str) -> str | None:
    """Return the console's page of a Glue job run, in the execution's account and region."""
    arn = Arn.parse(execution_arn)
    if arn is None:
        return None
    page = f"gluestudio/home?region={arn.region}#/job"
    return f"{_base(arn)}/{page}/{quote(job_name, safe='')}/run/{quote(job_run_id, safe='')}"


def _base(arn: Arn) -> str:
    host = _CONSOLES.get(arn.partition, _CONSOLES["aws"])
    return f"https://{arn.region}.{host}"
