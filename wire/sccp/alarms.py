"""What a phone says of itself before it registers: Alarm, and the XML alarm of newer loads."""

from __future__ import annotations

from wire.sccp.fields import LastText, text
from wire.sccp.message import Message
from wire.sccp.numbers import MessageId


class Alarm(Message, frozen=True):
    """The text starts with a LastOutOfService number and a colon."""

    ID = MessageId.ALARM
    FIELDS = ("severity", text("text", 80), "parameter_1", "parameter_2")
    severity: int
    """An AlarmSeverity."""
    text: str
    parameter_1: int = 0
    parameter_2: int = 0


class XmlAlarm(Message, frozen=True):
    ID = MessageId.XML_ALARM
    FIELDS = (LastText("text", 2048),)
    text: str
    """An `x-cisco-alarm` document of at most 2048 octets; nothing here parses it."""
