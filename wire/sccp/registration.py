"""Getting registered: RegisterReq and its two answers."""

from __future__ import annotations

from typing import Any

from wire.buffer import Reader
from wire.sccp.fields import ipv4, octets, octets_of, optional, text, text_of, u8, u16, unused
from wire.sccp.message import Message
from wire.sccp.numbers import MessageId

DEVICE_NAME_SIZE = 16
REJECT_TEXT_SIZE = 32
MAC_SIZE = 12


class _VersionStamp:
    """The last field of a RegisterReq: not there at all where it is empty."""

    name = "config_version_stamp"
    size = 48
    behind = 16
    """Octets of unknown use: the dissector looks for a stamp only in messages that are this much longer."""

    def pull(self, reader: Reader, values: dict[str, Any]) -> str:
        return text_of(reader.octets(self.size)) if len(reader) >= self.size else ""

    def push(self, value: str) -> bytes:
        return octets_of(value, self.size).ljust(self.size + self.behind, b"\0") if value else b""


class RegisterReq(Message, frozen=True):
    """A phone introduces itself: 124 octets, 188 with a version stamp. Fields that an old load leaves out read as zero."""

    ID = MessageId.REGISTER_REQ
    FIELDS = (
        text("device_name", DEVICE_NAME_SIZE),
        "user_id",
        "instance",
        ipv4("station_address"),
        "device_type",
        "max_streams",
        # Loads stop at one of these places (36, 48, 52, 68, 72, 92, 124, 172 octets).
        optional("active_streams"),
        optional(u8("protocol_version")),
        optional(unused(1)),
        optional(u16("phone_features")),
        optional("max_conferences"),
        optional("active_conferences"),
        optional(octets("mac_address", MAC_SIZE)),
        optional("ipv4_scope"),
        optional("max_lines"),
        optional(octets("ipv6_address", 16)),
        optional("ipv6_scope"),
        optional(text("load_name", 32)),
        _VersionStamp(),
    )
    device_name: str
    device_type: int
    """CUCM's model number: 436 is a 7965."""
    station_address: str = "0.0.0.0"
    protocol_version: int = 0
    """The highest one the phone speaks."""
    phone_features: int = 0
    user_id: int = 0
    instance: int = 1
    max_streams: int = 0
    active_streams: int = 0
    max_conferences: int = 0
    active_conferences: int = 0
    mac_address: bytes = bytes(MAC_SIZE)
    """12 octets; real phones put six octets of MAC address and six of zero."""
    ipv4_scope: int = 0
    max_lines: int = 0
    ipv6_address: bytes = bytes(16)
    ipv6_scope: int = 0
    load_name: str = ""
    config_version_stamp: str = ""
    """Since CUCM 11.5; the message ends before its place where this is empty."""


class RegisterAck(Message, frozen=True):
    ID = MessageId.REGISTER_ACK
    FIELDS = (
        "keep_alive_interval",
        text("date_template", 6),
        unused(2),
        "secondary_keep_alive_interval",
        u8("max_protocol_version"),
        u8("unknown"),
        u16("phone_features"),
    )
    keep_alive_interval: int
    """Seconds."""
    secondary_keep_alive_interval: int
    """Seconds, for the connection to a standby CallManager."""
    date_template: str = "D.M.Y"
    max_protocol_version: int = 0
    """The lower of what the phone and CallManager speak."""
    unknown: int = 0
    phone_features: int = 0


class RegisterReject(Message, frozen=True):
    """chan_skinny sends 33 octets: the last one is room for a NUL."""

    ID = MessageId.REGISTER_REJECT
    FIELDS = (text("text", REJECT_TEXT_SIZE),)
    text: str
    """At most 32 octets; the phone shows it."""
