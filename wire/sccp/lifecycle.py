"""Staying registered, coming back and leaving: KeepAlive, tokens, Unregister and Reset."""

from __future__ import annotations

from wire.sccp.fields import ipv4, optional, text, unused
from wire.sccp.message import Message
from wire.sccp.numbers import MessageId
from wire.sccp.registration import DEVICE_NAME_SIZE


class RegisterTokenReq(Message, frozen=True):
    """A phone on a standby CallManager asks whether it may come back to this one."""

    ID = MessageId.REGISTER_TOKEN_REQ
    FIELDS = (
        text("device_name", DEVICE_NAME_SIZE),
        "user_id",
        "instance",
        ipv4("station_address"),
        "device_type",
        optional(unused(20)),  # a union of IPv4 and IPv6 address that is empty here
    )
    device_name: str
    device_type: int
    station_address: str = "0.0.0.0"
    user_id: int = 0
    instance: int = 1


class RegisterTokenAck(Message, frozen=True):
    ID = MessageId.REGISTER_TOKEN_ACK


class RegisterTokenReject(Message, frozen=True):
    ID = MessageId.REGISTER_TOKEN_REJECT
    wait: int
    """Seconds before the next request."""


class KeepAlive(Message, frozen=True):
    ID = MessageId.KEEP_ALIVE


class KeepAliveAck(Message, frozen=True):
    ID = MessageId.KEEP_ALIVE_ACK


class UnregisterReq(Message, frozen=True):
    ID = MessageId.UNREGISTER_REQ
    FIELDS = (optional("reason"),)
    reason: int = 0
    """An UnregisterReason; old loads leave it out."""


class UnregisterAck(Message, frozen=True):
    ID = MessageId.UNREGISTER_ACK
    status: int = 0
    """An UnregisterStatus."""


class Reset(Message, frozen=True):
    ID = MessageId.RESET
    reset_type: int
    """A key of RESET_TYPES."""
