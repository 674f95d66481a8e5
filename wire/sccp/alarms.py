"""What a phone says of itself before it registers: Alarm, and the XML alarm of newer loads."""

from __future__ import annotations

from typing import ClassVar

from wire.buffer import Reader
from wire.errors import ProtocolError
from wire.sccp.fields import aligned, pull_text, pull_u32s, push_text, push_u32s
from wire.sccp.message import Codec, Message, table
from wire.sccp.numbers import MessageId

ALARM_TEXT_SIZE = 80
XML_ALARM_SIZE = 2048


class Alarm(Message, frozen=True):
    """The text starts with a LastOutOfService number and a colon."""

    ID: ClassVar[MessageId] = MessageId.ALARM
    severity: int
    """An AlarmSeverity."""
    text: str
    parameter_1: int = 0
    parameter_2: int = 0


def pull_alarm(reader: Reader) -> Alarm:
    severity = reader.u32_le()
    text = pull_text(reader, ALARM_TEXT_SIZE)
    return Alarm(severity, text, *pull_u32s(reader, 2))


def push_alarm(message: Alarm) -> bytes:
    return b"".join(
        (
            push_u32s(message.severity),
            push_text(message.text, ALARM_TEXT_SIZE),
            push_u32s(message.parameter_1, message.parameter_2),
        )
    )


class XmlAlarm(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.XML_ALARM
    text: str
    """An `x-cisco-alarm` document of at most 2048 octets; nothing here parses it."""


def pull_xml_alarm(reader: Reader) -> XmlAlarm:
    if len(reader) > XML_ALARM_SIZE:
        raise ProtocolError(f"an XML alarm of {len(reader)} octets is longer than {XML_ALARM_SIZE}")
    return XmlAlarm(pull_text(reader, len(reader)))


def push_xml_alarm(message: XmlAlarm) -> bytes:
    if len(message.text.encode()) > XML_ALARM_SIZE:
        raise ValueError(f"an XML alarm holds {XML_ALARM_SIZE} octets")
    return aligned(push_text(message.text, len(message.text.encode())))


CODECS = table(
    Codec(Alarm, pull_alarm, push_alarm),
    Codec(XmlAlarm, pull_xml_alarm, push_xml_alarm),
)
