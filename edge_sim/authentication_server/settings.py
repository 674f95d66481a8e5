"""How an authentication server is set up: its certificate, whom it trusts, who may ask it, and how much it bears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cisco_data.tls import EAP_TLS
from pki import Identity, TrustStore
from wire.eap import FRAGMENT_SIZE
from wire.eap.fragments import SMALLEST_SIZE
from wire.tls import TlsProfile, TlsVersion


def eap_tls(minimum: TlsVersion) -> TlsProfile:
    """What the server offers at this minimum version, with every suite."""
    return EAP_TLS.offer(minimum, TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_3))


ANY_TLS = eap_tls(TlsVersion.TLSv1)
"""TLS 1.0 to 1.3 and every suite: old phones are welcome."""
LARGEST_FRAGMENT = 1496
"""Octets: what an Ethernet frame leaves after EAPOL's header; and a RADIUS packet of 4096 holds it with all that goes along."""


@dataclass(frozen=True, slots=True)
class NetworkDevice:
    """A switch that may ask: ISE's word for what RADIUS calls a client. Raises ValueError for an empty secret."""

    name: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not self.secret:
            raise ValueError(f"the network device {self.name} has an empty shared secret, which authenticates nobody")


@dataclass(frozen=True, slots=True)
class Limits:
    """What clients without a certificate can use up. Assumed, but for the first, which is FreeRADIUS's too."""

    idle: float = 60.0
    """Seconds that a conversation waits for the next packet."""
    conversation: float = 120.0
    """Seconds for all of it."""
    sessions: int = 1000
    """Conversations at a time, about 40 KiB each once TLS has begun; the one that was idle for longest makes room."""
    invalid_packets: int = 5
    """In one conversation: each is answered by the last request again, one more by Failure (RFC 3579 section 2.2)."""
    answers_kept: float = 30.0
    """Seconds for which a request that comes again gets the same answer (RFC 5080 section 2.2.2)."""
    max_answers_kept: int = 2000


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Read when the server starts, and not again. Raises ValueError for a fragment size that cannot be."""

    identity: Identity
    """What it presents to phones."""
    trust: TrustStore
    """ISE: certificates that are trusted for client authentication."""
    network_devices: Mapping[str, NetworkDevice]
    """By their address."""
    tls: TlsProfile = ANY_TLS
    check_crl: bool = False
    check_identity: bool = False
    """The certificate's common name must be the identity that the phone told, case and all."""
    endpoints: frozenset[str] | None = None
    """Common names that are let in; None: every certificate that is trusted."""
    fragment_size: int = FRAGMENT_SIZE
    """Octets of an EAP packet at most; less where the switch asks for it by Framed-MTU."""
    include_length: bool = True
    """The length of the TLS message in every fragment, as FreeRADIUS does."""
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if not SMALLEST_SIZE <= self.fragment_size <= LARGEST_FRAGMENT:
            raise ValueError(f"EAP packets have {SMALLEST_SIZE} to {LARGEST_FRAGMENT} octets, not {self.fragment_size}")
