"""Call forwarding of a line: ForwardStatReq and ForwardStat."""

from __future__ import annotations

from typing import ClassVar

from wire.buffer import Reader
from wire.sccp.fields import aligned, pull_text, pull_u32s, push_text, push_u32s
from wire.sccp.message import Codec, Message, table
from wire.sccp.numbers import MessageId
from wire.sccp.stats import DIRECTORY_NUMBER_SIZE

WIDE_NUMBER_SIZE = 25
FORWARDS = 3
"""All calls, busy, no answer."""


class ForwardStatReq(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.FORWARD_STAT_REQ
    line: int


def pull_forward_stat_req(reader: Reader) -> ForwardStatReq:
    return ForwardStatReq(reader.u32_le())


def push_forward_stat_req(message: ForwardStatReq) -> bytes:
    return push_u32s(message.line)


class ForwardStat(Message, frozen=True):
    """Where a line's calls go; an empty number means nowhere else."""

    ID: ClassVar[MessageId] = MessageId.FORWARD_STAT
    line: int
    all_calls: str = ""
    busy: str = ""
    no_answer: str = ""
    wide_numbers: bool = False
    """The layout of protocol version 18 and later, where a number has 25 octets, as the dissector has it."""


def pull_forward_stat(reader: Reader) -> ForwardStat:
    _, line = pull_u32s(reader, 2)
    wide = len(reader) >= FORWARDS * (4 + WIDE_NUMBER_SIZE)
    numbers = []
    for _ in range(FORWARDS):
        active, number = reader.u32_le(), pull_text(reader, WIDE_NUMBER_SIZE if wide else DIRECTORY_NUMBER_SIZE)
        numbers.append(number if active else "")
    all_calls, busy, no_answer = numbers
    return ForwardStat(line, all_calls, busy, no_answer, wide)


def push_forward_stat(message: ForwardStat) -> bytes:
    numbers = (message.all_calls, message.busy, message.no_answer)
    size = WIDE_NUMBER_SIZE if message.wide_numbers else DIRECTORY_NUMBER_SIZE
    return aligned(
        push_u32s(int(any(numbers)), message.line)
        + b"".join(push_u32s(int(bool(number))) + push_text(number, size) for number in numbers)
    )


CODECS = table(
    Codec(ForwardStatReq, pull_forward_stat_req, push_forward_stat_req),
    Codec(ForwardStat, pull_forward_stat, push_forward_stat),
)
