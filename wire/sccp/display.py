"""What the phone shows once it is registered: date and time, prompts, notices and the active softkeys."""

from __future__ import annotations

from datetime import UTC, datetime

from wire.sccp.fields import NulEnded, text
from wire.sccp.message import Message
from wire.sccp.numbers import MessageId

PROMPT_SIZE = 32
MAX_DYNAMIC_PROMPT = 97
"""Octets. Assumed: the dissector reads the text up to its NUL, whatever its length."""
ALL_KEYS = 0xFFFFFFFF


class TimeDateReq(Message, frozen=True):
    ID = MessageId.TIME_DATE_REQ


class DefineTimeDate(Message, frozen=True):
    ID = MessageId.DEFINE_TIME_DATE
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


class DisplayPromptStatus(Message, frozen=True):
    ID = MessageId.DISPLAY_PROMPT_STATUS
    FIELDS = ("timeout", text("text", PROMPT_SIZE), "line", "call_reference")
    text: str
    timeout: int = 0
    """Seconds; 0 stays."""
    line: int = 0
    call_reference: int = 0


class DisplayDynamicPromptStatus(Message, frozen=True):
    """The same in protocol version 17 and later."""

    ID = MessageId.DISPLAY_DYNAMIC_PROMPT_STATUS
    FIELDS = ("timeout", "line", "call_reference", NulEnded("text", MAX_DYNAMIC_PROMPT))
    text: str
    timeout: int = 0
    """Seconds; 0 stays."""
    line: int = 0
    call_reference: int = 0


class ClearPromptStatus(Message, frozen=True):
    ID = MessageId.CLEAR_PROMPT_STATUS
    line: int = 0
    call_reference: int = 0


class DisplayNotify(Message, frozen=True):
    ID = MessageId.DISPLAY_NOTIFY
    FIELDS = ("timeout", text("text", PROMPT_SIZE))
    text: str
    timeout: int = 0
    """Seconds."""


class ClearNotify(Message, frozen=True):
    ID = MessageId.CLEAR_NOTIFY


class SelectSoftKeys(Message, frozen=True):
    ID = MessageId.SELECT_SOFT_KEYS
    FIELDS = ("line", "call_reference", "soft_key_set", "valid_keys")
    soft_key_set: int
    """A SoftKeySetIndex."""
    line: int = 0
    call_reference: int = 0
    valid_keys: int = ALL_KEYS
    """One bit a key."""
