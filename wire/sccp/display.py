"""What the phone shows once it is registered: date and time, prompts, notices and the active softkeys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from wire.buffer import Reader
from wire.sccp.fields import pull_text, pull_u32s, push_text, push_u32s
from wire.sccp.message import Codec, Message, codec_of_empty, table
from wire.sccp.numbers import MessageId

PROMPT_SIZE = 32
ALL_KEYS = 0xFFFFFFFF


class TimeDateReq(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.TIME_DATE_REQ


class DefineTimeDate(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.DEFINE_TIME_DATE
    year: int
    month: int
    day_of_week: int
    """0 is Sunday, as in the Windows structure this was once copied from."""
    day: int
    hour: int
    minute: int
    second: int
    millisecond: int
    system_time: int
    """Seconds since 1970."""

    @classmethod
    def of(cls, now: datetime) -> DefineTimeDate:
        now = now.astimezone(UTC)
        return cls(
            now.year,
            now.month,
            now.isoweekday() % 7,
            now.day,
            now.hour,
            now.minute,
            now.second,
            now.microsecond // 1000,
            int(now.timestamp()),
        )


def pull_define_time_date(reader: Reader) -> DefineTimeDate:
    return DefineTimeDate(*pull_u32s(reader, 9))


def push_define_time_date(message: DefineTimeDate) -> bytes:
    return push_u32s(
        message.year,
        message.month,
        message.day_of_week,
        message.day,
        message.hour,
        message.minute,
        message.second,
        message.millisecond,
        message.system_time,
    )


class DisplayPromptStatus(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.DISPLAY_PROMPT_STATUS
    text: str
    timeout: int = 0
    """Seconds; 0 stays."""
    line: int = 0
    call_reference: int = 0


def pull_display_prompt_status(reader: Reader) -> DisplayPromptStatus:
    timeout = reader.u32_le()
    text = pull_text(reader, PROMPT_SIZE)
    return DisplayPromptStatus(text, timeout, *pull_u32s(reader, 2))


def push_display_prompt_status(message: DisplayPromptStatus) -> bytes:
    return b"".join(
        (
            push_u32s(message.timeout),
            push_text(message.text, PROMPT_SIZE),
            push_u32s(message.line, message.call_reference),
        )
    )


class ClearPromptStatus(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.CLEAR_PROMPT_STATUS
    line: int = 0
    call_reference: int = 0


def pull_clear_prompt_status(reader: Reader) -> ClearPromptStatus:
    return ClearPromptStatus(*pull_u32s(reader, 2))


def push_clear_prompt_status(message: ClearPromptStatus) -> bytes:
    return push_u32s(message.line, message.call_reference)


class DisplayNotify(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.DISPLAY_NOTIFY
    text: str
    timeout: int = 0
    """Seconds."""


def pull_display_notify(reader: Reader) -> DisplayNotify:
    timeout = reader.u32_le()
    return DisplayNotify(pull_text(reader, PROMPT_SIZE), timeout)


def push_display_notify(message: DisplayNotify) -> bytes:
    return push_u32s(message.timeout) + push_text(message.text, PROMPT_SIZE)


class ClearNotify(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.CLEAR_NOTIFY


class SelectSoftKeys(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.SELECT_SOFT_KEYS
    soft_key_set: int
    """A SoftKeySetIndex."""
    line: int = 0
    call_reference: int = 0
    valid_keys: int = ALL_KEYS
    """One bit a key."""


def pull_select_soft_keys(reader: Reader) -> SelectSoftKeys:
    line, call_reference, soft_key_set, valid_keys = pull_u32s(reader, 4)
    return SelectSoftKeys(soft_key_set, line, call_reference, valid_keys)


def push_select_soft_keys(message: SelectSoftKeys) -> bytes:
    return push_u32s(message.line, message.call_reference, message.soft_key_set, message.valid_keys)


CODECS = table(
    codec_of_empty(TimeDateReq),
    Codec(DefineTimeDate, pull_define_time_date, push_define_time_date),
    Codec(DisplayPromptStatus, pull_display_prompt_status, push_display_prompt_status),
    Codec(ClearPromptStatus, pull_clear_prompt_status, push_clear_prompt_status),
    Codec(DisplayNotify, pull_display_notify, push_display_notify),
    codec_of_empty(ClearNotify),
    Codec(SelectSoftKeys, pull_select_soft_keys, push_select_soft_keys),
)
