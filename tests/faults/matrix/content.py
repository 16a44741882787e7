"""Files: changed under the run, broken, hostile, oddly named, too much for a state."""

import json
from collections.abc import Iterable

from tests.faults.matrix.calls import invokes
from tests.faults.matrix.registry import fault
from tests.faults.matrix.stage import Stage
from tests.faults.proxy.faults import Hold
from tests.integration import files

VALIDATED = "What is published is the version that was validated"
REJECTED = "A bad file is rejected with its reason, told once, and shows no output"
NAMED = "A key may be anything that S3 allows"

# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
STATE_BYTES = 256 * 1024
GIBIBYTE = 1024**3
PART = 64 * 1024**2
KEY_BYTES = 1024


@fault("source deleted before validation", "A file that is gone is told of, once")
def deleted_before_validation(stage: Stage) -> None:
    held = stage.strike("lambda", "Invoke", hold := Hold(), where=invokes("validate-file"))
    one = stage.csv()
    held.wait()
    stage.vanish(one)
    hold.release()
    run = stage.ended(one, "INVALID")
    assert stage.output(run)["validation"]["reason"]["code"] == "OBJECT_NOT_FOUND"


@fault("source deleted mid-run", "A file that is gone is told of, once")
def deleted_mid_run(stage: Stage) -> None:
    held = stage.strike("glue", "StartJobRun", hold := Hold())
    one = stage.glue_csv()
    held.wait()
    stage.vanish(one)
    hold.release()
    stage.ended(one, "FAILURE")


@fault("source hidden by a delete marker mid-run", VALIDATED)
def marked_deleted_mid_run(stage: Stage) -> None:
    held = stage.strike("glue", "StartJobRun", hold := Hold())
    one = stage.glue_csv()
    held.wait()
    bucket = stage.world.deployment.source_bucket
    stage.world.aws.s3.delete_object(Bucket=bucket, Key=one.key)
    hold.release()
    stage.ended(one, "SUCCESS")


@fault("source overwritten mid-run", VALIDATED)
def overwritten_mid_run(stage: Stage) -> None:
    held = stage.strike("glue", "StartJobRun", hold := Hold())
    older = stage.glue_csv()
    held.wait()
    newer = stage.csv()
    stage.ended(newer, "SUCCESS")
    hold.release()
    stage.ended(older, "SUPERSEDED")


# The fault's name, and the reasons' codes of tests/integration/files.py that show it.
BROKEN = {
    "empty file": {"EMPTY", "HEADER_ONLY", "NO_RECORDS"},
    "truncated file": {"GZIP_TRUNCATED", "INVALID_PARQUET", "UNCLOSED_QUOTE"},
    "wrongly encoded file": {"WRONG_ENCODING", "NUL_BYTE"},
    "gzip bomb": {"GZIP_BOMB"},
    "zip archive": {"UNSUPPORTED_TYPE"},
}


def _broken(name: str, codes: Iterable[str]) -> None:
    @fault(name, REJECTED)
    def rejected(stage: Stage) -> None:
        chosen = [each for each in files.INVALID if each.code in codes]
        assert {each.code for each in chosen} == codes
        uploaded = [(each, stage.put(each.name, each.body)) for each in chosen]
        for each, one in uploaded:
            reason = stage.output(stage.ended(one, "INVALID"))["validation"]["reason"]
            assert reason["code"] == each.code


for _name, _codes in BROKEN.items():
    _broken(_name, _codes)


@fault("line of 1 GB", REJECTED)
def endless_line(stage: Stage) -> None:
    """The upload is of parts, as S3 asks for at that size."""
    s3, bucket = stage.world.aws.s3, stage.world.deployment.source_bucket
    place = {"Bucket": bucket, "Key": stage.key("long.csv")}
    upload = s3.create_multipart_upload(**place)["UploadId"]
    first = s3.upload_part(
        **place, UploadId=upload, PartNumber=1, Body=b"id,name\n1," + b"x" * PART
    )
    parts = [{"PartNumber": 1, "ETag": first["ETag"]}]
    body = b"x" * PART
    for number in range(2, GIBIBYTE // PART + 1):
        sent = s3.upload_part(**place, UploadId=upload, PartNumber=number, Body=body)
        parts.append({"PartNumber": number, "ETag": sent["ETag"]})
    made = s3.complete_multipart_upload(
        **place,
        UploadId=upload,
        MultipartUpload={"Parts": parts},  # type: ignore[typeddict-item]
    )
    one = stage.arrived(place["Key"], made["VersionId"])
    reason = stage.output(stage.ended(one, "INVALID"))["validation"]["reason"]
    assert reason["code"] == "RECORD_TOO_LARGE"


KEYS = {
    "key with a plus sign": "a+b.csv",
    "key with spaces": "a b  c.csv",
    "key with a literal %2F": "a%2Fb%20c.csv",
    "key with an emoji": "grüße-🎉.csv",
    "key that climbs by ../": "../../etc/../a.csv",
    "key with quotes and braces": "'\"`{}$(x)<script>%s\\n.csv",
}


def _named(name: str, key: str) -> None:
    @fault(name, NAMED)
    def processed(stage: Stage) -> None:
        one = stage.csv(key)
        # What an encoded or a shortened key would stand for is another file.
        other = stage.csv("ab.csv")
        stage.ended(one, "SUCCESS")
        stage.ended(other, "SUCCESS")


for _name, _key in KEYS.items():
    _named(_name, _key)


@fault("key of 1,024 bytes", NAMED)
def longest_key(stage: Stage) -> None:
    room = KEY_BYTES - len(stage.key("")) - len(".csv")
    twins = [stage.csv(f"{'ü' * ((room - 2) // 2)}{n}{'x' * (room % 2)}.csv") for n in range(2)]
    for one in twins:
        assert len(one.key.encode()) >= KEY_BYTES - 1
        stage.ended(one, "SUCCESS")


@fault("payload over the limit", "A schema too large for a state goes by a pointer")
def payload_over_the_limit(stage: Stage) -> None:
    """A schema that validation lets pass; as a text in a state's input it would be too much."""
    names = [f"column_{number:04}_{'x' * 150}" for number in range(1_230)]
    schema = json.dumps([{"name": name, "type": "bigint", "nullable": True} for name in names])
    assert len(schema) < STATE_BYTES < len(json.dumps(schema))
    row = ",".join("1" for _ in names)
    one = stage.put("wide.csv", f"{','.join(names)}\n{row}\n".encode())
    run = stage.ended(one, "SUCCESS")
    assert stage.output(run)["validation"]["schema"].startswith("s3://")
