"""One failed attempt, or one phone that waits: who refused whom and why, what the service goes by, and what was done before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cisco_data import DEFAULT_RELEASE, ServiceKind
from lab.base.texts import Part, Text
from lab.case.history import CaseAct, Ref
from lab.case.names import Name


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate as the end that judged it saw it."""

    subject: Name
    issuer: Name
    serial: str = ""
    """Lower-case hex; empty where it is not known."""


@dataclass(frozen=True, slots=True)
class Held:
    """One of a phone's own certificates."""

    kind: str
    """`LSC` or `MIC`."""
    issuer: Name
    serial: str = ""
    not_after: datetime | None = None
    """None where it is not known."""
    signer: str = ""
    """Serial number of its issuer's certificate whose key signed it, lower-case hex; empty where it is not known."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """One certificate in a trust store or a trust list."""

    name: Name
    serial: str = ""
    """Empty where only the name is known."""
    issuer: Name | None = None
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What a service goes by, or would go by if it started now."""

    trusted: tuple[Trusted, ...] = ()
    own: Trusted | None = None
    """The certificate that it presents; None where it is not known."""
    minimum: str = ""
    """Oldest TLS version, `TLSv1.2`; empty where it is not known."""

    def names(self, name: Name) -> bool:
        """Whether a certificate of that name is trusted."""
        return any(one.name == name for one in self.trusted)

    def serial_of(self, name: Name) -> str:
        """Of the trusted certificate of that name; empty where it is not known."""
        return next((one.serial for one in self.trusted if one.name == name), "")


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """One service at the moment of the attempt."""

    kind: ServiceKind
    cluster: str = ""
    """Empty for an authentication server or a VPN gateway."""
    server: str = ""
    """Name of an authentication server or a VPN gateway; empty for a cluster's own service."""
    in_use: Basis | None = None
    """None where it is not known what it read at its start."""
    configured: Basis | None = None
    """None where it is not known."""
    started: Ref | None = None
    """Its last start."""


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """The phone at the moment of the attempt."""

    device: str
    cluster: str = ""
    """Whose TFTP it asks; empty where it is not known."""
    lsc: Held | None = None
    mic: Held | None = None
    shows: Held | None = None
    """What it presented; None for nothing."""
    mode: str = ""
    """Device Security Mode that it goes by: `Non Secure`, `Authenticated`, `Encrypted`; empty where it is not known."""
    offered: str = ""
    """Newest TLS version in this attempt."""
    newest: str = ""
    """Newest TLS version that the model has at all; empty where it is not known."""
    trust_list: tuple[Trusted, ...] | None = None
    """Servers that it trusts; None where it is not known, or where it has no list and accepts any server."""


@dataclass(frozen=True, slots=True)
class RefusedByTls:
    """TLS did not come up, or ended before anything was said."""

    alert: int = -1
    direction: str = ""
    """As the phone sees it. `read`: the service refused the phone; `write`: the phone refused the service."""
    verify_code: int = -1
    """X509_V_ERR of the end that refused; -1 for none."""
    depth: int = -1
    fault: Shown | None = None
    """The certificate at that depth."""
    refusal: str = ""
    """Where the phone refused the service by its lists and by what TVS said: why, as of `RefusedByTrust`."""


class Subject(StrEnum):
    """What a phone decides on by its lists and TVS, beside CallManager and CAPF."""

    CTL = "CTL"
    ITL = "ITL"
    CONFIGURATION = "configuration"
    HTTPS = "HTTPS service"


@dataclass(frozen=True, slots=True)
class Vouched:
    """The certificate that a phone looks for in its lists: who signed a list or a file, or what a server showed."""

    name: str
    """Its CN, or its whole subject as the phone names it."""
    serial: str
    """Lower-case hex; empty where the phone could not read it."""
    cluster: str = ""
    """Whose it is or was; empty where that is not known."""
    unit: str = ""
    """`ITLRecovery`, `CallManager`, `tomcat`; empty likewise."""


@dataclass(frozen=True, slots=True)
class AskedTvs:
    """One TVS that the phone asked."""

    cluster: str
    """Empty where the record does not tell."""
    node: str = ""
    """Empty in a cluster of one."""
    failure: str = ""
    """`unreachable`, `TLS refused` and so on; empty where it answered."""


