"""What the operator of the function decides."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.common.errors import MissingSettingError
from functions.common.settings import positive_integer
from functions.download_file.remote import Secret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


@dataclass(frozen=True)
class Settings:
    """The function's settings. ``margin_seconds`` of its time are left for the last part."""

    secret_arn: str | None
    secret_header: str
    allow_http: bool
    part_mb: int
    margin_seconds: int
    idle_seconds: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings. Raises MissingSettingError."""
        allow_http = environment.get("ALLOW_HTTP", "false")
        if allow_http not in ("true", "false"):
            raise MissingSettingError(f"ALLOW_HTTP is {allow_http!r}; use true or false.")
        return cls(
            secret_arn=environment.get("SECRET_ARN") or None,
            secret_header=environment.get("SECRET_HEADER") or "Authorization",
            allow_http=allow_http == "true",
            part_mb=positive_integer(environment, "PART_MB", 16),
            margin_seconds=positive_integer(environment, "MARGIN_SECONDS", 60),
            idle_seconds=positive_integer(environment, "IDLE_SECONDS", 30),
        )

    def secret(self, secrets: "SecretsManagerClient") -> Secret | None:
        """Fetch the header's value: the secret's text, or its member ``value`` if it is JSON."""
        if self.secret_arn is None:
            return None
        text = secrets.get_secret_value(SecretId=self.secret_arn)["SecretString"]
        try:
            parsed = json.loads(text)
        except ValueError:
            parsed = None
        value = parsed.get("value") if isinstance(parsed, dict) else text
        if not isinstance(value, str) or not value.isprintable() or not value:
            raise MissingSettingError(
                f"The secret {self.secret_arn} holds no text fit for a header; store the header's "
                'value as it is, or as {"value": "…"}.'
            )
        return Secret(self.secret_header, value)
