"""What CAPF notes of the work itself: keys, LSCs, and the certificates that a phone shows."""

from __future__ import annotations

from journal import Event
from pki import DistinguishedName


class KeyRequested(Event, frozen=True, kw_only=True):
    """CAPF asked for a key pair."""

    device: str
    key: str
    """`RSA 2048`."""


class KeyReceived(Event, frozen=True, kw_only=True):
    """The phone sent the public key that was asked for."""

    device: str
    key: str


class KeyNotReceived(Event, frozen=True, kw_only=True):
    """There is no usable key."""

    device: str
    key: str
    fault: str
    """A value of capf_sim.keys.KeyFault."""
    reason: int = -1
    """The phone's reason code; -1 where it gave none."""


class KeyOrderUnsupported(Event, frozen=True, kw_only=True):
    """EC Only, and the phone's version of the protocol is 3 or lower."""

    device: str
    version: int


class LscIssued(Event, frozen=True, kw_only=True):
    """The authority signed an LSC."""

    device: str
    serial_number: str
    """Lower-case hex."""
    subject: DistinguishedName
    issuer: DistinguishedName
    not_before: str
    """UTC, ISO 8601."""
    not_after: str
    key: str


class LscNotIssued(Event, frozen=True, kw_only=True):
    """The authority signed none."""

    device: str
    failure: str


class LscStored(Event, frozen=True, kw_only=True):
    """The phone says that it keeps the LSC."""

    device: str
    serial_number: str
    issuer: DistinguishedName


class LscNotStored(Event, frozen=True, kw_only=True):
    """The phone says that it does not keep the LSC."""

    device: str
    reason: int


class LscDeleted(Event, frozen=True, kw_only=True):
    """The phone says that it deleted its LSC."""

    device: str


class LscNotDeleted(Event, frozen=True, kw_only=True):
    """The phone deleted nothing; reason 7 means that there was nothing to delete."""

    device: str
    reason: int


class CertificateFetched(Event, frozen=True, kw_only=True):
    """The phone showed a certificate, as the CAPF log keeps it."""

    device: str
    certificate_kind: str
    """`LSC` or `MIC`."""
    subject: DistinguishedName
    issuer: DistinguishedName
    serial_number: str
    not_before: str
    not_after: str
    pem: str


class CertificateNotFetched(Event, frozen=True, kw_only=True):
    """The phone has no certificate of this kind to show."""

    device: str
    certificate_kind: str
    reason: int
