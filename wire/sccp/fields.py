"""SCCP payloads as tables of fields, and the one engine that pulls and packs them.

A message names its fields in the order of the wire: a string alone is a number of 32 bits, everything else says its kind and
its length. Fields of fixed size come first and make one `struct.Struct`; what has no fixed size follows them: rows whose
number a `count` among the fixed fields tells, or texts up to their NUL. Numbers are little-endian, addresses in network order.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from operator import index
from typing import Any, ClassVar, NamedTuple, Protocol

import msgspec

from wire.buffer import Reader
from wire.errors import ProtocolError

ALIGNMENT = 4
"""Octets: payloads are filled up to a multiple of this, as chan-sccp does."""
_IPV4, _IPV6 = 0, 1


class Field(NamedTuple):
    """A field of fixed size. An old load's shorter message may end before one that is `optional`, which then reads as zero."""

    name: str
    code: str
    """Of `struct`: one value, or none for octets without a meaning."""
    load: Callable[[Any], Any] | None = index
    """The value of what `struct` unpacked; ProtocolError where there is none. None: the field is packed only."""
    dump: Callable[[Any], Any] = index
    """What `struct` packs; ValueError or struct.error for a value that does not fit."""
    optional: bool = False


class Variable(Protocol):
    """A field without a fixed size, behind those that have one."""

    @property
    def name(self) -> str: ...

    def pull(self, reader: Reader, values: dict[str, Any]) -> Any:
        """Its value; `values` are those of the fixed fields. Raises ProtocolError."""

    def push(self, value: Any) -> bytes:
        """Raises ValueError for a value that does not fit."""


class Record(msgspec.Struct, frozen=True):
    """Something that fields describe: a message, or a row in one."""

    FIELDS: ClassVar[tuple[str | Field | Variable, ...]] = ()
    """In the order of the wire. Empty: every field of the class, in its order, is a number of 32 bits."""


class Layout:
    """The fields of one class, compiled."""

    def __init__(self, kind: type[Record], fields: tuple[str | Field | Variable, ...] = ()) -> None:
        named = [
            Field(one, "I") if isinstance(one, str) else one for one in fields or kind.FIELDS or kind.__struct_fields__
        ]
        self.kind = kind
        self.fixed = [one for one in named if isinstance(one, Field)]
        self._valued = [one for one in self.fixed if not one.code.endswith("x")]
        self._variable = [one for one in named if not isinstance(one, Field)]
        self.struct = struct.Struct("<" + "".join(one.code for one in self.fixed))
        self._ends = [0]
        """Sizes at which a message may end: behind its last field that is not optional, and behind each one that is."""
        for field in self.fixed:
            end = self._ends[-1] + struct.calcsize("<" + field.code)
            self._ends = [*self._ends, end] if field.optional else [end]

    def values(self, unpacked: tuple[Any, ...]) -> dict[str, Any]:
        pairs = zip(self._valued, unpacked, strict=True)
        return {field.name: field.load(value) for field, value in pairs if field.load is not None}

    def pull(self, reader: Reader) -> dict[str, Any]:
        """The values by name. Raises ProtocolError; octets behind the last field are left in the reader."""
        end = max((end for end in self._ends if end <= len(reader)), default=self._ends[0])
        values = self.values(self.struct.unpack(reader.octets(end).ljust(self.struct.size, b"\0")))
        for field in self._variable:
            values[field.name] = field.pull(reader, values)
        return values

    def push(self, record: Record) -> bytes:
        """Raises ValueError or struct.error for a value that does not fit its field."""
        fixed = self.struct.pack(*(field.dump(getattr(record, field.name)) for field in self._valued))
        return fixed + b"".join(field.push(getattr(record, field.name)) for field in self._variable)


def aligned(payload: bytes) -> bytes:
    return payload + bytes(-len(payload) % ALIGNMENT)


def clip(text: str, size: int) -> str:
    """As much of the text as `size` octets of UTF-8 hold, without a NUL."""
    return text.replace("\0", "").encode()[:size].decode("utf-8", "ignore")


def text_of(octets: bytes) -> str:
    """UTF-8 up to the first NUL; what is not UTF-8 becomes U+FFFD."""
    return octets.split(b"\0", 1)[0].decode("utf-8", "replace")


def octets_of(text: str, size: int) -> bytes:
    """Raises ValueError where the text has a NUL or more than `size` octets; `clip` it first if it may."""
    octets = text.encode()
    if len(octets) > size or b"\0" in octets:
        raise ValueError(f"{text!r} does not fit a text field of {size} octets")
    return octets


def u32(name: str) -> Field:
    return Field(name, "I")


def u8(name: str) -> Field:
    return Field(name, "B")


def u16(name: str) -> Field:
    return Field(name, "H")


def optional(field: str | Field) -> Field:
    """A field that an old load's message may lack."""
    return (u32(field) if isinstance(field, str) else field)._replace(optional=True)