@dataclass(frozen=True, slots=True)
class RefusedByTrust:
    """A phone does not take a list, a signed file, or a service, by what its lists hold and by what TVS said."""

    subject: Subject
    refusal: str
    """Name of the phone's reason: `TVS_UNREACHABLE`, `SIGNATURE_WRONG`."""
    file: str = ""
    """The file, or for a service its address and port."""
    vouched: Vouched | None = None
    lists_of: str = ""
    """The cluster whose lists the phone holds; empty where that is not known."""
    asked: tuple[AskedTvs, ...] = ()
    kept: bool | None = None
    """Whether it goes on with the configuration in flash; None where it did not have to."""
    assumed: tuple[Text, ...] = ()
    """What no document says of the release, and the case rests on."""


@dataclass(frozen=True, slots=True)
class RejectedByService:
    """TLS was up, and the service did not take the phone."""

    cause: str
    """CallManager's cause, ISE's failure name, the gateway's reason."""
    code: int = 0
    expected: str = ""
    received: str = ""
    tls_version: str = ""
    """Empty where TLS never began."""


@dataclass(frozen=True, slots=True)
class FailedOperation:
    """CAPF ended a certificate operation without success."""

    operation: str
    status: str
    reason: str
    """`proof-of-possession`, or what else CAPF noted; empty where it noted nothing."""
    mode: str = ""
    """Authentication mode, where it is known."""
    fault: str = ""
    """In the words of CAPF."""
    verify_code: int = 0
    """X509_V_ERR, 0 where no path validation failed."""
    depth: int = 0
    shown: Shown | None = None
    """The certificate at fault."""
    details: dict[str, Part] = field(default_factory=dict)


class NotedKind(StrEnum):
    """Failures that no certificate decides."""

    NO_FILE = "no configuration file"
    UNREACHABLE = "no answer"
    LOST = "registration lost"
    DEADLOCK = "waits for a string that it cannot take"
    WAITING = "waits"
    PORT_CLOSED = "port closed"
    PORT_WAITS = "port waits"
    VPN_FAILED = "no tunnel"
    VPN_LOST = "tunnel lost"
    VPN_NOT_ATTEMPTED = "tunnel not attempted"
    LAB_FAULT = "fault of the lab"
    """A fault of the lab's own code ended the conversation (`wire.faults`)."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Such a failure with what was noted of it."""

    kind: NotedKind
    reason: str = ""
    """What decides between the rules of this kind."""
    details: dict[str, Part] = field(default_factory=dict)
    told: tuple[Text, ...] = ()
    """Sentences about what led to it, the same whatever the cause."""


Problem = RefusedByTls | RefusedByTrust | RejectedByService | FailedOperation | Noted


@dataclass(frozen=True, slots=True)
class Case:
    """All that a rule may look at."""

    phone: PhoneFacts
    service: ServiceFacts
    problem: Problem
    shown: Ref
    """What shows the failure."""
    at: datetime
    """When, in the lab's time."""
    history: tuple[CaseAct, ...] = ()
    """Before the attempt, oldest first, of every cluster and server."""
    others: tuple[ServiceFacts, ...] = ()
    """The other services that judge certificates, as they are at that moment."""
    capfs: tuple[tuple[str, Trusted], ...] = ()
    """CAPF's own certificates by cluster, those of former times too."""
    authorities: tuple[Trusted, ...] = ()
    """Certificates of authorities that are known, in a store or not, with who signed them."""
    outages: tuple[CaseAct, ...] = ()
    """Stops and starts of the services that the attempt needed, close to its moment."""
    evidence: tuple[tuple[Ref, Text], ...] = ()
    """What the attempt itself left behind, the latest first."""
    mixed: bool = True
    """Whether the phone's cluster is in mixed mode, so that phones go by its CTL file."""
    what: Text | None = None
    """What happened, in one sentence, where that says more than the rest of the case."""
    online_ca: frozenset[str] = frozenset()
    """Clusters in which an online CA and not CAPF signs LSCs, as far as that is known."""
    release: str = DEFAULT_RELEASE
    """Of the phone's cluster; the default where it is not told."""
    where: str = ""
    """Name of the connection, where there was one."""
    still: bool = False
    """Whether it is so still when the record ends."""

    @property
    def device(self) -> str:
        return self.phone.device
