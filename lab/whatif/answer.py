"""What what-if answers: for each class of phones and each service what was and what will be, the plan, and the better plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lab.explain import Explanation
from lab.fleet.findings import Finding
from lab.fleet.model import ServiceKind


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
    """Empty where accepted, else: `HandshakeFailed.reason`, `TlsClosed.reason`, `rejected` (after TLS), `host ID`, `stopped`."""
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
class Standing:
    """One phone at one service at one moment: what it does, and what each of its certificates alone would do."""

    outcome: Outcome | None
    """None where nothing can be told."""
    lsc: Outcome | None = None
    """None where it holds none."""
    mic: Outcome | None = None
    why_not: str = ""
    """Why nothing can be told."""


@dataclass(frozen=True, slots=True)
class Line:
    """A class of phones at one service."""

    service: ServiceKind
    server_before: str
    """Empty where it did not use the service before (a phone that moves)."""
    server_after: str
    verdict: Verdict
    before: Standing
    after: Standing
    console: tuple[str, ...] = ()
    """What the first phone of the class will print at that attempt, where it breaks; empty else."""
    why: str = ""
    """One sentence, in the language that was asked for; empty where it works as before."""
    explanation: Explanation | None = None
    """Of the rules of `explain`, where they have the events for it."""


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
    twin: bool = False
    """Whether a twin stands in for one of its certificates."""
    uses_tls: bool = True
    """False for Non Secure phones in a cluster: CallManager never sees their certificate."""

    @property
    def verdict(self) -> Verdict:
        """The worst of its lines."""
        return min((line.verdict for line in self.lines), key=WORST_FIRST.index, default=Verdict.WORKS)


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a plan, and how things stand after it."""

    text: str
    """One sentence in the imperative: `Restart Cisco CallManager of hq.`"""
    down: int
    """Phones that have no CallManager, no network or no VPN after it and had before the plan began."""
    down_devices: tuple[str, ...] = ()
    """Their names, where they are at most a hundred."""
    no_capf: int = 0
    """Phones that CAPF no longer knows by certificate after it, and did before."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The safe order of work."""

    steps: tuple[PlannedStep, ...]
    safe: bool
    """Whether no phone is down after any step."""
    incurable: tuple[tuple[str, str], ...] = ()
    """Device name and why, where nothing that was tried keeps the phone up."""


@dataclass(frozen=True, slots=True)
class Answer:
    """All of it."""

    source: str
    changes: tuple[str, ...]
    """Each change in one sentence."""
    at_before: datetime
    at_after: datetime
    groups: tuple[Group, ...]
    findings: tuple[Finding, ...] = ()
    plan: tuple[PlannedStep, ...] = ()
    """As given, the first one being how things stood."""
    proposal: Proposal | None = None
    """None where nothing breaks."""
    twins: int = 0
    """Certificates for which twins stood in."""
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
        return max((step.down for step in self.plan), default=0)

    @property
    def phones(self) -> int:
        return sum(len(group.devices) for group in self.groups)

    def counts(self) -> dict[Verdict, int]:
        """Phones by verdict, the worst of each; every verdict is there."""
        found = dict.fromkeys(Verdict, 0)
        for group in self.groups:
            found[group.verdict] += len(group.devices)
        return found

    def rows(self) -> Iterator[tuple[str, Group, Line]]:
        """Each phone at each service, in order of device names and services."""
        pairs = sorted((device, number) for number, group in enumerate(self.groups) for device in group.devices)
        for device, number in pairs:
            for line in self.groups[number].lines:
                yield device, self.groups[number], line
