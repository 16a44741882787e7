import os

from hypothesis import given
from hypothesis import strategies as st

from local_aws.lambda_runtime.log_delivery import batches
from local_aws.lambda_runtime.output import EventParser, LogEvent, OutputReader
from tests.wait import wait_until


def frame(message: str, milliseconds: int = 1_000) -> bytes:
    """As awslambdaric's FramedTelemetryLogSink writes it."""
    text = message.encode()
    head = 0xA55A0003.to_bytes(4, "big") + len(text).to_bytes(4, "big")
    return head + (milliseconds * 1000).to_bytes(8, "big") + text


def test_lines_and_frames_keep_their_order() -> None:
    stream = b"before\n" + frame("[INFO] two\nlines\n", 5) + b"after\n"
    events = EventParser().feed(stream)
    assert [event.message for event in events] == ["before", "[INFO] two\nlines", "after"]
    assert events[1].timestamp == 5


def test_text_without_an_end_of_line_is_kept() -> None:
    parser = EventParser()
    assert parser.feed(b"half") == []
    assert [event.message for event in parser.feed(frame("log"))] == ["half", "log"]
    parser.feed(b"rest")
    assert [event.message for event in parser.flush()] == ["rest"]
    assert parser.flush() == []


def test_empty_lines_are_no_events_and_broken_utf8_is_shown() -> None:
    events = EventParser().feed(b"\n\nbad \xff byte\n")
    assert [event.message for event in events] == ["bad \ufffd byte"]


_PLAIN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), min_size=1)


@given(
    st.lists(st.tuples(st.booleans(), _PLAIN), max_size=8),
    st.lists(st.integers(min_value=1, max_value=40), min_size=1),
)
def test_chunks_do_not_matter(messages: list[tuple[bool, str]], sizes: list[int]) -> None:
    stream = b"".join(frame(text) if framed else f"{text}\n".encode() for framed, text in messages)
    parser = EventParser()
    events: list[LogEvent] = []
    turn = 0
    while stream:
        size = sizes[turn % len(sizes)]
        events += parser.feed(stream[:size])
        stream = stream[size:]
        turn += 1
    assert [event.message for event in events] == [text for _, text in messages]


def test_reader_returns_all_that_was_written_before() -> None:
    read_end, write_end = os.pipe()
    reader = OutputReader(read_end)
    for number in range(200):
        os.write(write_end, f"line {number}\n".encode())
    assert [event.message for event in reader.take()] == [f"line {n}" for n in range(200)]
    assert reader.take() == []
    reader.close()
    os.close(write_end)


def test_writer_never_blocks_on_a_full_pipe() -> None:
    read_end, write_end = os.pipe()
    reader = OutputReader(read_end)
    line = b"x" * 1023 + b"\n"
    for _ in range(1024):  # 1 MiB; a pipe holds 64 KiB
        os.write(write_end, line)
    os.close(write_end)
    events: list[LogEvent] = []

    def all_read() -> bool:
        events.extend(reader.take(flush=False))
        return len(events) == 1024

    wait_until(all_read, describe=lambda: f"{len(events)} events")
    reader.close()


def test_batches_keep_the_order_of_writing() -> None:
    """A print that was read late comes before the frame that followed it all the same."""
    [batch] = batches([LogEvent(1, "START"), LogEvent(9, "printed"), LogEvent(5, "a frame")])
    assert batch == [LogEvent(1, "START"), LogEvent(5, "printed"), LogEvent(5, "a frame")]


def test_batches_fit_one_call_each_and_are_in_order() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html"""
    many = [LogEvent(number, "x") for number in range(1, 25_001)]
    cut = list(batches(many))
    assert [len(batch) for batch in cut] == [10_000, 10_000, 5_000]
    assert [event.timestamp for batch in cut for event in batch] == list(range(1, 25_001))
    large = [LogEvent(1, "x" * 300_000)] * 7
    assert [len(batch) for batch in batches(large)] == [3, 3, 1]
    assert list(batches([])) == []
