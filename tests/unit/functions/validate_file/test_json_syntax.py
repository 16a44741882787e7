"""What msgspec says about invalid JSON, which ``json_syntax`` reads out of its messages."""

import msgspec
import pytest

from functions.common import json_syntax


@pytest.mark.parametrize(
    ("text", "place", "trailing"),
    [
        (b'{"a":1}x', 7, True),
        (b'{"a":1} \n ,', 10, True),
        (b"1 2", 2, True),
        (b'{"a":NaN}', 5, False),
        (b'{"a":01}', 6, False),
        (b'{"a":1.}', 7, False),
        (b'{"a":1,}', 7, False),
        (b"[1,2,]", 5, False),
        (b'{"a":"x\ny"}', 7, False),
        (b'{"a":"\\x"}', 7, False),
        (b"{1:2}", 1, False),
        (b'{"a" 1}', 5, False),
        (b'{"a":1 "b":2}', 7, False),
        (b"[1 2]", 3, False),
        (b'{"a":1', 6, False),
        (b'"abc', 4, False),
        (b"tru", 3, False),
        (b'{"a":"\\ud83d"}', 6, False),
        (b'{"a":"\\ud83d\\ude42 \\\\ud83d \\ud83dx"}', 27, False),
    ],
)
def test_the_place_of_the_first_fault(text: bytes, place: int, trailing: bool) -> None:
    fault = json_syntax.first_fault(text)
    assert fault is not None
    assert (fault.place, fault.trailing) == (place, trailing)
    assert "byte" not in fault.what


@pytest.mark.parametrize("text", [b'{"a":1}', b" [] ", b"-0.1e5", b'"\\ud83d\\ude42"', b"null"])
def test_what_is_valid(text: bytes) -> None:
    assert json_syntax.first_fault(text) is None
    assert json_syntax.is_valid(text)


def test_every_beginning_of_a_valid_text_is_a_cut() -> None:
    text = (
        b'{"a\\u00e9\\n":[-0.5e+10, 1E5, true, false,null, "\\ud83d\\ude42 \\\\"], "b":{"c": -1}}'
    )
    assert json_syntax.is_valid(text)
    for size in range(len(text)):
        with pytest.raises(msgspec.DecodeError) as caught:
            msgspec.json.decode(text[:size], type=msgspec.Raw)
        assert json_syntax.is_cut(caught.value, size)


def test_a_message_without_a_place_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="names no byte"):
        json_syntax.end_of_value(msgspec.DecodeError("JSON is malformed: trailing characters"))
