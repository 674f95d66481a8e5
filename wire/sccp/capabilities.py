"""What a phone can do: its codecs, its RTP port, its headset and its lines."""

from __future__ import annotations

from wire.sccp.fields import Record, Rows, count, octets
from wire.sccp.message import Message
from wire.sccp.numbers import MessageId

MAX_CAPABILITIES = 18
PARAMETERS_SIZE = 8


class MediaCapability(Record, frozen=True):
    FIELDS = ("payload", "max_frames", octets("parameters", PARAMETERS_SIZE))
    payload: int
    """A MediaPayload."""
    max_frames: int
    """Frames a packet."""
    parameters: bytes = bytes(PARAMETERS_SIZE)
    """Eight octets whose meaning depends on the codec."""


class CapabilitiesReq(Message, frozen=True):
    ID = MessageId.CAPABILITIES_REQ


class CapabilitiesRes(Message, frozen=True):
    ID = MessageId.CAPABILITIES_RES
    FIELDS = (
        count("capabilities", MAX_CAPABILITIES),
        Rows("capabilities", MediaCapability, MAX_CAPABILITIES, filler=None),
    )
    capabilities: tuple[MediaCapability, ...] = ()
    """At most 18."""


class IpPort(Message, frozen=True):
    ID = MessageId.IP_PORT
    rtp_port: int


class HeadsetStatus(Message, frozen=True):
    ID = MessageId.HEADSET_STATUS
    status: int
    """1 on, 2 off."""


class RegisterAvailableLines(Message, frozen=True):
    ID = MessageId.REGISTER_AVAILABLE_LINES
    max_lines: int


class MediaPathEvent(Message, frozen=True):
    """Handset, headset or speaker changed."""

    ID = MessageId.MEDIA_PATH_EVENT
    path: int
    event: int


class MediaPathCapability(Message, frozen=True):
    ID = MessageId.MEDIA_PATH_CAPABILITY
    path: int
    capability: int
