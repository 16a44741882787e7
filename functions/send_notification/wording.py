"""Notifications in words: which file, what happened, why, what to do next.

Names and causes come from files and their senders, so control characters in them are shown and not
sent: a line break in a key cannot forge a line of the message.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from functions.common.console import execution_link, job_run_link
from functions.common.express import is_express
from functions.common.reasons import advice
from functions.send_notification.failure import Failure
from functions.send_notification.report import Finding, Outcome, Report

_MAX_SUBJECT = 100
_MAX_CAUSE = 2000
_HEADLINES = {
    Outcome.SUCCESS: "processed",
    Outcome.SUPERSEDED: "superseded",
    Outcome.INVALID: "not valid",
    Outcome.FAILURE: "FAILED",
}


@dataclass(frozen=True)
class Notification:
    """A message for the topic. ``subject`` is ASCII, of at most 100 characters, as SNS asks:

    https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    """

    subject: str
    body: str
    outcome: Outcome


def word(report: Report) -> Notification:
    """Put a report into words."""
    return Notification(_subject(report), "\n".join(_lines(report)) + "\n", report.outcome)


def _subject(report: Report) -> str:
    key = _key(report)
    file_name = key.rstrip("/").rpartition("/")[2] or key
    ascii_name = _visible(file_name).encode("ascii", "replace").decode()
    beginning = f"[{_HEADLINES[report.outcome]}] "
    room = _MAX_SUBJECT - len(beginning)
    if len(ascii_name) > room:
        # Both ends of a long name tell it from others: what it is about, and its number or date.
        half = (room - 3) // 2
        ascii_name = f"{ascii_name[:half]}...{ascii_name[-half:]}"
    return beginning + ascii_name


def _lines(report: Report) -> Iterator[str]:
    yield from _what_happened(report)
    yield ""
    if report.item:
        yield f"File:       {_visible(str(report.item))}"
    if report.item and report.item.version_id:
        yield f"Version:    {report.item.version_id}"
    if report.manifest_uri:
        yield f"Published:  {report.manifest_uri}"
    if report.kept_at:
        yield f"Kept at:    {_visible(report.kept_at)}"
    if report.started_at:
        yield f"Started:    {report.started_at}"
    yield f"Pipeline:   {report.state_machine_name}"
    yield f"Execution:  {execution_link(report.execution_arn) or report.execution_name}"
    if report.job_name and report.job_run_id:
        link = job_run_link(report.execution_arn, report.job_name, report.job_run_id)
        yield f"Glue run:   {link or report.job_run_id}"


def _what_happened(report: Report) -> Iterator[str]:
    name = _visible(_key(report))
    if report.outcome is Outcome.SUCCESS:
        rows = "" if report.rows is None else f": {_counted(report.rows)}"
        yield f"The file {name} was turned into Parquet{rows}."
        if report.quarantined_rows:
            put_aside = _counted(report.quarantined_rows)
            yield f"Besides, {put_aside} did not fit the rest of the file and went to quarantine/."
        for warning in report.warnings:
            yield f"Note: {_shortened(warning)}"
        yield ""
        if report.quarantined_rows:
            yield "What to do: mend the rows at their source, or see why they look different."
        else:
            yield "What to do: nothing."
    elif report.outcome is Outcome.SUPERSEDED:
        newer = f" ({report.superseded_by})" if report.superseded_by else ""
        yield f"The file {name} was processed, but a newer version of it{newer} was there first."
        yield "What that version became is published and stays."
        yield ""
        yield "What to do: nothing."
    elif report.outcome is Outcome.INVALID:
        yield f"The file {name} is not valid and was not processed."
        yield from _why_invalid(report.finding)
    else:
        yield f"The file {name} was not processed: the pipeline failed."
        yield from _why_failed(report.failure, is_express(report.execution_arn))


def _key(report: Report) -> str:
    return report.item.key if report.item else "that the execution's input does not name"


def _why_invalid(finding: Finding | None) -> Iterator[str]:
    if finding is None:
        return
    yield ""
    yield f"Why:        {_shortened(finding.message)}"
    places = (("line", finding.line), ("column", finding.column), ("byte", finding.byte))
    known = ", ".join(f"{name} {value}" for name, value in places if value is not None)
    if known:
        yield f"Where:      {known}"
    if finding.code:
        yield f"Reason:     {finding.code}"
        yield ""
        yield f"What to do: {advice(finding.code)}"


def _why_failed(failure: Failure | None, express: bool) -> Iterator[str]:
    if failure is None:
        return
    yield ""
    yield f"What:       {_visible(failure.what)}."
    yield f"Why:        {_shortened(failure.why)}"
    yield ""
    yield f"What to do: {failure.advice(redrivable=not express)}"


def _counted(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows:,} rows"


def _shortened(text: str) -> str:
    shown = _visible(text)
    return shown if len(shown) <= _MAX_CAUSE else f"{shown[:_MAX_CAUSE]}… (shortened)"


def _visible(text: str) -> str:
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )
