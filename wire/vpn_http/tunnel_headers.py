"""CONNECT /CSCOSSLC/tunnel: what a client asks with, and the X-CSTP headers that a gateway answers with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wire.errors import ProtocolError
from wire.http.messages import Headers, Request, Response
from wire.vpn_http.cookies import SESSION, push_cookies

CONNECT_TARGET = "/CSCOSSLC/tunnel"
PHONE_AGENT = "Cisco SVC IPPhone Client v1.0 (1.0)"
"""A phone's User-Agent; gateways look at how it begins."""
PHONE_AGENT_BEGINS = "Cisco SVC IPPhone Client"
_ADDRESS = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})")
_MAX_SECONDS = 7 * 24 * 3600
_MIN_MTU, _MAX_MTU = 256, 16 * 1024 - 8


@dataclass(frozen=True, slots=True)
class TunnelOffer:
    """What the gateway settles for a tunnel. Times in seconds, 0 for off; `mtu` in octets of a packet's payload."""

    address: str
    netmask: str = "255.255.255.0"
    mtu: int = 1290
    dpd: int = 0
    keepalive: int = 0
    session_timeout: int = 0
    idle_timeout: int = 0
    hostname: str = ""
    """The client's X-CSTP-Hostname, echoed."""
    server_name: str = ""


def push_connect(*, host: str, session: str, agent: str = PHONE_AGENT, hostname: str = "", mtu: int = 1290) -> Request:
    """A client's CONNECT. `session` is the cookie webvpn."""
    headers: Headers = (
        ("Host", host),
        ("User-Agent", agent),
        push_cookies({SESSION: session}),
        ("X-CSTP-Version", "1"),
        ("X-CSTP-Hostname", hostname),
        ("X-CSTP-Base-MTU", str(mtu)),
        ("X-CSTP-MTU", str(mtu)),
        ("X-CSTP-Address-Type", "IPv4"),
    )
    return Request("CONNECT", CONNECT_TARGET, tuple((name, value) for name, value in headers if value))


def pull_mtu_untrusted(request: Request, maximum: int) -> int:
    """The payload, in octets, that the client accepts, at most `maximum`; `maximum` where its header has no valid number. Never
    raises."""
    asked = _number_untrusted(request.header("x-cstp-mtu"), _MAX_MTU)
    return maximum if asked is None or asked < _MIN_MTU else min(asked, maximum)


def push_offer(offer: TunnelOffer) -> Response:
    """200 CONNECTED with the offer."""
    headers = {
        "Version": "1",
        "Server-Name": _word(offer.server_name),
        "Hostname": _word(offer.hostname),
        "DPD": str(offer.dpd) if offer.dpd else "",
        "Address": offer.address,
        "Netmask": offer.netmask,
        "Keepalive": str(offer.keepalive) if offer.keepalive else "",
        "Idle-Timeout": str(offer.idle_timeout) if offer.idle_timeout else "none",
        "Smartcard-Removal-Disconnect": "true",
        "Session-Timeout": str(offer.session_timeout),
        "Disconnected-Timeout": "none",
        "Keep": "true",
        "Tunnel-All-DNS": "false",
        "License": "accept",
        "Base-MTU": str(offer.mtu),
        "MTU": str(offer.mtu),
    }
    pushed = tuple((f"X-CSTP-{name}", value) for name, value in headers.items() if value)
    return Response(200, headers=pushed, reason="CONNECTED")


def pull_offer_untrusted(response: Response) -> TunnelOffer:
    """What a 200 to a CONNECT offers. Raises ProtocolError where the address or the MTU is missing or invalid."""
    address = response.header("x-cstp-address")
    netmask = response.header("x-cstp-netmask") or "255.255.255.255"
    if not _is_address(address) or not _is_address(netmask):
        raise ProtocolError("the gateway gives no IPv4 address")
    mtu = _number_untrusted(response.header("x-cstp-mtu"), _MAX_MTU)
    if mtu is None or mtu < _MIN_MTU:
        raise ProtocolError(f"the gateway gives no MTU from {_MIN_MTU} to {_MAX_MTU}")

    def seconds(name: str) -> int:
        return _number_untrusted(response.header(f"x-cstp-{name}"), _MAX_SECONDS) or 0

    return TunnelOffer(
        address=address,
        netmask=netmask,
        mtu=mtu,
        dpd=seconds("dpd"),
        keepalive=seconds("keepalive"),
        session_timeout=seconds("session-timeout"),
        idle_timeout=seconds("idle-timeout"),
        hostname=_word(response.header("x-cstp-hostname")),
        server_name=_word(response.header("x-cstp-server-name")),
    )


def is_phone(agent: str) -> bool:
    """Whether a User-Agent is a Cisco IP phone's."""
    return agent.startswith(PHONE_AGENT_BEGINS)


def _number_untrusted(text: str, maximum: int) -> int | None:
    """The number; None for what is no number or is larger."""
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) > maximum:
        return None
    return int(text)


def _is_address(text: str) -> bool:
    match = _ADDRESS.fullmatch(text)
    return match is not None and all(int(part) < 256 for part in match.groups())


def _word(text: str) -> str:
    """As a header can carry it and the journal may keep it: printable ASCII, at most 255 characters."""
    return "".join(letter if "!" <= letter <= "~" or letter == " " else "?" for letter in text[:255]).strip()
