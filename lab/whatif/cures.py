"""What may keep up the phones that a plan would take down: a list of steps to do besides, each kind tried on each phone.

Tried are a new LSC, a new CAPF certificate with new LSCs (where the plan takes away the one that CAPF has), the missing authority
uploaded, the LSC deleted, another precedence at CAPF. Each is tried for each phone and each service that the
phone has lost, on top of what was found for it so far: a cure counts when real handshakes say that a service which was lost accepts
the phone again, and that none is lost which was not. What nothing cures hides no cure of another service. The cures of all
phones together are one candidate, which `order` tries as a whole.

Before that comes what lets phones accept servers and files that they refuse (`trust_cures`), the one that leaves the fewest lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from cisco_data import CertificateKind, ServiceKind, ServiceName
from lab.fleet.model import Fleet, FleetPhone, FleetServer, Known
from lab.operations import steps as st
from lab.operations.effects import apply_all, touched
from lab.operations.effects_services import mode_ordered
from lab.whatif.impact_report import Use
from lab.whatif.trust_cures import before_a_move, resets
from lab.whatif.work import Work
from pki import Certificate

PREFERENCES = (
    ("lsc", "regenerate", "upload", "mic", "precedence"),
    ("upload", "lsc", "regenerate", "mic", "precedence"),
    ("mic", "lsc", "regenerate", "upload", "precedence"),
)
"""In which order cures are tried for a phone. New LSCs are what Cisco asks for; the others are what is left."""
Steps = tuple[st.Step, ...]


def cures(work: Work, steps: Sequence[st.Step]) -> Iterator[Steps]:
    """For each preference the steps that, done besides, keep up whom they can; the same steps only once.

    The first ones are none at all: another order alone may do.
    """
    end = work.after(steps)
    lists, end = _best_of_trust(work, end, steps)
    lost = {use.device for use in work.lost(end)}
    needy = [phone for phone in end.phones if phone.device_name in lost]
    seen: set[Steps] = {(), lists}
    yield ()
    if lists:
        yield lists
    for preference in PREFERENCES:
        found = (*lists, *_for_all(work, end, needy, preference, steps))
        if found not in seen:
            seen.add(found)
            yield found


def _best_of_trust(work: Work, end: Fleet, steps: Sequence[st.Step]) -> tuple[Steps, Fleet]:
    """What is done about trust in servers and files, and the fleet after the plan with it: what leaves the fewest phones lost."""

    def left(fleet: Fleet) -> int:
        return work.weigh(work.lost(fleet)) + work.weigh(work.untold(fleet))

    best: tuple[int, Steps, Fleet] = left(end), (), end
    for before, more in _of_trust(work, end, steps):
        fleet = work.after([*before, *steps, *more])
        if (found := left(fleet)) < best[0]:
            best = found, (*before, *more), fleet
    return best[1:]


def _of_trust(work: Work, end: Fleet, steps: Sequence[st.Step]) -> Iterator[tuple[Steps, Steps]]:
    """Each with what comes before the plan, and after it."""
    clusters = _distrusted(work, end)
    if not clusters:
        return
    yield (), tuple(step for cluster in clusters for step in new_lists(work, end, cluster))
    yield from ((before, ()) for before in before_a_move(work, steps))
    for cluster in clusters:
        yield from (((), more) for more in resets(work, cluster))


def _distrusted(work: Work, end: Fleet) -> tuple[str, ...]:
    """Clusters whose phones refuse a server of theirs, or its files, and did not before."""
    distrusted = work.judge.refusals(end, offline=True).distrusted
    clusters = dict[str, None]()
    for phone in end.phones:
        for server, *_ in work.judge.reach(end, phone):
            use = Use(phone.device_name, server.kind)
            if server.cluster and use in distrusted and not work.was_refused(use):
                clusters[server.cluster] = None
    return tuple(clusters)


def new_lists(work: Work, fleet: Fleet, cluster: str) -> Iterator[st.Step]:
    """Everything by which the phones of a cluster come to trust its servers of now."""
    yield st.ControlServiceStep(cluster, ServiceName.TVS, "restart")
    if mode_ordered(fleet, cluster):
        yield st.UpdateTrustListsStep(cluster)
    yield st.ControlServiceStep(cluster, ServiceName.TFTP, "restart")
    everyone = {phone.device_name: phone for phone in (*work.fleet.phones, *fleet.phones)}
    phones = frozenset(name for name, phone in everyone.items() if phone.cluster == cluster and not phone.offline)
    if phones:
        yield st.ReadFileStep(phones, "reset")


def _for_all(
    work: Work, end: Fleet, needy: Sequence[FleetPhone], preference: Sequence[str], steps: Sequence[st.Step]
) -> Iterator[st.Step]:
    """The first cures of the preference that help each phone; what several phones share, and what the plan does, once."""
    phones: dict[str, set[str]] = {"lsc": set(), "mic": set(), "precedence": set()}
    shared = dict[st.Step, None]()
    for phone in needy:
        for kind, tried in _for_one(work, replace(end, phones=(phone,)), preference, steps):
            phones.get("lsc" if kind == "regenerate" else kind, set()).add(phone.device_name)
            shared |= dict.fromkeys(step for step in tried if isinstance(step, _SHARED))
    yield from shared
    planned = {name for step in steps if isinstance(step, st.InstallLscStep) for name in step.phones}
    if alone := phones["lsc"] - planned:
        yield st.InstallLscStep(frozenset(alone))
    if phones["mic"]:
        yield st.DeleteLscStep(frozenset(phones["mic"]))
    if phones["precedence"]:
        yield st.SetPrecedenceStep(frozenset(phones["precedence"]), CertificateKind.MIC)


def _for_one(
    work: Work, alone: Fleet, preference: Sequence[str], steps: Sequence[st.Step]
) -> Iterator[tuple[str, Steps]]:
    """Cures for the only phone of this fleet, each on top of the former ones, until nothing is lost or nothing more helps."""
    lost = work.lost(alone).keys()
    for kind in preference:
        if not lost:
            return
        tried = tuple(_cure(work, alone, alone.phones[0], kind, steps))
        if not tried:
            continue
        cured = apply_all(alone, tried, work.judge.factory)
        left = work.lost(cured).keys()
        if left < lost:
            tried = _without_idle_uploads(work, alone, tried, left)
            alone, lost = apply_all(alone, tried, work.judge.factory), left
            yield kind, tried


def _without_idle_uploads(work: Work, alone: Fleet, tried: Steps, left: Collection[Use]) -> Steps:
    """The cure without what it uploads to services that refuse the phone all the same: nothing is restarted there for it."""
    uploads = (step.server for step in tried if isinstance(step, st.AddCertificateStep | st.AddCapfCertificateStep))
    for server in dict.fromkeys(uploads):
        fewer = tuple(step for step in tried if getattr(step, "server", "") != server)
        if work.lost(apply_all(alone, fewer, work.judge.factory)).keys() == left:
            tried = fewer
    return tried


_SHARED = (
    st.RegenerateCapfStep
    | st.AddCertificateStep
    | st.AddCapfCertificateStep
    | st.UpdateTrustListsStep
    | st.RestartStep
    | st.ControlServiceStep
    | st.ReadFileStep
)


def _cure(work: Work, end: Fleet, phone: FleetPhone, kind: str, steps: Sequence[st.Step]) -> Iterator[st.Step]:
    """Steps that may help this phone, restarts included; nothing where the cure makes no sense for it.

    A service that refused the phone before the plan is left as it is: it is no part of what the plan takes away.
    """
    alone = frozenset({phone.device_name})
    running = [server for server in end.services_of(phone) if server.in_use is not None]
    servers = [server for server in running if not work.was_refused(Use(phone.device_name, server.kind))]
    removed = {(step.server, step.certificate) for step in steps if isinstance(step, st.RemoveCertificateStep)}
    capf = end.capf.get(phone.cluster)
    if kind == "lsc" and capf is not None:
        lacking = [server for server in servers if capf not in server.configured.trust]
        for server in lacking:
            if (server.name, capf) in removed:
                continue  # to upload what shall be removed is no cure
            yield from _uploaded(st.AddCapfCertificateStep(phone.cluster, server.name), end)
        yield from (st.RestartStep(server.name) for server in servers if _waits_for(server, capf))
        if not work.judge.factory.accepts_capf(end, phone):
            yield from new_lists(work, end, phone.cluster)
        yield st.InstallLscStep(alone)
    elif kind == "regenerate" and capf is not None and not _is_regenerated(phone.cluster, steps):
        if not _has_running_capf(end, phone.cluster):
            return
        yield from _uploaded(st.RegenerateCapfStep(phone.cluster), end)
        yield from new_lists(work, end, phone.cluster)  # also where it is not known what phones trust: not this one yet
        for server in servers:
            if not server.cluster:
                yield from _uploaded(st.AddCapfCertificateStep(phone.cluster, server.name), end)
        yield st.InstallLscStep(alone)
    elif kind == "upload" and isinstance(phone.lsc, Known):
        issuer = work.judge.factory.rekeyed.signer(phone.lsc.certificate, phone.lsc.chain)
        for server in servers:
            if issuer is not None and issuer not in server.configured.trust and (server.name, issuer) not in removed:
                yield from _uploaded(st.AddCertificateStep(issuer, server.name), end)
    elif kind == "mic" and phone.lsc is not None and phone.mic is not None:
        yield st.DeleteLscStep(alone)
    elif kind == "precedence" and phone.mic is not None:
        yield st.SetPrecedenceStep(alone, CertificateKind.MIC)


def _waits_for(server: FleetServer, capf: Certificate) -> bool:
    """Whether only a restart is missing: it does not trust this CAPF yet, or does not sign with it, and is configured to."""
    if server.in_use is None or capf not in server.configured.trust:
        return False
    return capf not in server.in_use.trust or (
        server.kind is ServiceKind.CAPF and server.in_use.identity != server.configured.identity
    )


def _is_regenerated(cluster: str, steps: Sequence[st.Step]) -> bool:
    return st.RegenerateCapfStep(cluster) in steps


def _has_running_capf(fleet: Fleet, cluster: str) -> bool:
    """Without one no LSC can be issued."""
    return any(
        server.kind is ServiceKind.CAPF and server.cluster == cluster and server.in_use is not None
        for server in fleet.servers.values()
    )


def _uploaded(step: st.Step, fleet: Fleet) -> Iterator[st.Step]:
    yield step
    yield from map(st.RestartStep, touched(step, fleet))
