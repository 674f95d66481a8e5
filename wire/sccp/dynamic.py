"""The dynamic stat and prompt messages of protocol version 17 and later: numbers first, then NUL-ended texts."""

from __future__ import annotations

from typing import ClassVar

from wire.buffer import Reader
from wire.sccp.fields import aligned, pull_u32s, pull_z_text, push_u32s, push_z_text
from wire.sccp.message import Codec, Message, table
from wire.sccp.numbers import MessageId

# Room in the texts is bounded by ours: the dissector reads each up to its NUL, whatever its length.
NUMBER_LIMIT = 25
NAME_LIMIT = 121
PROMPT_LIMIT = 97


class LineStatDynamic(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.LINE_STAT_DYNAMIC
    line: int
    line_type: int = 0
    """Which names of a call the line shows; the dissector's bits: 1 original, 2 redirected, 4 number, 8 name."""
    directory_number: str = ""
    display_name: str = ""
    text_label: str = ""


def pull_line_stat_dynamic(reader: Reader) -> LineStatDynamic:
    line, line_type = pull_u32s(reader, 2)
    return LineStatDynamic(
        line,
        line_type,
        pull_z_text(reader, NUMBER_LIMIT),
        pull_z_text(reader, NAME_LIMIT),
        pull_z_text(reader, NAME_LIMIT),
    )


def push_line_stat_dynamic(message: LineStatDynamic) -> bytes:
    return aligned(
        push_u32s(message.line, message.line_type)
        + push_z_text(message.directory_number, NUMBER_LIMIT)
        + push_z_text(message.display_name, NAME_LIMIT)
        + push_z_text(message.text_label, NAME_LIMIT)
    )


class SpeedDialStatDynamic(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.SPEED_DIAL_STAT_DYNAMIC
    number: int
    directory_number: str = ""
    display_name: str = ""


def pull_speed_dial_stat_dynamic(reader: Reader) -> SpeedDialStatDynamic:
    return SpeedDialStatDynamic(reader.u32_le(), pull_z_text(reader, NUMBER_LIMIT), pull_z_text(reader, NAME_LIMIT))


def push_speed_dial_stat_dynamic(message: SpeedDialStatDynamic) -> bytes:
    return aligned(
        push_u32s(message.number)
        + push_z_text(message.directory_number, NUMBER_LIMIT)
        + push_z_text(message.display_name, NAME_LIMIT)
    )


class FeatureStatDynamic(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.FEATURE_STAT_DYNAMIC
    index: int
    feature_id: int = 0
    status: int = 0
    text_label: str = ""


def pull_feature_stat_dynamic(reader: Reader) -> FeatureStatDynamic:
    index, feature_id, status = pull_u32s(reader, 3)
    return FeatureStatDynamic(index, feature_id, status, pull_z_text(reader, NAME_LIMIT))


def push_feature_stat_dynamic(message: FeatureStatDynamic) -> bytes:
    return aligned(
        push_u32s(message.index, message.feature_id, message.status) + push_z_text(message.text_label, NAME_LIMIT)
    )


class DisplayDynamicPromptStatus(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.DISPLAY_DYNAMIC_PROMPT_STATUS
    text: str
    timeout: int = 0
    """Seconds; 0 stays."""
    line: int = 0
    call_reference: int = 0


def pull_display_dynamic_prompt_status(reader: Reader) -> DisplayDynamicPromptStatus:
    timeout, line, call_reference = pull_u32s(reader, 3)
    return DisplayDynamicPromptStatus(pull_z_text(reader, PROMPT_LIMIT), timeout, line, call_reference)


def push_display_dynamic_prompt_status(message: DisplayDynamicPromptStatus) -> bytes:
    return aligned(
        push_u32s(message.timeout, message.line, message.call_reference) + push_z_text(message.text, PROMPT_LIMIT)
    )


CODECS = table(
    Codec(LineStatDynamic, pull_line_stat_dynamic, push_line_stat_dynamic),
    Codec(SpeedDialStatDynamic, pull_speed_dial_stat_dynamic, push_speed_dial_stat_dynamic),
    Codec(FeatureStatDynamic, pull_feature_stat_dynamic, push_feature_stat_dynamic),
    Codec(DisplayDynamicPromptStatus, pull_display_dynamic_prompt_status, push_display_dynamic_prompt_status),
)
