"""What a phone can do: its codecs, its RTP port, its headset and its lines."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from wire.buffer import Reader
from wire.sccp.fields import pull_count, push_u32s
from wire.sccp.message import Codec, Message, codec_of_empty, table
from wire.sccp.numbers import MessageId

MAX_CAPABILITIES = 18
PARAMETERS_SIZE = 8


class MediaCapability(msgspec.Struct, frozen=True):
    payload: int
    """A MediaPayload."""
    max_frames: int
    """Frames a packet."""
    parameters: bytes = bytes(PARAMETERS_SIZE)
    """Eight octets whose meaning depends on the codec."""


class CapabilitiesReq(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.CAPABILITIES_REQ


class CapabilitiesRes(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.CAPABILITIES_RES
    capabilities: tuple[MediaCapability, ...] = ()
    """At most 18."""


def pull_capabilities_res(reader: Reader) -> CapabilitiesRes:
    count = pull_count(reader, MAX_CAPABILITIES, "capabilities")
    return CapabilitiesRes(
        tuple(MediaCapability(reader.u32_le(), reader.u32_le(), reader.octets(PARAMETERS_SIZE)) for _ in range(count))
    )


def push_capabilities_res(message: CapabilitiesRes) -> bytes:
    if len(message.capabilities) > MAX_CAPABILITIES:
        raise ValueError(f"a CapabilitiesRes holds {MAX_CAPABILITIES} capabilities")
    if any(len(one.parameters) != PARAMETERS_SIZE for one in message.capabilities):
        raise ValueError(f"a capability has {PARAMETERS_SIZE} octets of parameters")
    return push_u32s(len(message.capabilities)) + b"".join(
        push_u32s(one.payload, one.max_frames) + one.parameters for one in message.capabilities
    )


class IpPort(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.IP_PORT
    rtp_port: int


def pull_ip_port(reader: Reader) -> IpPort:
    return IpPort(reader.u32_le())


def push_ip_port(message: IpPort) -> bytes:
    return push_u32s(message.rtp_port)


class HeadsetStatus(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.HEADSET_STATUS
    status: int
    """1 on, 2 off."""


def pull_headset_status(reader: Reader) -> HeadsetStatus:
    return HeadsetStatus(reader.u32_le())


def push_headset_status(message: HeadsetStatus) -> bytes:
    return push_u32s(message.status)


class RegisterAvailableLines(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.REGISTER_AVAILABLE_LINES
    max_lines: int


def pull_register_available_lines(reader: Reader) -> RegisterAvailableLines:
    return RegisterAvailableLines(reader.u32_le())


def push_register_available_lines(message: RegisterAvailableLines) -> bytes:
    return push_u32s(message.max_lines)


class MediaPathEvent(Message, frozen=True):
    """Handset, headset or speaker changed."""

    ID: ClassVar[MessageId] = MessageId.MEDIA_PATH_EVENT
    path: int
    event: int


def pull_media_path_event(reader: Reader) -> MediaPathEvent:
    return MediaPathEvent(reader.u32_le(), reader.u32_le())


def push_media_path_event(message: MediaPathEvent) -> bytes:
    return push_u32s(message.path, message.event)


class MediaPathCapability(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.MEDIA_PATH_CAPABILITY
    path: int
    capability: int


def pull_media_path_capability(reader: Reader) -> MediaPathCapability:
    return MediaPathCapability(reader.u32_le(), reader.u32_le())


def push_media_path_capability(message: MediaPathCapability) -> bytes:
    return push_u32s(message.path, message.capability)


CODECS = table(
    codec_of_empty(CapabilitiesReq),
    Codec(CapabilitiesRes, pull_capabilities_res, push_capabilities_res),
    Codec(IpPort, pull_ip_port, push_ip_port),
    Codec(HeadsetStatus, pull_headset_status, push_headset_status),
    Codec(RegisterAvailableLines, pull_register_available_lines, push_register_available_lines),
    Codec(MediaPathEvent, pull_media_path_event, push_media_path_event),
    Codec(MediaPathCapability, pull_media_path_capability, push_media_path_capability),
)
