"""What what-if answers: for each class of phones and each service what was and what will be, the plan, and the better plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from cisco_data import ServiceKind
from lab.explain import Explanation
from lab.fleet.findings import InputFinding


class Verdict(StrEnum):
    """Of one phone at one service."""

    WORKS = "still works"
    ONLY_BY_MIC = "works, but only through its MIC"
    MENDED = "works now"
    BREAKS = "breaks"
    WAS_BROKEN = "was already broken"
    UNKNOWN = "cannot tell"


WORST_FIRST = (
    Verdict.BREAKS,
    Verdict.UNKNOWN,
    Verdict.WAS_BROKEN,
    Verdict.ONLY_BY_MIC,
    Verdict.MENDED,
    Verdict.WORKS,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt of one phone at one service, with one certificate. Codes only."""

    accepted: bool
    kind: str = ""
    """`LSC`, `MIC`, or empty for no certificate."""
    reason: str = ""
    """Empty where accepted, else: `HandshakeFailed.reason`, `TlsClosed.reason`, `rejected` (after TLS), `host ID`, `stopped`,
    `server not trusted` (by the phone, which closes after TLS without an alert), `other address` (than the phone's configuration
    names), `files refused` (of Cisco Tftp)."""
    verify_code: int = -1
    """X509_V_ERR; -1 where no certificate was at fault."""
    depth: int = -1
    alert: int = -1
    """The TLS alert that crossed the wire."""
    alert_direction: str = ""
    """As the phone sees it. `read`: the service refused the phone; `write`: the phone refused the service."""
    cause: str = ""
    """After TLS: a name of CcmDevRegFailCauseCode, what follows `Failed: ` in CAPF's status, or ISE's failure name."""
    tls_version: str = ""
    cipher: str = ""


@dataclass(frozen=True, slots=True)
class ServerTrust:
    """The other direction: whether the phone accepts the server, or the files that the server gives out."""

    accepted: bool | None
    """None where that cannot be told."""
    how: str = ""
    """Of a server a value of `phone_sim.trust.servers.ServerVerdict`, of files one of `phone_sim.trust.signed.Taking`."""
    refusal: str = ""
    """Where refused, a value of `phone_sim.trust.tvs_answer.TrustRefusal`."""
    file: str = ""
    """Of Cisco Tftp only: `CTL`, `ITL` or `configuration`, the file that was refused."""
    certificate: str = ""
    """CN of the certificate that decided: the one that the server shows, or that of the file's signer; empty where not known."""
    why_not: str = ""
    """Why it cannot be told: a sentence without its end."""


ELSEWHERE = "other address"
"""`Outcome.reason` where the configuration that the phone goes by names a former address of the server."""
SERVER_NOT_TRUSTED = "server not trusted"
"""`Outcome.reason` where TVS did not know the server: TLS was up, and the phone closed it without an alert."""


def ended_by_phone(outcome: Outcome | None, trust: ServerTrust | None) -> bool:
    """Whether the phone refused the server and ended the attempt by that: the outcome then does not tell what the server says."""
    if outcome is None or outcome.accepted or trust is None or trust.accepted is not False:
        return False
    return bool(trust.file) or outcome.alert_direction == "write" or outcome.reason == SERVER_NOT_TRUSTED


@dataclass(frozen=True, slots=True)
class ServiceAccess:
    """One phone at one service at one moment: what it does, and what each of its certificates alone would do."""

    outcome: Outcome | None
    """None where nothing can be told."""
    lsc: Outcome | None = None
    """None where it holds none."""
    mic: Outcome | None = None
    why_not: str = ""
    """Why nothing can be told."""
    server: ServerTrust | None = None
    """The other direction; None where no trust list decides it, as at 802.1X and VPN."""

    @property
    def accepted(self) -> bool:
        """Whether each end accepts the other; false also where that cannot be told."""
        if self.outcome is None or not self.outcome.accepted:
            return False
        return self.server is None or self.server.accepted is True

    @property
    def server_accepts_phone(self) -> bool | None:
        """None where that cannot be told, and where the phone refused the server first."""
        return None if self.outcome is None or ended_by_phone(self.outcome, self.server) else self.outcome.accepted

    @property
    def phone_accepts_server(self) -> bool | None:
        """None where that cannot be told, and where no trust list decides."""
        return self.server.accepted if self.server is not None else None

    @property
    def not_told(self) -> str:
        """Why one of the two directions cannot be told; empty where both can, or one of them is refused anyway."""
        return self.why_not or (self.server.why_not if self.server is not None else "")


