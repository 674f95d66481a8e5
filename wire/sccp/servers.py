"""What CallManager says of itself: its version, and the servers of the phone's CallManager group."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import ClassVar

import msgspec

from wire.buffer import Reader
from wire.errors import ProtocolError
from wire.sccp.fields import pull_ipv4, pull_text, pull_u32s, push_ipv4, push_text, push_u32s
from wire.sccp.message import Codec, Message, codec_of_empty, table
from wire.sccp.numbers import MessageId

VERSION_SIZE = 16
SERVERS = 5
SERVER_NAME_SIZE = 48

_IPV4, _IPV6 = 0, 1


class VersionReq(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.VERSION_REQ


class Version(Message, frozen=True):
    """The load that the phone should run."""

    ID: ClassVar[MessageId] = MessageId.VERSION
    version: str


def pull_version(reader: Reader) -> Version:
    return Version(pull_text(reader, VERSION_SIZE))


def push_version(message: Version) -> bytes:
    return push_text(message.version, VERSION_SIZE)


class Server(msgspec.Struct, frozen=True):
    name: str = ""
    port: int = 0
    address: str = "0.0.0.0"
    """IPv4 or, in address unions, IPv6."""


class ServerReq(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.SERVER_REQ


class ServerRes(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.SERVER_RES
    servers: tuple[Server, ...] = ()
    """At most five; empty places travel as empty servers and are dropped again."""
    address_unions: bool = False
    """The layout of protocol version 17 and later."""


def _pull_address_union(reader: Reader) -> str:
    kind, octets = reader.u32_le(), reader.octets(16)
    if kind == _IPV4:
        return str(IPv4Address(octets[:4]))
    if kind == _IPV6:
        return str(IPv6Address(octets))
    raise ProtocolError(f"an address is neither IPv4 nor IPv6 but {kind}")


def _push_address_union(address: str) -> bytes:
    if ":" in address:
        return push_u32s(_IPV6) + IPv6Address(address).packed
    return push_u32s(_IPV4) + push_ipv4(address) + bytes(12)


def pull_server_res(reader: Reader) -> ServerRes:
    names = [pull_text(reader, SERVER_NAME_SIZE) for _ in range(SERVERS)]
    ports = pull_u32s(reader, SERVERS)
    address_unions = len(reader) >= SERVERS * 20
    addresses = [_pull_address_union(reader) if address_unions else pull_ipv4(reader) for _ in range(SERVERS)]
    servers = [Server(*fields) for fields in zip(names, ports, addresses, strict=True)]
    while servers and servers[-1] == Server():
        servers.pop()
    return ServerRes(tuple(servers), address_unions)


def push_server_res(message: ServerRes) -> bytes:
    if len(message.servers) > SERVERS:
        raise ValueError(f"a ServerRes holds {SERVERS} servers")
    servers = message.servers + (Server(),) * (SERVERS - len(message.servers))
    push_address = _push_address_union if message.address_unions else push_ipv4
    return b"".join(
        (
            *(push_text(server.name, SERVER_NAME_SIZE) for server in servers),
            push_u32s(*(server.port for server in servers)),
            *(push_address(server.address) for server in servers),
        )
    )


CODECS = table(
    codec_of_empty(VersionReq),
    Codec(Version, pull_version, push_version),
    codec_of_empty(ServerReq),
    Codec(ServerRes, pull_server_res, push_server_res),
)
