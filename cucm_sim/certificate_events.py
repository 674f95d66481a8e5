"""What certificate management notes; each says when it takes effect."""

from __future__ import annotations

from journal import Event
from pki import DistinguishedName


class CertificateRegenerated(Event, frozen=True, kw_only=True):
    """A certificate of a node was made again by the system, with a new key, over whatever was there."""

    unit: str
    """`CAPF`, `CallManager`, `TVS` or another of CertificateUnit."""
    subject: DistinguishedName
    serial_number: str
    """Lower-case hex, as below."""
    former_subject: DistinguishedName
    """The same where the name was kept."""
    former_serial_number: str
    takes_effect: str
    """What must be restarted before the certificate is used, or that its service restarts by itself."""
    phones_trust_it_after: str
    """What makes the phones' next trust list name it; empty for one that no trust list has: phones ask TVS."""


class SignedCertificateInstalled(Event, frozen=True, kw_only=True):
    """A company's authority signed the request of a unit with a new key, and the answer became the unit's certificate."""

    unit: str
    """As above."""
    subject: DistinguishedName
    issuer: DistinguishedName
    serial_number: str
    former_subject: DistinguishedName
    former_serial_number: str
    takes_effect: str
    phones_trust_it_after: str


class CertificateRestored(Event, frozen=True, kw_only=True):
    """A restore put a certificate of a backup and its key in the place of another one."""

    unit: str
    """As above."""
    subject: DistinguishedName
    issuer: DistinguishedName
    serial_number: str
    former_subject: DistinguishedName
    former_serial_number: str
    takes_effect: str
    phones_trust_it_after: str


Renewal = CertificateRegenerated | SignedCertificateInstalled | CertificateRestored
"""A unit has another certificate."""


class KeysBackedUp(Event, frozen=True, kw_only=True):
    """The Disaster Recovery System saved certificates with their private keys."""

    name: str
    """Of the backup."""
    units: tuple[str, ...]
    nodes: tuple[str, ...]
    """Host names."""


class KeysRestored(Event, frozen=True, kw_only=True):
    """The Disaster Recovery System put certificates and keys of a backup back; `CertificateRestored` tells each."""

    name: str
    taken: str
    """When the backup was made, in UTC."""
    takes_effect: str


class CertificateTakenUp(Event, frozen=True, kw_only=True):
    """After a new certificate the system restarted services and told phones to reset, without an administrator."""

    unit: str
    services: tuple[str, ...]
    """`Cisco Tftp on cucm-pub`, in the order in which they were restarted."""
    phones_reset: tuple[str, ...]
    """Device names."""


class CtlFileTakenUp(Event, frozen=True, kw_only=True):
    """After `utils ctl update CTLFile` the system told phones to reset, without an administrator."""

    phones_reset: tuple[str, ...]
    """Device names."""


class DefaultCaListChanged(Event, frozen=True, kw_only=True):
    """`set cert default-ca-list`: built-in authorities left both trust stores, or came back to where they were."""

    change: str
    """`disabled` or `enabled`."""
    authorities: tuple[str, ...]
    """CNs."""
    takes_effect: str


class CtlFileUpdated(Event, frozen=True, kw_only=True):
    """`utils ctl update CTLFile`: the CTL file lists the certificates that the cluster has now."""

    servers: tuple[DistinguishedName, ...]
    """Subjects."""
    takes_effect: str