@dataclass(frozen=True, slots=True)
class Line:
    """A class of phones at one service."""

    service: ServiceKind
    server_before: str
    """Empty where it did not use the service before (a phone that moves)."""
    server_after: str
    """The one that the phone reaches; where it has several of this kind and none accepts it, the one whose answer counts."""
    verdict: Verdict
    before: ServiceAccess
    after: ServiceAccess
    console: tuple[str, ...] = ()
    """What the first phone of the class will print at that attempt, where it breaks; empty else."""
    why: str = ""
    """One sentence, in the language that was asked for; empty where it works as before."""
    explanation: Explanation | None = None
    """Of the rules of `explain`, where they have the events for it."""
    refused: tuple[str, ...] = ()
    """Names of the phone's other servers of this kind that refuse it after the change, where this one accepts it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Phones that are judged alike."""

    devices: tuple[str, ...]
    """In order of their names, at least one."""
    model: str
    cluster_before: str
    cluster_after: str
    lsc: str
    """Its issuer's CN; empty for none."""
    mic: str
    lines: tuple[Line, ...]
    rekeyed: bool = False
    """Whether a re-keyed certificate stands in for one of its certificates."""
    uses_tls: bool = True
    """False for Non Secure phones in a cluster: CallManager never sees their certificate."""

    @property
    def verdict(self) -> Verdict:
        """The worst of its lines."""
        return min((line.verdict for line in self.lines), key=WORST_FIRST.index, default=Verdict.WORKS)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where something that a verdict rests on was read."""

    what: str
    """`LSC`, `phone`, `CAPF-1a in CallManager-trust of hq`."""
    where: str
    """A file, a row of a file, or what made it."""
    detail: str = ""
    """Issuer, serial number, dates: as they were read."""


@dataclass(frozen=True, slots=True)
class StoreSeen:
    """A service that judges the phone, with what it goes by."""

    service: ServiceKind
    server: str
    store: str
    settings: str
    """Minimum TLS version, revocation lists, names: one clause each."""
    holds: tuple[Provenance, ...]
    """Of its certificates those in the phone's chains; empty where its store has none of them."""
    count: int
    """Certificates in the store."""


@dataclass(frozen=True, slots=True)
class ListSeen:
    """A CTL or ITL file in the phone's flash, by which it judges servers and files."""

    kind: str
    """`CTL` or `ITL`."""
    where: str
    """The file that it was read from, or what made it."""
    signer: str
    """CN."""
    records: int
    """How many certificates it lists."""
    tvs: tuple[str, ...]
    """CN of each TVS certificate in it."""


@dataclass(frozen=True, slots=True)
class Behind:
    """All that the verdicts on one phone rest on."""

    device: str
    sources: tuple[Provenance, ...]
    stores: tuple[StoreSeen, ...]
    assumptions: tuple[str, ...]
    """Sentences that begin with `Assumed:`."""
    findings: tuple[InputFinding, ...] = ()
    """About the inputs that these are."""
    lines: tuple[Line, ...] = ()
    """The verdicts."""
    lists: tuple[ListSeen, ...] = ()
    """What the phone held before the change; none where it held none, and where that is not known (`assumptions` say so then)."""


class Lost(NamedTuple):
    """Phones at one service."""

    service: ServiceKind
    server: str
    devices: tuple[str, ...]
    """In order, at least one."""


