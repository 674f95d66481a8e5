"""Steps that check something: `expect` in the file names the kind, and every check names its reason."""

from __future__ import annotations

from typing import Literal

from cisco_data import CertificateKind, StoreName
from lab.scenario.words import Part, TlsVersionName


class ExpectStep(Part, frozen=True, kw_only=True, tag_field="expect"):
    say: str = ""
    within: float = 60.0
    """Lab seconds to wait for it."""


class Registered(ExpectStep, frozen=True, kw_only=True, tag="registered"):
    """The phone is registered, over TLS where a certificate is named."""

    phone: str
    cluster: str = ""
    node: str = ""
    """Of the cluster, where it has several."""
    certificate: Literal["LSC", "MIC", "none"]
    issuer: str = ""
    """`CAPF of CLUSTER`, or a CN."""
    tls: TlsVersionName | None = None
    cipher: str | None = None


class Refused(ExpectStep, frozen=True, kw_only=True, tag="refused"):
    """CallManager's TLS refused the phone's certificate, and the phone is not registered."""

    phone: str
    certificate: CertificateKind
    issuer: str
    verify_code: int
    """X509_V_ERR as CallManager's OpenSSL gave it; -1 for none."""
    depth: int = 0
    alert: str
    """As the phone read it, in OpenSSL's spelling: `unknown CA`."""


class Rejected(ExpectStep, frozen=True, kw_only=True, tag="rejected"):
    """CallManager answered RegisterReject."""

    phone: str
    cause: str
    """CcmDevRegFailCauseCode by name: `securityMismatch`."""


class OperationStatus(ExpectStep, frozen=True, kw_only=True, tag="certificate-operation-status"):
    phone: str
    status: str
    cluster: str = ""
    verify_code: int | None = None
    """Of the certificate that the phone showed CAPF; left out where none was judged."""


class HoldsLsc(ExpectStep, frozen=True, kw_only=True, tag="lsc"):
    """What is in the phone's flash."""

    phone: str
    issuer: str
    """`CAPF of CLUSTER`, or `none`."""


class ConsoleLine(ExpectStep, frozen=True, kw_only=True, tag="console"):
    """The phone's console has printed a line with this text, since the last thing done."""

    phone: str
    contains: str


class NotRegistered(ExpectStep, frozen=True, kw_only=True, tag="not-registered"):
    """The phone has power and is not registered, and no TLS and no RegisterReject says why: that is for the other checks."""

    phone: str
    because: Literal["no CallManager answers", "its file is missing", "its file is refused", "its list is too long"]


class StringNotTaken(ExpectStep, frozen=True, kw_only=True, tag="string-not-taken"):
    """The phone did not take the authentication string that its user typed."""

    phone: str
    because: Literal["not registered", "secure profile", "not asked for"]


class Distrusts(ExpectStep, frozen=True, kw_only=True, tag="distrusts"):
    """The phone refused a server's certificate: it is not in its trust lists, and TVS does not vouch for it."""

    phone: str
    service: Literal["SCCP", "CAPF"]
    verify_code: int
    """X509_V_ERR as the phone's OpenSSL gave it."""
    alert: str
    """As the phone wrote it; `none` where it asked TVS, and closed the connection without one."""


class TrustListHeld(ExpectStep, frozen=True, kw_only=True, tag="trust-list"):
    """Which CTL or ITL is in the phone's flash."""

    phone: str
    list: Literal["CTL", "ITL"]
    of: str
    """The cluster that made it, or `none`."""
    signer: str = ""
    """The certificate that signed it, by its name; not compared where it is left out."""
    newest: bool | None = None
    """Whether it is octet for octet what the phone's TFTP server has now; not compared where it is left out."""


class DirectoryOpened(ExpectStep, frozen=True, kw_only=True, tag="directory"):
    """Whether the phone shows the directory, which it was told to open since the last thing done."""

    phone: str
    opened: bool


class Explained(ExpectStep, frozen=True, kw_only=True, tag="explained"):
    """`cucm-lab explain` names the true cause of what has failed so far for this phone."""

    phone: str
    rule: str
    """As docs/explain.md lists them: `lsc-of-another-cluster`."""


class TrustStoreHolds(ExpectStep, frozen=True, kw_only=True, tag="trust-store"):
    """What a trust store holds, and what its service has read at its start: two things until the restart."""

    cluster: str
    store: StoreName
    certificate: str
    held: bool = True
    """In the store."""
    in_use: bool = True
    """In what the running service has read of it."""


class TraceHolds(ExpectStep, frozen=True, kw_only=True, tag="capf-trace"):
    """The cluster's CAPF trace holds this certificate of the phone, as PEM, octet for octet."""

    phone: str
    certificate: CertificateKind
    held: bool = True


class OnTheWire(ExpectStep, frozen=True, kw_only=True, tag="on-the-wire"):
    """What an onlooker saw the phone send to CallManager in the clear: a Certificate message, and a ClientKeyExchange.

    Up to TLS 1.2; in TLS 1.3 the certificate is encrypted and this fails.
    """

    phone: str
    certificate: CertificateKind
    issuer: str
    alert: str = ""
    """That CallManager sent in the clear; empty for none."""


class PhonePage(ExpectStep, frozen=True, kw_only=True, tag="phone-page"):
    """The phone's own web page has a line with this text; it is fetched from the phone over HTTP."""

    phone: str
    page: str
    """By its name, `Security configuration`, or by its path."""
    contains: str


class PortAuthorised(ExpectStep, frozen=True, kw_only=True, tag="port-authorised"):
    """802.1X let the phone in with that certificate, and the authentication server says so too."""

    phone: str
    certificate: CertificateKind
    issuer: str
    tls: TlsVersionName | None = None


class PortRefused(ExpectStep, frozen=True, kw_only=True, tag="port-refused"):
    """802.1X refused the phone, for the reason that the authentication server gives."""

    phone: str
    certificate: CertificateKind
    issuer: str
    failure_code: int
    """ISE's number: 12514."""
    verify_code: int | None = None
    """X509_V_ERR as the server's OpenSSL gave it, -1 for none; not compared where it is left out."""


class VpnUp(ExpectStep, frozen=True, kw_only=True, tag="vpn-connected"):
    """The phone's tunnel is up, and it showed the gateway that certificate."""

    phone: str
    certificate: CertificateKind
    issuer: str


class VpnRefused(ExpectStep, frozen=True, kw_only=True, tag="vpn-refused"):
    """The phone has no tunnel, for that reason."""

    phone: str
    failure: Literal["TLS refused", "host ID check failed", "unreachable", "login refused"]
    verify_code: int | None = None
    """X509_V_ERR as the gateway's OpenSSL gave it, -1 for none; not compared where it is left out."""
    fault: Literal["", "hash", "name", "wildcard"] = ""
    """What the host ID check found; not compared where it is left out."""


Expect = (
    Registered
    | Refused
    | Rejected
    | NotRegistered
    | StringNotTaken
    | Distrusts
    | OperationStatus
    | HoldsLsc
    | TrustListHeld
    | DirectoryOpened
    | ConsoleLine
    | Explained
    | TrustStoreHolds
    | TraceHolds
    | OnTheWire
    | PhonePage
    | PortAuthorised
    | PortRefused
    | VpnUp
    | VpnRefused
)
