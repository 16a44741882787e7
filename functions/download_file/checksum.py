"""Checksums that a publisher announces, beside a file or in the answer's headers."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hmac import compare_digest

from functions.download_file.errors import DownloadRefusedError

_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_IN_HEADER = re.compile(r"(sha-256|sha-512)=:([A-Za-z0-9+/=]+):", re.IGNORECASE)
MAX_FILE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Checksum:
    """An announced checksum; ``digest`` is in hexadecimal digits."""

    algorithm: str
    digest: str

    @classmethod
    def in_file(cls, text: str, file_name: str) -> "Checksum":
        """Read a file as sha256sum and its kin write it, or one that holds the digits alone.

        Of several lines the one that names ``file_name`` counts. Raises DownloadRefusedError.
        """
        lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
        named = [
            parts
            for parts in lines
            if parts[1:] and parts[1].lstrip("*").split("/")[-1] == file_name
        ]
        chosen = named[0] if named else lines[0] if len(lines) == 1 else []
        digits = chosen[0].lower() if chosen else ""
        if len(digits) not in _BY_LENGTH or not re.fullmatch(r"[0-9a-f]+", digits):
            raise DownloadRefusedError(
                f"The checksum file says nothing of {file_name}; it should hold a line such as "
                f"'<64 hexadecimal digits>  {file_name}', as sha256sum writes it."
            )
        return cls(_BY_LENGTH[len(digits)], digits)

    @classmethod
    def in_headers(cls, headers: Mapping[str, str]) -> "Checksum | None":
        """Return what Repr-Digest says, else None.

        https://www.rfc-editor.org/rfc/rfc9530#name-the-repr-digest-field
        Content-MD5 and Content-Digest are about a part of the file where a part is sent.
        """
        found = _IN_HEADER.search(headers.get("Repr-Digest", ""))
        if found is None:
            return None
        try:
            digest = base64.b64decode(found[2], validate=True).hex()
        except binascii.Error:
            return None
        return cls(found[1].lower().replace("-", ""), digest)

    def fits(self, chunks: Iterable[bytes]) -> bool:
        """Whether the bytes are those that were announced. Reads all of them."""
        running = self.start()
        for chunk in chunks:
            running.update(chunk)
        return self.equals(running)

    def start(self) -> "hashlib._Hash":
        """Return a running hash of the algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def equals(self, running: "hashlib._Hash") -> bool:
        """Whether a running hash has come to the announced checksum."""
        return compare_digest(running.hexdigest(), self.digest)

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.digest}"