def unused(size: int) -> Field:
    """Octets without a meaning, packed as zero."""
    return Field("", f"{size}x")


def text(name: str, size: int) -> Field:
    """A text in `size` octets, the rest NUL."""
    return Field(name, f"{size}s", text_of, lambda value: octets_of(value, size))


def octets(name: str, size: int) -> Field:
    def dump(value: bytes) -> bytes:
        if len(value) != size:
            raise ValueError(f"{name} has {size} octets")
        return value

    return Field(name, f"{size}s", dump, dump)


def numbers(name: str, code: str) -> Field:
    """A tuple of as many numbers as `struct` makes of the code."""
    packed = struct.Struct("<" + code)
    return Field(name, f"{packed.size}s", packed.unpack, lambda value: packed.pack(*value))


def ipv4(name: str) -> Field:
    return Field(name, "4s", lambda value: str(IPv4Address(value)), lambda value: IPv4Address(value).packed)


def address_union(name: str) -> Field:
    """An address of either family, behind the number that tells which."""

    def load(value: bytes) -> str:
        family = int.from_bytes(value[:4], "little")
        if family == _IPV4:
            return str(IPv4Address(value[4:8]))
        if family == _IPV6:
            return str(IPv6Address(value[4:]))
        raise ProtocolError(f"an address is neither IPv4 nor IPv6 but {family}")

    def dump(value: str) -> bytes:
        address = IPv6Address(value) if ":" in value else IPv4Address(value)
        return bytes((_IPV6 if ":" in value else _IPV4, 0, 0, 0)) + address.packed

    return Field(name, "20s", load, dump)


def count(name: str, most: int) -> Field:
    """How many rows `name` has: never more than `most`, which is checked before a row is looked at."""

    def load(value: int) -> int:
        if value > most:
            raise ProtocolError(f"{value} {name} are more than the {most} that fit")
        return value

    return Field(name, "I", load, len)


def columns(name: str, kind: type[Record], most: int, *fields: Field) -> Field:
    """Rows that travel field by field: `most` values of the first field, then of the next. Empty rows at the end are dropped."""
    packed = struct.Struct("<" + "".join(field.code * most for field in fields))

    def load(value: bytes) -> tuple[Record, ...]:
        values = packed.unpack(value)
        rows = [values[place::most] for place in range(most)]
        records = [
            kind(*(field.load(one) for field, one in zip(fields, row, strict=True) if field.load is not None))
            for row in rows
        ]
        while records and records[-1] == kind():
            records.pop()
        return tuple(records)

    def dump(records: tuple[Record, ...]) -> bytes:
        if len(records) > most:
            raise ValueError(f"at most {most} {name} fit")
        filled = records + (kind(),) * (most - len(records))
        return packed.pack(*(field.dump(getattr(record, field.name)) for field in fields for record in filled))

    return Field(name, f"{packed.size}s", load, dump)


class Rows:
    """As many rows as the `count` of the same name says."""

    def __init__(self, name: str, kind: type[Record], most: int, filler: bytes | None = b"\0") -> None:
        """Places up to `most` that have no row are filled with `filler`, again and again; None leaves them out."""
        self.name = name
        self._most = most
        self._filler = filler
        self._layout = Layout(kind)

    def pull(self, reader: Reader, values: dict[str, Any]) -> tuple[Record, ...]:
        layout = self._layout
        rows = layout.struct.iter_unpack(reader.octets(layout.struct.size * values[self.name]))
        return tuple(layout.kind(**layout.values(row)) for row in rows)

    def push(self, value: tuple[Record, ...]) -> bytes:
        if len(value) > self._most:
            raise ValueError(f"at most {self._most} {self.name} fit")
        packed = b"".join(map(self._layout.push, value))
        if self._filler is None:
            return packed
        room = self._layout.struct.size * (self._most - len(value))
        return packed + self._filler * (room // len(self._filler))


class NulEnded(NamedTuple):
    """A text that ends with its NUL, of at most `limit` octets before it."""

    name: str
    limit: int

    def pull(self, reader: Reader, values: dict[str, Any]) -> str:
        octets = bytearray()
        while octet := reader.u8():
            if len(octets) == self.limit:
                raise ProtocolError(f"a text runs over its {self.limit} octets")
            octets.append(octet)
        return octets.decode("utf-8", "replace")

    def push(self, value: str) -> bytes:
        return octets_of(value, self.limit) + b"\0"


class LastText(NamedTuple):
    """A text that takes what is left of the message, at most `limit` octets."""

    name: str
    limit: int

    def pull(self, reader: Reader, values: dict[str, Any]) -> str:
        if len(reader) > self.limit:
            raise ProtocolError(f"{self.name} of {len(reader)} octets is longer than {self.limit}")
        return text_of(reader.rest())

    def push(self, value: str) -> bytes:
        return octets_of(value, self.limit)
