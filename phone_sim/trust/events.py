"""What a phone notes about its lists: those that it takes, and what it does by them."""

from __future__ import annotations

from journal import Event
from phone_sim.trust.signed import Taking
from phone_sim.trust.tvs_answer import TrustRefusal
from pki import NO_NAME, DistinguishedName
from wire.tvs import RequestedCertificate


class ServerVouchedFor(Event, frozen=True, kw_only=True):
    """TVS knows the server's certificate for this use: the phone goes on with it."""

    service: str
    """`SCCP`, `CAPF`, `HTTPS` or `TFTP`."""
    server: str
    """Address and port, `10.1.1.1:8443`."""


class ServerNotTrusted(Event, frozen=True, kw_only=True):
    """The phone gives a server up whose certificate neither its lists nor TVS speak for. Where TLS was up by then it closes the
    connection and writes no alert (Assumed).
    """

    service: str
    server: str
    refusal: TrustRefusal
    subject: DistinguishedName = NO_NAME
    """Of what the server showed; as the following, empty where the phone refused it inside the handshake."""
    issuer: DistinguishedName = NO_NAME
    serial_number: str = ""
    """Lower-case hex."""


class TrustListTaken(Event, frozen=True, kw_only=True):
    """The phone goes by this list from now on."""

    list: str
    """`CTL` or `ITL`."""
    file: str
    octets: int
    taking: Taking
    """Why."""
    signer: RequestedCertificate
    records: int


class TrustListRefused(Event, frozen=True, kw_only=True):
    """The phone keeps what it has: it does not take the list of its TFTP server, or could not get it."""

    list: str
    """`CTL` or `ITL`."""
    file: str
    refusal: str = ""
    """A value of TrustRefusal; empty where the phone did not get the file."""
    failure: str = ""
    """A value of DownloadFailure where it did not."""
    fault: str = ""
    """What was wrong with a file or an answer that cannot be read, one sentence."""
    signer: RequestedCertificate | None = None
    """None where the phone could not read the file."""


class TrustListNotServed(Event, frozen=True, kw_only=True):
    """The phone's TFTP server has no list of this name; harmless."""

    file: str


class ConfigurationRefused(Event, frozen=True, kw_only=True):
    """The phone does not take the configuration file of its TFTP server."""

    file: str
    refusal: TrustRefusal
    fault: str = ""
    """What was wrong with a file that cannot be read, one sentence."""
    signer: RequestedCertificate | None = None
    """None for a file without a signature, and for one that cannot be read."""


class ConfigurationKept(Event, frozen=True, kw_only=True):
    """The phone goes on with the configuration that it has in flash, and so misses every change of it."""

    version_stamp: str


class EncryptionKeyMissed(Event, frozen=True, kw_only=True):
    """The phone's configuration is encrypted for a key that the phone does not have; it goes to CAPF for a new certificate."""

    cert_hash: str
    """MD5 of the certificate that it is encrypted for, hex; empty where the file names none."""
