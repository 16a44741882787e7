"""Text: which encoding it is in, and where that goes wrong."""

import codecs

from functions.common.reasons import FileRejected, Reason, ReasonCode
from functions.validate_file.place import Place

# The longer marks first: UTF-32's begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32 (little endian)"),
    (codecs.BOM_UTF32_BE, "UTF-32 (big endian)"),
    (codecs.BOM_UTF16_LE, "UTF-16 (little endian)"),
    (codecs.BOM_UTF16_BE, "UTF-16 (big endian)"),
)
_JUDGED_BYTES = 1024
_MOSTLY = 0.4


def reject_other_encodings(head: bytes) -> None:
    """Reject UTF-16 and UTF-32, told by their marks or by their NUL bytes. Raises FileRejected."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            raise _wrong_encoding(f"The file is encoded in {name}, not in UTF-8.", 0)
    judged = head[:_JUDGED_BYTES]
    half = max(1, len(judged) // 2)
    # Letters of most languages' punctuation and digits leave every other byte of UTF-16 empty.
    for first, name in ((1, "little endian"), (0, "big endian")):
        empty, other = judged[first::2].count(0), judged[1 - first :: 2].count(0)
        if empty > half * _MOSTLY and other == 0:
            message = f"The file seems to be encoded in UTF-16 ({name}), not in UTF-8."
            raise _wrong_encoding(message, 0)


def first_fault(data: bytes, cut: bool = False) -> int | None:
    """Return the index of the first NUL byte or byte that is not UTF-8, None if all is well.

    ``cut`` says that the last character may go on beyond the data.
    """
    nul = data.find(0)
    wrong = -1
    if not data.isascii():
        try:
            codecs.utf_8_decode(data, "strict", not cut)
        except UnicodeDecodeError as error:
            wrong = error.start
    faults = [index for index in (nul, wrong) if index >= 0]
    return min(faults, default=None)


def fault(place: Place, data: bytes, index: int) -> Reason:
    """Return the reason for the fault at ``index`` of ``data``, which starts at ``place``."""
    value = data[index]
    if value == 0:
        message = "The file holds a NUL byte, which text never does."
        return place.reason(ReasonCode.NUL_BYTE, message, data, index)
    message = f"The file is not UTF-8: byte 0x{value:02X}{_guess(value)}."
    return place.reason(ReasonCode.WRONG_ENCODING, message, data, index)


def _guess(value: int) -> str:
    """Say what the byte would be in the encodings that are most often taken for UTF-8."""
    # The two agree but for 0x80 to 0x9F, where Latin-1 has control characters.
    name = "Windows-1252" if value <= 0x9F else "Latin-1 (ISO 8859-1) or Windows-1252"
    character = bytes([value]).decode("cp1252", errors="replace")
    return "" if character == "\ufffd" else f"; in {name} it would be {character!r}"


def _wrong_encoding(message: str, place: int) -> FileRejected:
    return FileRejected(Reason(ReasonCode.WRONG_ENCODING, message, line=1, byte=place))
