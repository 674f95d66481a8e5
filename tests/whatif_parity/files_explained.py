"""Every list and configuration file that a phone of a story refuses, explained twice: from the journal, and by what-if.

What-if is asked at the moment before the phone asks for its files: about the lab as it is then, with what the operations did, and
where the operations alone lead there, about what they lead to.
"""

from __future__ import annotations

from collections import Counter
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
from phone_sim.boot import BootState
from phone_sim.events import StateChanged
from phone_sim.trust.tvs_answer import TrustRefusal
from phone_sim.tvs_events import TvsCacheUsed
from pki import names_of
from tests.whatif_parity.conftest import ring_apart
from tests.whatif_parity.operations import OperationsDone
from tests.whatif_parity.stories import Download, Watched, watched

TAKEN = "taken"
_FILES = (Subject.CTL, Subject.ITL, Subject.CONFIGURATION)


class Problem(NamedTuple):
    """What a phone does not take."""

    subject: str
    refusal: str
    file: str
    signer: tuple[str, str]
    """Cluster and unit."""
    lists_of: str
    asked: tuple[tuple[str, str, str], ...]
    kept: bool | None
    assumed: bool


class Said(NamedTuple):
    """The problem, and why it is so."""

    problem: Problem
    rule: str
    told: int
    """How many sentences."""
    cures: tuple[str, ...]


@dataclass
class Compared:
    """Of one story."""

    alike: Counter[str] = field(default_factory=Counter)
    """Refusals that the cast and the operations alone explain as the played story does, by rule."""
    foreseen: int = 0
    """Refusals that the lab as it was foretells."""
    unlike: list[str] = field(default_factory=list)
    not_told: Counter[str] = field(default_factory=Counter)
    """Why no operation leads there, by the refusals for which that is so."""


def compare(watched: Watched) -> Compared:
    keys = ring_apart()
    operations = OperationsDone(watched.scenario, watched.cast, watched.events, CredentialFactory(watched.cast, keys))
    judge = Judge(CredentialFactory(watched.cast, keys))
    cases, found = cases_of(watched.events), Compared()
    for download in watched.downloads:
        done = operations.fleet_at(download.began.seq)
        played, cached = _first_refusal(download, watched.events, cases)
        if cached:
            found.not_told["tvs-cache"] += 1
        elif played is not None:
            # while an operation is under way, what it leads to is not there yet
            told = None if operations.under_way(download.began.seq) else done
            _compare(judge, download, told, played, found)
    return found


def _compare(judge: Judge, download: Download, done: Fleet | None, played: Case, found: Compared) -> None:
    assert isinstance(played.problem, RefusedByTrust)
    if played.problem.refusal == TrustRefusal.NOT_DECRYPTED.name:
        found.not_told["encrypted-config"] += 1
        return
    where = f"{download.story}: {download.began.actor}, event {download.began.seq}"
    in_lab = _foretold(judge, download.fleet, download.began.actor)
    one, other = _problem(played), _problem(in_lab) if isinstance(in_lab, Case) else in_lab
    if isinstance(other, Problem):  # whose certificates that are no more were, only what was done tells
        signer = other.signer if any(other.signer) else one.signer
        other = other._replace(lists_of=other.lists_of or one.lists_of, signer=signer)
    if one == other:
        found.foreseen += 1
    else:
        found.unlike.append(f"{where}:\n  played  {one}\n  the lab {other}")
    if done is None:
        found.not_told["under-way"] += 1
        return
    told = _foretold(judge, replace(done, at=download.fleet.at), download.began.actor)
    if isinstance(told, str) and told != TAKEN:
        found.not_told[told] += 1
        return
    why, by_steps = _said(played, download.fleet), _said(told, done) if isinstance(told, Case) else told
    if why == by_steps:
        found.alike[why.rule] += 1
    else:
        found.unlike.append(f"{where}:\n  played  {why}\n  what-if {by_steps}")


def _foretold(judge: Judge, fleet: Fleet, device: str) -> Case | str:
    """Why there is no refusal, or why nothing can be told."""
    phone = next(phone for phone in fleet.phones if phone.device_name == device)
    server = tftp_server(phone.cluster)
    unjudged = fleet.unjudged_at(phone, server) if fleet.unjudged else None
    if unjudged is not None:
        return str(unjudged.reason)
    judge.factory.learn(fleet)
    try:
        booted = judge.factory.trust.boot(fleet, phone)
    except NotTold as why:
        return why.key
    assert booted is not None, "a lab knows the lists of its phones"
    return files_case(judge.factory.rekeyed, fleet, phone, server, booted) or TAKEN


def _first_refusal(download: Download, events: list[Event], cases: list[Case]) -> tuple[Case | None, bool]:
    """Of a list or a file in this round of the phone's boot; and whether an answer that TVS gave before decided on another."""
    device, began = download.began.actor, download.began.seq
    end = next((event.seq for event in events if event.seq > began and _downloads(event, device)), 1 << 60)
    for case in cases:
        problem = case.problem
        if case.device != device or not isinstance(problem, RefusedByTrust) or problem.subject not in _FILES:
            continue
        if problem.refusal and began < case.shown.number < end:
            used = [each for each in events if isinstance(each, TvsCacheUsed) and each.actor == device]
            cached = any(began < each.seq < end for each in used)
            return case, cached
    return None, False


def _downloads(event: Event, device: str) -> bool:
    return isinstance(event, StateChanged) and event.actor == device and event.next_state == BootState.DOWNLOADING.value


def _problem(case: Case) -> Problem:
    problem = case.problem
    assert isinstance(problem, RefusedByTrust)
    vouched = problem.vouched
    return Problem(
        problem.subject.value,
        problem.refusal,
        problem.file,
        (vouched.cluster, str(vouched.unit)) if vouched is not None else ("", ""),
        problem.lists_of,
        tuple((tvs.cluster, tvs.node, tvs.failure) for tvs in problem.asked),
        problem.kept,
        bool(problem.assumed),
    )


def _said(case: Case, fleet: Fleet) -> Said:
    """Each world makes names of its own for what it regenerates: they stand for the cluster's CAPF."""
    one = explained(case)
    cures = tuple(str(cure) for cure in one.cures)
    for cluster, certificate in fleet.capf.items():
        cures = tuple(cure.replace(names_of(certificate).subject.cn, f"CAPF of {cluster}") for cure in cures)
    return Said(_problem(case), one.rule, one.why.count("."), cures)


@cache
def files_explained_twice(name: str) -> Compared:
    """A story of the gallery, once in a process."""
    return compare(watched(name))
