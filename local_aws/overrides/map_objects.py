"""Step Functions: the objects in S3 that a distributed Map state reads and writes.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.config import Config
from localstack.aws.connect import connect_to
from localstack.services.stepfunctions.asl.eval.evaluation_details import AWSExecutionDetails
from localstack.utils.aws.client_types import ServicePrincipal

from local_aws.stepfunctions.distributed_map import results
from local_aws.stepfunctions.distributed_map.items import at_most, listed, read
from local_aws.stepfunctions.distributed_map.plan import LIST_OBJECTS, Reader, Writer


class MapObjects:
    """Reads and writes with the role of the execution. Raises botocore's errors."""

    def __init__(self, details: AWSExecutionDetails) -> None:
        self._details = details

    def items(self, reader: Reader, parameters: Mapping[str, Any], limit: int | None) -> list[Any]:
        """Return what an ItemReader yields. Raises ItemReaderError."""
        s3 = self._client()
        if reader.resource == LIST_OBJECTS:
            pages = s3.get_paginator("list_objects_v2").paginate(**parameters)
            objects = (one for page in pages for one in page.get("Contents", []))
            return at_most(listed(objects), limit)

        def fetch(bucket: str, key: str) -> bytes:
            body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            return body

        content = s3.get_object(**parameters)["Body"].read()
        return at_most(read(content, reader.config, fetch), limit)

    def write(
        self,
        records: Sequence[results.Record],
        writer: Writer,
        place: Mapping[str, str],
        map_run_arn: str,
    ) -> str:
        """Write the results' files and then their manifest; return the manifest's key."""
        prefix, run = place.get("Prefix", "").rstrip("/"), map_run_arn.rpartition(":")[2]
        folder = f"{prefix}/{run}/" if prefix else f"{run}/"
        made = results.files(records, folder, writer.transformation, writer.output_type)
        s3 = self._client()
        for contents in made.values():
            for key, content in contents.items():
                s3.put_object(Bucket=place["Bucket"], Key=key, Body=content)
        manifest = results.manifest(place["Bucket"], map_run_arn, made)
        s3.put_object(Bucket=place["Bucket"], Key=f"{folder}manifest.json", Body=manifest)
        return f"{folder}manifest.json"

    def _client(self) -> Any:
        return connect_to.with_assumed_role(
            role_arn=self._details.role_arn,
            service_principal=ServicePrincipal.states,
            region_name=self._details.region,
            # A bucket's name before the server's own would need a name server.
            config=Config(s3={"addressing_style": "path"}),
        ).get_client("s3")
