"""What a scenario says: clusters, phones, and the ordered steps of its story, as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import msgspec

SecurityMode = Literal["Non Secure", "Authenticated", "Encrypted"]
Operation = Literal["No Pending Operation", "Install/Upgrade", "Delete", "Troubleshoot"]
AuthenticationMode = Literal[
    "By Authentication String",
    "By Null String",
    "By Existing Certificate (Precedence to LSC)",
    "By Existing Certificate (Precedence to MIC)",
]
KeyOrder = Literal["RSA Only", "EC Only", "EC Preferred, RSA Backup"]
Kind = Literal["LSC", "MIC"]
Store = Literal["CallManager-trust", "CAPF-trust"]
Service = Literal["Cisco CallManager", "Cisco Certificate Authority Proxy Function", "Cisco Tftp"]
TlsVersionName = Literal["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    pass


class ClusterPart(_Part, frozen=True, kw_only=True):
    """One cluster."""

    mode: Literal["mixed", "non-secure"] = "mixed"
    """Cluster security mode."""
    minimum_tls: TlsVersionName = "TLSv1"


class PhonePart(_Part, frozen=True, kw_only=True):
    """One phone."""

    model: str
    cluster: str
    """The cluster whose TFTP it asks, and which has it in its database."""
    profile: SecurityMode = "Non Secure"
    """Device Security Mode of its profile in every cluster that knows it."""
    device: str = ""
    """SEP and twelve hex digits; made up in order where it is empty."""
    lsc: str = ""
    """The cluster whose CAPF signed the LSC that it holds; empty for none."""
    mic: bool = True
    mic_authority: str = ""
    """CN; empty for what the model has."""
    tls: Literal["", "1.3"] = ""
    """`1.3` gives it this lab's TLS 1.3 profile."""
    trusts: str = ""
    """The cluster whose servers its trust list holds; its own where empty."""


# Steps that do something. `do` in the file names the kind.


class _Do(_Part, frozen=True, kw_only=True, tag_field="do"):
    say: str = ""


class Boot(_Do, frozen=True, kw_only=True, tag="boot"):
    """Plug phones in, or pull the plug and plug them in again."""

    phones: tuple[str, ...] = ()
    """All of them where empty."""


class PowerOff(_Do, frozen=True, kw_only=True, tag="power-off"):
    phones: tuple[str, ...] = ()


class SetProfile(_Do, frozen=True, kw_only=True, tag="set-profile"):
    """Assign another phone security profile and save."""

    phone: str
    profile: SecurityMode


class CertificateOperation(_Do, frozen=True, kw_only=True, tag="certificate-operation"):
    """Fill in the CAPF section of the phone's page and save."""

    phone: str
    operation: Operation
    mode: AuthenticationMode = "By Null String"
    string: str = ""
    key_order: KeyOrder = "RSA Only"
    rsa_key_size: Literal[512, 1024, 2048, 3072, 4096] = 2048
    ec_key_size: Literal[256, 384, 521] = 384


class Reset(_Do, frozen=True, kw_only=True, tag="reset"):
    """Reset, restart or apply config from the cluster; only a registered phone hears it."""

    phones: tuple[str, ...] = ()
    kind: Literal["reset", "restart", "apply-config"] = "reset"


class DeleteLscOnPhone(_Do, frozen=True, kw_only=True, tag="delete-lsc-on-phone"):
    """In the phone's own admin settings."""

    phone: str


class TypeString(_Do, frozen=True, kw_only=True, tag="type-authentication-string"):
    phone: str
    string: str


class Move(_Do, frozen=True, kw_only=True, tag="move"):
    """Give the phone another cluster's TFTP and trust list, and a row in that cluster's database."""

    phone: str
    cluster: str
    profile: SecurityMode | None = None


class UploadCertificate(_Do, frozen=True, kw_only=True, tag="upload-certificate"):
    cluster: str
    store: Store
    certificate: str
    """`CAPF of CLUSTER`, or the CN of a manufacturing authority."""


class DeleteCertificate(_Do, frozen=True, kw_only=True, tag="delete-certificate"):
    cluster: str
    store: Store
    certificate: str


class RestartService(_Do, frozen=True, kw_only=True, tag="restart-service"):
    cluster: str
    service: Service


class Wait(_Do, frozen=True, kw_only=True, tag="wait"):
    """Let lab time pass: `seconds` with all timers running, `days` in one leap."""

    seconds: float = 0.0
    days: int = 0


# Steps that check something. `expect` in the file names the kind.


class _Expect(_Part, frozen=True, kw_only=True, tag_field="expect"):
    say: str = ""
    within: float = 60.0
    """Lab seconds to wait for it."""


class Registered(_Expect, frozen=True, kw_only=True, tag="registered"):
    """The phone is registered, over TLS where a certificate is named."""

    phone: str
    cluster: str = ""
    certificate: Literal["LSC", "MIC", "none"]
    issuer: str = ""
    """`CAPF of CLUSTER`, or a CN."""
    tls: TlsVersionName | None = None
    cipher: str | None = None


class Refused(_Expect, frozen=True, kw_only=True, tag="refused"):
    """CallManager's TLS refused the phone's certificate, and the phone is not registered."""

    phone: str
    certificate: Kind
    issuer: str
    verify_code: int
    """X509_V_ERR as CallManager's OpenSSL gave it; -1 for none."""
    depth: int = 0
    alert: str
    """As the phone read it, in OpenSSL's spelling: `unknown CA`."""


class Rejected(_Expect, frozen=True, kw_only=True, tag="rejected"):
    """CallManager answered RegisterReject."""

    phone: str
    cause: str
    """CcmDevRegFailCauseCode by name: `securityMismatch`."""


class OperationStatus(_Expect, frozen=True, kw_only=True, tag="certificate-operation-status"):
    phone: str
    status: str
    cluster: str = ""
    verify_code: int | None = None
    """Of the certificate that the phone showed CAPF; left out where none was judged."""


class HoldsLsc(_Expect, frozen=True, kw_only=True, tag="lsc"):
    """What is in the phone's flash."""

    phone: str
    issuer: str
    """`CAPF of CLUSTER`, or `none`."""


class ConsoleLine(_Expect, frozen=True, kw_only=True, tag="console"):
    """The phone's console has printed a line with this text, since the last thing done."""

    phone: str
    contains: str


Do = (
    Boot
    | PowerOff
    | SetProfile
    | CertificateOperation
    | Reset
    | DeleteLscOnPhone
    | TypeString
    | Move
    | UploadCertificate
    | DeleteCertificate
    | RestartService
    | Wait
)
Expect = Registered | Refused | Rejected | OperationStatus | HoldsLsc | ConsoleLine
Step = Do | Expect


class Head(_Part, frozen=True, kw_only=True):
    """What a file says before its clusters."""

    title: str
    lesson: str = ""
    faq: tuple[int, ...] = ()
    """Questions of the FAQ that it answers."""
    starts: datetime = datetime(2026, 11, 23, 8, tzinfo=UTC)
    """Lab time at the first step."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story."""

    name: str
    head: Head
    clusters: dict[str, ClusterPart]
    phones: dict[str, PhonePart]
    steps: tuple[Step, ...]

    @property
    def title(self) -> str:
        return self.head.title

    @property
    def starts(self) -> datetime:
        return self.head.starts
