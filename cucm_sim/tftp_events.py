"""What the Cisco TFTP service notes."""

from __future__ import annotations

import msgspec

from cisco_data.trust_roles import TrustRole
from cucm_sim.trust_lists import MadeTrustList
from journal import Event
from pki import DistinguishedName, names_of, read
from wire.http.messages import HttpRefusal


class TftpStarted(Event, frozen=True, kw_only=True):
    """The Cisco TFTP service listens, and has made a new ITL file where the certificates of the cluster have changed."""

    address: str
    port: int
    """Of HTTP."""
    https_ports: tuple[int, ...] = ()
    tftp_port: int = 0
    """Over UDP; 0 where it does not listen there."""
    serial_number: str = ""
    """Of CallManager.pem, which signs its files until the next start: lower-case hex; empty where it signs none."""


class TftpStopped(Event, frozen=True, kw_only=True):
    """The Cisco TFTP service listens no more."""


class TrustListEntry(msgspec.Struct, frozen=True):
    """One record of a CTL or ITL file."""

    role: TrustRole
    subject: DistinguishedName
    serial_number: str
    """Lower-case hex."""


class TrustListMade(Event, frozen=True, kw_only=True):
    """CUCM has made a CTL or ITL file."""

    file: str
    """`CTLFile.tlv` or `ITLFile.tlv`."""
    signer: DistinguishedName
    signer_serial_number: str
    """Lower-case hex."""
    records: tuple[TrustListEntry, ...]
    changed: bool
    """False where it is the former file, octet by octet."""


class FileServed(Event, frozen=True):
    """A phone got its configuration file, plain, signed (`.sgn`) or encrypted (`.enc.sgn`)."""

    file: str
    octets: int
    device_security_mode: int
    capf_auth_mode: int
    version_stamp: str
    transport: str = "HTTP"
    """`HTTP`, `HTTPS` or `TFTP`, as below."""


class TrustListServed(Event, frozen=True):
    """A phone got a CTL or ITL file."""

    file: str
    octets: int
    transport: str = "HTTP"


class DefaultFileServed(Event, frozen=True):
    """A phone got XMLDefault.cnf.xml."""

    file: str
    octets: int
    transport: str = "HTTP"


class FileNotSent(Event, frozen=True):
    """A transfer over TFTP did not come to its end."""

    file: str
    outcome: str
    """A TransferOutcome."""


class FileSigned(Event, frozen=True, kw_only=True):
    """The service signed a file that it had not signed in this form before."""

    file: str
    digest: str
    """`SHA1` or `SHA512`."""
    signer_serial_number: str
    """Lower-case hex."""
    encrypted: bool


class FileNotFound(Event, frozen=True):
    """A file was asked for that this cluster does not have: an unknown device, or another kind of file."""

    file: str
    transport: str = "HTTP"


class RequestRefused(Event, frozen=True):
    """A connection to the file server ended without an answer to what was asked."""

    reason: HttpRefusal


def trust_list_made(made: MadeTrustList, *, changed: bool) -> TrustListMade:
    """Of a file that was made just now."""
    signer = made.content.signer
    return TrustListMade(
        file=made.content.file_name,
        signer=names_of(signer).subject,
        signer_serial_number=f"{read(signer).serial_number:x}",
        records=tuple(
            TrustListEntry(one.role, names_of(one.certificate).subject, f"{read(one.certificate).serial_number:x}")
            for one in made.content.listed
        ),
        changed=changed,
    )