class Use(NamedTuple):
    """One phone at one service."""

    device: str
    service: ServiceKind


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a plan, and how things stand after it."""

    text: str
    """One sentence in the imperative: `Restart Cisco CallManager of hq.`"""
    down: tuple[Lost, ...] = ()
    """Phones that a service refuses after it and did not refuse before the plan began, by service."""
    unknown: tuple[Lost, ...] = ()
    """Phones of which it cannot be told after it whether the service accepts them."""
    wait_for: str = ""
    """What must have happened before the next step: `until all phones have taken the new ITL file`; empty for nothing."""
    together: str = ""
    """What must not be done together with this step, one sentence; empty for nothing."""
    point_of_no_return: bool = False
    """Whether no later step of this plan, undone or added, brings back phones that have not taken what the wait is for."""

    @property
    def lost(self) -> frozenset[Use]:
        """`down`, each phone and service by itself."""
        return frozenset(Use(device, lost.service) for lost in self.down for device in lost.devices)

    @property
    def phones_down(self) -> int:
        """How many phones `down` names."""
        return len({device for lost in self.down for device in lost.devices})


class Incurable(NamedTuple):
    """A phone at a service that nothing which was tried keeps up."""

    device: str
    server: str
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """The best order of work that was found."""

    steps: tuple[PlannedStep, ...]
    """The first one is how things stand before anything is done."""
    incurable: tuple[Incurable, ...] = ()
    delete_by_hand: tuple[str, ...] = ()
    """Device names, in order: phones whose lists must be deleted on each of them after it, as `ImpactReport.delete_by_hand`."""

    @property
    def safe(self) -> bool:
        """Whether no phone is refused after any step by a service that did not refuse it before."""
        return not any(step.down for step in self.steps)

    @property
    def unknown(self) -> int:
        """Phones that could not be judged at every service after every step."""
        return len({device for step in self.steps for lost in step.unknown for device in lost.devices})


@dataclass(frozen=True, slots=True)
class ImpactReport:
    """All of it."""

    source: str
    changes: tuple[str, ...]
    """Each change in one sentence."""
    at_before: datetime
    at_after: datetime
    groups: tuple[Group, ...]
    findings: tuple[InputFinding, ...] = ()
    plan: tuple[PlannedStep, ...] = ()
    """As given, the first one being how things stood."""
    proposal: Proposal | None = None
    """None where nothing breaks."""
    unjudged: tuple[str, ...] = ()
    """What the change has effects on that the lab cannot judge, one sentence each."""
    explained: tuple[Behind, ...] = ()
    """Phones of which all is told that their verdicts rest on: those that were asked about in particular."""
    rekeyed: int = 0
    """Certificates for which re-keyed certificates stood in."""
    delete_by_hand: tuple[str, ...] = ()
    """Device names, in order: phones that refuse their lists after the change, until their lists are deleted on each of them."""
    conditions: tuple[str, ...] = ()
    """What was to be taken as so, one sentence each: which phones are off during the change."""
    described: int = 0
    """Certificates that were made from what an inventory says."""
    handshakes: int = 0
    every_phone: bool = False
    seconds: float = 0.0
    complete: bool = True
    """False where it was interrupted."""

    @property
    def breaks(self) -> bool:
        return any(group.verdict is Verdict.BREAKS for group in self.groups)

    @property
    def outage(self) -> int:
        """The most phones that are down after one step of the plan; a plan may end well and take phones down on its way."""
        return max((step.phones_down for step in self.plan), default=0)

    @property
    def harms(self) -> bool:
        """Whether a phone loses a service that it had, at the end or after any step of the plan."""
        return self.breaks or any(step.down for step in self.plan)

    @property
    def all_judged(self) -> bool:
        """Whether nothing was left out, and every phone could be judged at every service; false where there was no phone."""
        return bool(
            self.complete
            and self.groups
            and not self.unjudged
            and not any(finding.grave for finding in self.findings)
            and not self.phones_with(Verdict.UNKNOWN)
            and not any(step.unknown for step in self.plan)
        )

    @property
    def phones(self) -> int:
        return sum(len(group.devices) for group in self.groups)

    def counts(self) -> dict[Verdict, int]:
        """Phones by verdict, the worst of each; every verdict is there."""
        found = dict.fromkeys(Verdict, 0)
        for group in self.groups:
            found[group.verdict] += len(group.devices)
        return found

    def phones_with(self, verdict: Verdict) -> int:
        """Phones that have this verdict at one service at least."""
        return sum(len(group.devices) for group in self.groups if any(line.verdict is verdict for line in group.lines))

    def rows(self) -> Iterator[tuple[str, Group, Line]]:
        """Each phone at each service, in order of device names and services."""
        pairs = sorted((device, number) for number, group in enumerate(self.groups) for device in group.devices)
        for device, number in pairs:
            for line in self.groups[number].lines:
                yield device, self.groups[number], line
