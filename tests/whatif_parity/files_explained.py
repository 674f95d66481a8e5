"""Every list and configuration file that a phone of a story refuses, explained twice: from the journal, and by what-if.

What-if is asked at the moment before the phone asks for its files: about the lab as it is then, with what the operations did, and
where the operations alone lead there, about what they lead to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

from journal import Event
from lab.case import Case, RefusedByTrust, Subject
from lab.explain import explained
from lab.fleet.model import Fleet
from lab.views import cases_of
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.judge import Judge, tftp_server
from lab.whatif.outcome_case import files_case
from lab.whatif.trust.held import NotTold
from pki import common_name
from tests.whatif_parity.conftest import ring_apart
from tests.whatif_parity.operations import OperationsDone
from tests.whatif_parity.stories import Download, Watched, watched

_FILES = (Subject.CTL, Subject.ITL, Subject.CONFIGURATION)


class Said(NamedTuple):
    """What is compared."""

    rule: str
    subject: str
    refusal: str
    signer_unit: str
    asked: tuple[tuple[str, str, str], ...]
    kept: bool | None
    cures: tuple[str, ...]


@dataclass
class Compared:
    """Of one story."""

    alike: Counter[str] = field(default_factory=Counter)
    """By rule."""
    unlike: list[str] = field(default_factory=list)
    unforeseen: Counter[str] = field(default_factory=Counter)
    """Refusals that what-if does not foresee, by the rule of the played story."""
    by_operations: int = 0
    """Of `alike`, those that the cast and the operations alone foretell."""


def compare(watched: Watched) -> Compared:
    keys = ring_apart()
    operations = OperationsDone(watched.scenario, watched.cast, watched.events, CredentialFactory(watched.cast, keys))
    judge = Judge(CredentialFactory(watched.cast, keys))
    cases, found = cases_of(watched.events), Compared()
    for download in watched.downloads:
        done = operations.fleet_at(download.began.seq)
        acts = done.acts if done is not None else ()
        played = _first_refusal(download, watched.events, cases)
        if played is None:
            continue
        _compare(judge, replace(download.fleet, acts=acts), download, played, found)
        if done is not None and not done.unjudged:
            found.by_operations += _compare(judge, replace(done, at=download.fleet.at), download, played, found)
    return found


def _compare(judge: Judge, fleet: Fleet, download: Download, played: Case, found: Compared) -> bool:
    device = download.began.actor
    phone = next(phone for phone in fleet.phones if phone.device_name == device)
    judge.factory.learn(fleet)
    try:
        booted = judge.factory.trust.boot(fleet, phone)
    except NotTold:
        booted = None
    server = tftp_server(phone.cluster)
    case = files_case(judge.factory.rekeyed, fleet, phone, server, booted) if booted is not None else None
    if case is None:
        found.unforeseen[explained(played).rule] += 1
        return False
    one, other = _said(played, download.fleet), _said(case, fleet)
    if one == other:
        found.alike[one.rule] += 1
        return True
    found.unlike.append(f"{download.story}: {device}, event {download.began.seq}:\n  played  {one}\n  what-if {other}")
    return False


def _first_refusal(download: Download, events: list[Event], cases: list[Case]) -> Case | None:
    """Of a list or a file in this round of the phone's boot."""
    device, began = download.began.actor, download.began.seq
    later = (event.seq for event in _downloads(events, device) if event.seq > began)
    end = next(later, 1 << 60)
    for case in cases:
        problem = case.problem
        if case.device != device or not isinstance(problem, RefusedByTrust) or problem.subject not in _FILES:
            continue
        if problem.refusal and began < case.shown.number < end:
            return case
    return None


def _downloads(events: list[Event], device: str) -> Iterator[Event]:
    return (event for event in events if event.actor == device and getattr(event, "next_state", "") == "downloading")


def _said(case: Case, fleet: Fleet) -> Said:
    """Each world makes names of its own for what it regenerates: they stand for the cluster's CAPF."""
    problem, one = case.problem, explained(case)
    assert isinstance(problem, RefusedByTrust)
    cures = tuple(str(cure) for cure in one.cures)
    for cluster, certificate in fleet.capf.items():
        cures = tuple(cure.replace(common_name(certificate.subject), f"CAPF of {cluster}") for cure in cures)
    asked = tuple((tvs.cluster, tvs.node, tvs.failure) for tvs in problem.asked)
    unit = problem.vouched.unit if problem.vouched is not None else ""
    return Said(one.rule, problem.subject, problem.refusal, unit, asked, problem.kept, cures)


@cache
def files_explained_twice(name: str) -> Compared:
    """A story of the gallery, once in a process."""
    return compare(watched(name))
