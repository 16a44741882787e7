"""Reads Apache Thrift's compact protocol, as much of it as Parquet's footer needs.

A struct becomes a dict from field number to value, so no code has to be generated from Parquet's
IDL, and a Thrift library does not have to go into the package.
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

import struct
from typing import Any

_STOP, _TRUE, _FALSE, _BYTE = 0, 1, 2, 3
_INTEGERS = (4, 5, 6)
_DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 7, 8, 9, 10, 11, 12
_MAX_DEPTH = 64
_MAX_SHIFT = 63


class ThriftError(ValueError):
    """The bytes are not what the protocol says."""


class CompactReader:
    """Reads values one after the other out of ``data``."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read_struct(self, until: int | None = None, depth: int = 0) -> dict[int, Any]:
        """Read a struct; with ``until``, no further than the field of that number.

        Raises ThriftError where the bytes end too soon or make no sense.
        """
        if depth > _MAX_DEPTH:
            raise ThriftError("structs are nested too deeply")
        fields: dict[int, Any] = {}
        number = 0
        while True:
            head = self._byte()
            kind = head & 0x0F
            if kind == _STOP:
                return fields
            number = number + (head >> 4) if head >> 4 else self._integer()
            fields[number] = self._value(kind, depth, in_list=False)
            if number == until:
                return fields

    def _value(self, kind: int, depth: int, in_list: bool) -> Any:
        if kind in (_TRUE, _FALSE):
            # A field carries its value in its type; an element has a byte of its own.
            return self._byte() == _TRUE if in_list else kind == _TRUE
        if kind in _INTEGERS:
            return self._integer()
        if kind == _BINARY:
            return self._bytes(self._varint())
        if kind == _STRUCT:
            return self.read_struct(depth=depth + 1)
        if kind in (_LIST, _SET):
            return self._list(depth)
        return self._rare_value(kind, depth)

    def _rare_value(self, kind: int, depth: int) -> Any:
        if kind == _BYTE:
            return int.from_bytes(self._bytes(1), signed=True)
        if kind == _DOUBLE:
            return struct.unpack("<d", self._bytes(8))[0]
        if kind == _MAP:
            return self._map(depth)
        raise ThriftError(f"there is no type {kind}")

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        size = head >> 4
        if size == 15:
            size = self._varint()
        self._check_size(size)
        return [self._value(head & 0x0F, depth + 1, in_list=True) for _ in range(size)]

    def _map(self, depth: int) -> dict[Any, Any]:
        size = self._varint()
        self._check_size(size)
        if size == 0:
            return {}
        kinds = self._byte()
        pairs = {}
        for _ in range(size):
            key = self._value(kinds >> 4, depth + 1, in_list=True)
            pairs[repr(key)] = self._value(kinds & 0x0F, depth + 1, in_list=True)
        return pairs

    def _integer(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > _MAX_SHIFT:
                raise ThriftError("an integer is too long")

    def _check_size(self, size: int) -> None:
        # An element takes a byte at least, so no hostile number makes a long loop.
        if size > len(self._data) - self._at:
            raise ThriftError("a list is longer than its bytes")

    def _byte(self) -> int:
        if self._at >= len(self._data):
            raise ThriftError("the bytes end too soon")
        self._at += 1
        return self._data[self._at - 1]

    def _bytes(self, size: int) -> bytes:
        if size > len(self._data) - self._at:
            raise ThriftError("the bytes end too soon")
        self._at += size
        return self._data[self._at - size : self._at]
