"""The base of every SCCP message, the one for ids this lab does not decode, and a codec's entry in the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

import msgspec

from wire.buffer import Reader
from wire.sccp.numbers import MessageId


class Message(msgspec.Struct, frozen=True):
    """One SCCP message; `ID` is what goes into its header."""

    ID: ClassVar[MessageId]


class UnknownMessage(msgspec.Struct, frozen=True):
    """A message of an id that has no codec here; its payload is kept as it came."""

    id: int
    payload: bytes


class Codec(NamedTuple):
    """`pull` reads a stranger's payload, ProtocolError at worst; `push` writes one, ValueError for what cannot fit."""

    kind: type[Message]
    pull: Callable[[Reader], Message]
    push: Callable[[Any], bytes]


def codec_of_empty(kind: type[Message]) -> Codec:
    """For messages that are their header and nothing else."""

    def pull_empty(reader: Reader) -> Message:
        return kind()

    def push_empty(message: Message) -> bytes:
        return b""

    return Codec(kind, pull_empty, push_empty)


def table(*codecs: Codec) -> Mapping[int, Codec]:
    return {codec.kind.ID: codec for codec in codecs}
