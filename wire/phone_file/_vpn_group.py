"""`vpnGroup` of a phone's file: where its VPN gateways are, and by which certificates it knows them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

MAX_URL = 255
MAX_URLS = 3
MAX_HASHES = 10
HASH_OCTETS = 20
"""SHA-1, which `hashAlg` 0 stands for."""

_URL = re.compile(r"https://(?P<host>[0-9A-Za-z._-]{1,253})(?::(?P<port>[0-9]{1,5}))?(?P<path>/[!-~]*)?", re.IGNORECASE)


class VpnAuthMethod(IntEnum):
    """`authMethod`. Source: usecallmanager.nz."""

    USER_AND_PASSWORD = 0
    PASSWORD = 1
    CERTIFICATE = 2


class VpnUrl(NamedTuple):
    """A gateway's address in its parts. The path names the tunnel group."""

    host: str
    port: int
    path: str
    """From its slash on."""

    @classmethod
    def of(cls, text: str) -> VpnUrl:
        """Raises ValueError for anything but https://HOST, with a port and a path if need be, in at most 255 ASCII characters."""
        found = _URL.fullmatch(text) if len(text) <= MAX_URL else None
        port = int(found["port"] or 443) if found is not None else 0
        if found is None or not 1 <= port <= 65535:
            raise ValueError(
                "the address of a VPN gateway is https://HOST, then a port and a path if need be, 255 characters"
            )
        return cls(found["host"], port, found["path"] or "/")


@dataclass(frozen=True, slots=True)
class VpnGroup:
    """One VPN group with its profile, as a phone reads them. Ranges and defaults are those of CUCM's pages.

    Raises ValueError, one sentence, for a value that such a file cannot hold.
    """

    urls: tuple[str, ...]
    """1 to 3 gateways, the first choice first."""
    cert_hashes: tuple[bytes, ...] = ()
    """0 to 10 SHA-1 digests, each of the DER of a certificate that a gateway may send."""
    mtu: int = 1290
    """Octets, 256 to 1406."""
    fail_connect_time: int = 30
    """Seconds that the phone gives one gateway for login and tunnel, 0 to 600."""
    auth_method: VpnAuthMethod = VpnAuthMethod.CERTIFICATE
    pswd_persistent: bool = False
    auto_net_detect: bool = False
    """Whether the phone starts the VPN by itself where its TFTP does not answer."""
    enable_host_id_check: bool = True
    """Whether the gateway's certificate must also name the host of the URL."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.urls) <= MAX_URLS:
            raise ValueError(f"vpnGroup has 1 to {MAX_URLS} addresses, not {len(self.urls)}")
        for url in self.urls:
            VpnUrl.of(url)
        if len(self.cert_hashes) > MAX_HASHES:
            raise ValueError(f"vpnGroup has at most {MAX_HASHES} certificate hashes, not {len(self.cert_hashes)}")
        if any(len(digest) != HASH_OCTETS for digest in self.cert_hashes):
            raise ValueError(f"a certHash of vpnGroup has {HASH_OCTETS} octets")
        if not 256 <= self.mtu <= 1406:
            raise ValueError(f"the mtu of vpnGroup is 256 to 1406, not {self.mtu}")
        if not 0 <= self.fail_connect_time <= 600:
            raise ValueError(f"failConnectTime is 0 to 600 seconds, not {self.fail_connect_time}")


def certificate_hash(der: bytes) -> bytes:
    """What certHash1 to certHash10 hold of a certificate: SHA-1 over its DER, 20 octets."""
    return hashlib.sha1(der, usedforsecurity=False).digest()
