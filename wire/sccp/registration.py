"""Getting registered: RegisterReq and its two answers."""

from __future__ import annotations

import struct
from typing import ClassVar

from wire.buffer import Reader
from wire.sccp.fields import (
    pull_ipv4,
    pull_text,
    pull_u32s,
    push_ipv4,
    push_text,
    push_u32s,
)
from wire.sccp.message import Codec, Message, table
from wire.sccp.numbers import MessageId

DEVICE_NAME_SIZE = 16
REJECT_TEXT_SIZE = 32
DATE_TEMPLATE_SIZE = 6
LOAD_NAME_SIZE = 32
VERSION_STAMP_SIZE = 48
AFTER_VERSION_STAMP = 16
"""Octets of unknown use: the dissector looks for a stamp only in messages that are this much longer."""
MAC_SIZE = 12
IPV4_SCOPE_BOTH = 3

_PROTOCOL = struct.Struct("<BBH")


class RegisterReq(Message, frozen=True):
    """A phone introduces itself. Fields that an old load leaves out of its shorter message read as zero."""

    ID: ClassVar[MessageId] = MessageId.REGISTER_REQ
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


def pull_register_req(reader: Reader) -> RegisterReq:
    device_name = pull_text(reader, DEVICE_NAME_SIZE)
    user_id, instance = pull_u32s(reader, 2)
    station_address = pull_ipv4(reader)
    device_type, max_streams = pull_u32s(reader, 2)
    # Loads stop at one of these places (36, 48, 52, 68, 72, 92, 124, 172 octets), so each group may be missing.
    active_streams = reader.u32_le() if len(reader) >= 4 else 0
    protocol_version, _, features = reader.unpack(_PROTOCOL) if len(reader) >= 4 else (0, 0, 0)
    max_conferences = reader.u32_le() if len(reader) >= 4 else 0
    active_conferences = reader.u32_le() if len(reader) >= 4 else 0
    mac_address = reader.octets(MAC_SIZE) if len(reader) >= MAC_SIZE else bytes(MAC_SIZE)
    ipv4_scope = reader.u32_le() if len(reader) >= 4 else 0
    max_lines = reader.u32_le() if len(reader) >= 4 else 0
    ipv6_address = reader.octets(16) if len(reader) >= 16 else bytes(16)
    ipv6_scope = reader.u32_le() if len(reader) >= 4 else 0
    load_name = pull_text(reader, LOAD_NAME_SIZE) if len(reader) >= LOAD_NAME_SIZE else ""
    stamp = pull_text(reader, VERSION_STAMP_SIZE) if len(reader) >= VERSION_STAMP_SIZE else ""
    return RegisterReq(
        device_name=device_name,
        device_type=device_type,
        station_address=station_address,
        protocol_version=protocol_version,
        phone_features=features,
        user_id=user_id,
        instance=instance,
        max_streams=max_streams,
        active_streams=active_streams,
        max_conferences=max_conferences,
        active_conferences=active_conferences,
        mac_address=mac_address,
        ipv4_scope=ipv4_scope,
        max_lines=max_lines,
        ipv6_address=ipv6_address,
        ipv6_scope=ipv6_scope,
        load_name=load_name,
        config_version_stamp=stamp,
    )


def push_register_req(message: RegisterReq) -> bytes:
    """124 octets, 188 with a version stamp."""
    if len(message.mac_address) != MAC_SIZE or len(message.ipv6_address) != 16:
        raise ValueError("a RegisterReq needs 12 octets of MAC address and 16 of IPv6 address")
    stamp = message.config_version_stamp
    return b"".join(
        (
            push_text(message.device_name, DEVICE_NAME_SIZE),
            push_u32s(message.user_id, message.instance),
            push_ipv4(message.station_address),
            push_u32s(message.device_type, message.max_streams, message.active_streams),
            _PROTOCOL.pack(message.protocol_version, 0, message.phone_features),
            push_u32s(message.max_conferences, message.active_conferences),
            message.mac_address,
            push_u32s(message.ipv4_scope, message.max_lines),
            message.ipv6_address,
            push_u32s(message.ipv6_scope),
            push_text(message.load_name, LOAD_NAME_SIZE),
            push_text(stamp, VERSION_STAMP_SIZE) + bytes(AFTER_VERSION_STAMP) if stamp else b"",
        )
    )


class RegisterAck(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.REGISTER_ACK
    keep_alive_interval: int
    """Seconds."""
    secondary_keep_alive_interval: int
    """Seconds, for the connection to a standby CallManager."""
    date_template: str = "D.M.Y"
    max_protocol_version: int = 0
    """The lower of what the phone and CallManager speak."""
    unknown: int = 0
    phone_features: int = 0


def pull_register_ack(reader: Reader) -> RegisterAck:
    interval = reader.u32_le()
    template = pull_text(reader, DATE_TEMPLATE_SIZE)
    reader.u16_le()
    secondary = reader.u32_le()
    version, unknown, features = reader.unpack(_PROTOCOL)
    return RegisterAck(interval, secondary, template, version, unknown, features)


def push_register_ack(message: RegisterAck) -> bytes:
    return b"".join(
        (
            push_u32s(message.keep_alive_interval),
            push_text(message.date_template, DATE_TEMPLATE_SIZE),
            bytes(2),
            push_u32s(message.secondary_keep_alive_interval),
            _PROTOCOL.pack(message.max_protocol_version, message.unknown, message.phone_features),
        )
    )


class RegisterReject(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.REGISTER_REJECT
    text: str
    """At most 32 octets; the phone shows it."""


def pull_register_reject(reader: Reader) -> RegisterReject:
    # chan_skinny sends 33 octets: the trailing one is room for a NUL.
    return RegisterReject(pull_text(reader, REJECT_TEXT_SIZE))


def push_register_reject(message: RegisterReject) -> bytes:
    return push_text(message.text, REJECT_TEXT_SIZE)


CODECS = table(
    Codec(RegisterReq, pull_register_req, push_register_req),
    Codec(RegisterAck, pull_register_ack, push_register_ack),
    Codec(RegisterReject, pull_register_reject, push_register_reject),
)
