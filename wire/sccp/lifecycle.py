"""Staying registered, coming back and leaving: KeepAlive, tokens, Unregister and Reset."""

from __future__ import annotations

from typing import ClassVar

from wire.buffer import Reader
from wire.sccp.fields import pull_ipv4, pull_text, pull_u32s, push_ipv4, push_text, push_u32s
from wire.sccp.message import Codec, Message, codec_of_empty, table
from wire.sccp.numbers import MessageId
from wire.sccp.registration import DEVICE_NAME_SIZE


class RegisterTokenReq(Message, frozen=True):
    """A phone on a standby CallManager asks whether it may come back to this one."""

    ID: ClassVar[MessageId] = MessageId.REGISTER_TOKEN_REQ
    device_name: str
    device_type: int
    station_address: str = "0.0.0.0"
    user_id: int = 0
    instance: int = 1


def pull_register_token_req(reader: Reader) -> RegisterTokenReq:
    device_name = pull_text(reader, DEVICE_NAME_SIZE)
    user_id, instance = pull_u32s(reader, 2)
    station_address = pull_ipv4(reader)
    return RegisterTokenReq(device_name, reader.u32_le(), station_address, user_id, instance)


def push_register_token_req(message: RegisterTokenReq) -> bytes:
    return b"".join(
        (
            push_text(message.device_name, DEVICE_NAME_SIZE),
            push_u32s(message.user_id, message.instance),
            push_ipv4(message.station_address),
            push_u32s(message.device_type),
            bytes(20),  # a union of IPv4 and IPv6 address that is empty here
        )
    )


class RegisterTokenAck(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.REGISTER_TOKEN_ACK


class RegisterTokenReject(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.REGISTER_TOKEN_REJECT
    wait: int
    """Seconds before the next request."""


def pull_register_token_reject(reader: Reader) -> RegisterTokenReject:
    return RegisterTokenReject(reader.u32_le())


def push_register_token_reject(message: RegisterTokenReject) -> bytes:
    return push_u32s(message.wait)


class KeepAlive(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.KEEP_ALIVE


class KeepAliveAck(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.KEEP_ALIVE_ACK


class UnregisterReq(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.UNREGISTER_REQ
    reason: int = 0
    """An UnregisterReason; old loads leave it out."""


def pull_unregister_req(reader: Reader) -> UnregisterReq:
    return UnregisterReq(reader.u32_le() if len(reader) >= 4 else 0)


def push_unregister_req(message: UnregisterReq) -> bytes:
    return push_u32s(message.reason)


class UnregisterAck(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.UNREGISTER_ACK
    status: int = 0
    """An UnregisterStatus."""


def pull_unregister_ack(reader: Reader) -> UnregisterAck:
    return UnregisterAck(reader.u32_le())


def push_unregister_ack(message: UnregisterAck) -> bytes:
    return push_u32s(message.status)


class Reset(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.RESET
    reset_type: int
    """A ResetType."""


def pull_reset(reader: Reader) -> Reset:
    return Reset(reader.u32_le())


def push_reset(message: Reset) -> bytes:
    return push_u32s(message.reset_type)


CODECS = table(
    Codec(RegisterTokenReq, pull_register_token_req, push_register_token_req),
    codec_of_empty(RegisterTokenAck),
    Codec(RegisterTokenReject, pull_register_token_reject, push_register_token_reject),
    codec_of_empty(KeepAlive),
    codec_of_empty(KeepAliveAck),
    Codec(UnregisterReq, pull_unregister_req, push_unregister_req),
    Codec(UnregisterAck, pull_unregister_ack, push_unregister_ack),
    Codec(Reset, pull_reset, push_reset),
)
