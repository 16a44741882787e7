"""An older version never replaces a newer one's output, however late or at once they come."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from functions.common.layout import Layout
from functions.common.manifests import Manifest
from functions.common.objects import ObjectVersion
from functions.publish_output.publication import Outlet, Publication, Request, publish
from tests.integration import files
from tests.integration.pipeline import Pipeline


@pytest.fixture(scope="module")
def pipeline(auto_pipeline: Pipeline) -> Pipeline:
    """The quickest one: the order is kept where output is published, whoever made it."""
    return auto_pipeline


def test_a_late_run_of_an_older_version_is_superseded(pipeline: Pipeline) -> None:
    shorter = b"".join(files.CSV.splitlines(keepends=True)[:3])
    old = pipeline.upload("late/people.csv", files.CSV)
    assert pipeline.ended(old).outcome.kind == "SUCCESS"
    new = pipeline.upload("late/people.csv", shorter)
    current = pipeline.ended(new)
    published = pipeline.published(current.outcome.manifest_uri)

    given = {"bucket": old.bucket, "key": old.key, "version_id": old.version_id}
    late = pipeline.end_of(pipeline.start(given))
    assert late.progress.status == "SUCCEEDED", late
    assert late.states[-4:] == ["PublishOutput", "IsPublished", "NotifySuperseded", "Superseded"]
    publication = (late.progress.output or {})["publication"]
    assert publication["superseded_by"] == new.version_id
    assert pipeline.published(current.outcome.manifest_uri) == published
    note = pipeline.notification(late)
    assert note.attributes["outcome"] == "SUPERSEDED"
    assert str(new.version_id) in note.body

    again = pipeline.end_of(pipeline.start({**given, "version_id": new.version_id}))
    assert again.outcome.kind == "SUCCESS", again
    assert pipeline.published(current.outcome.manifest_uri) != published
    assert pipeline.table(current.outcome.manifest_uri).num_rows == 2


@pytest.mark.parametrize("attempt", range(3))
def test_of_versions_published_at_once_the_newest_stands(pipeline: Pipeline, attempt: int) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html"""
    s3, bucket = pipeline.aws.s3, pipeline.deployment.processed_bucket
    key = f"at-once/{uuid4().hex}.csv"
    layout = Layout.of(bucket, "source", key)
    requests = []
    for number in range(4):
        prefix = layout.attempt_key(f"jr_{number}")
        s3.put_object(Bucket=bucket, Key=f"{prefix}part-0.parquet", Body=b"1234")
        result = {
            "attempt_id": f"jr_{number}",
            "rows": number,
            "quarantined_rows": 0,
            "files": [{"key": f"{prefix}part-0.parquet", "size": 4}],
            "columns": [],
        }
        body = json.dumps(result).encode()
        s3.put_object(Bucket=bucket, Key=f"{prefix}_result.json", Body=body)
        item = ObjectVersion("source", key, f"v{number}", sequencer=f"0{number}")
        requests.append(Request(item, f"jr_{number}", f"run-{number}", 0))

    def run(request: Request) -> Publication:
        return publish(request, Outlet(s3, bucket))

    with ThreadPoolExecutor(len(requests)) as pool:
        # From the oldest on, so that each has something to lose to.
        answers = list(pool.map(run, requests))
    assert answers[-1].published, "nothing supersedes the newest"
    found = Manifest(s3, bucket, layout.manifest_key).look()
    assert found
    assert found.provenance.version_id == "v3"
    assert all(answer.published or answer.superseded_by > "v0" for answer in answers)
