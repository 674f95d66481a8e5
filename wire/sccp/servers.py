"""What CallManager says of itself: its version, and the servers of the phone's CallManager group."""

from __future__ import annotations

from wire.sccp.fields import Field, Record, address_union, columns, ipv4, text, u32
from wire.sccp.message import Message
from wire.sccp.numbers import MessageId

MAX_SERVERS = 5


class VersionReq(Message, frozen=True):
    ID = MessageId.VERSION_REQ


class Version(Message, frozen=True):
    """The load that the phone should run."""

    ID = MessageId.VERSION
    FIELDS = (text("version", 16),)
    version: str


class Server(Record, frozen=True):
    name: str = ""
    port: int = 0
    address: str = "0.0.0.0"
    """IPv4 or, in address unions, IPv6."""


class ServerReq(Message, frozen=True):
    ID = MessageId.SERVER_REQ


def _servers(address: Field) -> Field:
    return columns("servers", Server, MAX_SERVERS, text("name", 48), u32("port"), address)


class ServerRes(Message, frozen=True):
    ID = MessageId.SERVER_RES
    FIELDS = (_servers(ipv4("address")),)
    LATER_FIELDS = (_servers(address_union("address")),)
    LATER = "address_unions"
    servers: tuple[Server, ...] = ()
    """At most five; empty places travel as empty servers and are dropped again."""
    address_unions: bool = False
    """The layout of protocol version 17 and later."""
