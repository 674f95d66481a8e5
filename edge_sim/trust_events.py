"""What an administrator does to the trust of an authentication server or a VPN gateway."""

from __future__ import annotations

from journal import Emitter, Event
from pki import Certificate, DistinguishedName, TrustStore, names_of, read


class NotHeld(Exception):
    """A server does not hold the certificate that it should trust no more; the message is one sentence."""


class EdgeTrustChanged(Event, frozen=True, kw_only=True):
    """A certificate came into the trust of a server, or left it."""

    server: str
    change: str
    """`trusted` or `distrusted`."""
    subject: DistinguishedName
    serial_number: str
    """Lower-case hex."""
    takes_effect: str


def changed(trust: TrustStore, certificate: Certificate, trusted: bool, server: str) -> TrustStore:
    """The trust with the certificate, or without it. Raises NotHeld where it is not there."""
    try:
        return trust.with_certificate(certificate) if trusted else trust.without(certificate)
    except KeyError:
        raise NotHeld(f"{server} does not hold {read(certificate).subject.cn}.") from None


def trust_changed(
    administrator: Emitter, server: str, certificate: Certificate, trusted: bool, takes_effect: str
) -> EdgeTrustChanged:
    """Note it."""
    return administrator.emit(
        EdgeTrustChanged(
            server=server,
            change="trusted" if trusted else "distrusted",
            subject=names_of(certificate).subject,
            serial_number=f"{read(certificate).serial_number:x}",
            takes_effect=takes_effect,
        )
    )
