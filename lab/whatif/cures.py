"""What may keep up the phones that a plan would take down: a list of steps to do besides, each kind tried on each phone.

Tried are a new LSC, a new CAPF certificate with new LSCs (where the plan takes away the one that CAPF has), the missing authority
uploaded, the LSC deleted, another precedence at CAPF, and new trust lists. A cure counts for a phone when real handshakes say that
the phone then has every service that it had.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lab.fleet.model import Fleet, Known, Phone, Server, ServiceKind
from lab.operations import steps as st
from lab.operations.effects import apply_all, touched
from lab.whatif.judge import works
from lab.whatif.work import Work
from phone_sim.preference import CertificateKind
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
    lists = _trust_lists(work, end)
    if lists:
        end = work.after([*steps, *lists])
    needy = [phone for phone in end.phones if _loses(work, end, phone)]
    seen: set[Steps] = {(), lists}
    yield ()
    if lists:
        yield lists
    for preference in PREFERENCES:
        found = (*lists, *_for_all(work, end, needy, preference, steps))
        if found not in seen:
            seen.add(found)
            yield found


def _loses(work: Work, end: Fleet, phone: Phone) -> bool:
    """Whether it has lost a service that it had."""
    had = work.had(phone.device_name)
    return any(
        server.kind in had and not works(work.judge.standing(end, phone, server)) for server in end.services_of(phone)
    )


def _trust_lists(work: Work, end: Fleet) -> Steps:
    """New lists where phones refuse a server of their cluster."""
    clusters = dict[str, None]()
    for phone in end.phones:
        for server in end.services_of(phone):
            outcome = work.judge.standing(end, phone, server).outcome
            if server.cluster and outcome is not None and not outcome.accepted and outcome.alert_direction == "write":
                clusters[server.cluster] = None
    return tuple(map(st.UpdateTrustLists, clusters))


def _for_all(
    work: Work, end: Fleet, needy: Sequence[Phone], preference: Sequence[str], steps: Sequence[st.Step]
) -> Iterator[st.Step]:
    """The first cure of the preference that helps, for each phone; what several phones share, and what the plan does, once."""
    phones: dict[str, set[str]] = {"lsc": set(), "mic": set(), "precedence": set()}
    shared = dict[st.Step, None]()
    for phone in needy:
        for kind in preference:
            tried = tuple(_cure(work, end, phone, kind, steps))
            if not tried:
                continue
            cured = apply_all(end, tried, work.judge.shop)
            healed = next(each for each in cured.phones if each.device_name == phone.device_name)
            if not _loses(work, cured, healed):
                phones.get("lsc" if kind == "regenerate" else kind, set()).add(phone.device_name)
                shared |= dict.fromkeys(step for step in tried if isinstance(step, _SHARED))
                break
    yield from shared
    planned = {name for step in steps if isinstance(step, st.InstallLsc) for name in step.phones}
    if alone := phones["lsc"] - planned:
        yield st.InstallLsc(frozenset(alone))
    if phones["mic"]:
        yield st.DeleteLsc(frozenset(phones["mic"]))
    if phones["precedence"]:
        yield st.SetPrecedence(frozenset(phones["precedence"]), CertificateKind.MIC)


_SHARED = st.RegenerateCapf | st.AddCertificate | st.AddCapfCertificate | st.UpdateTrustLists | st.Restart


def _cure(work: Work, end: Fleet, phone: Phone, kind: str, steps: Sequence[st.Step]) -> Iterator[st.Step]:
    """Steps that may help this phone, restarts included; nothing where the cure makes no sense for it."""
    alone = frozenset({phone.device_name})
    servers = [server for server in end.services_of(phone) if server.in_use is not None]
    removed = {(step.server, step.certificate) for step in steps if isinstance(step, st.RemoveCertificate)}
    capf = end.capf.get(phone.cluster)
    if kind == "lsc" and capf is not None:
        lacking = [server for server in servers if capf not in server.configured.trust]
        if any((server.name, capf) in removed for server in lacking):
            return  # to upload what shall be removed is no cure
        for server in lacking:
            yield from _uploaded(st.AddCapfCertificate(phone.cluster, server.name), end)
        yield from (st.Restart(server.name) for server in servers if _waits_for(server, capf))
        if phone.trusted_servers is not None and capf not in phone.trusted_servers:
            yield st.UpdateTrustLists(phone.cluster)
        yield st.InstallLsc(alone)
    elif kind == "regenerate" and capf is not None and not _is_regenerated(phone.cluster, steps):
        if not _has_running_capf(end, phone.cluster):
            return
        yield from _uploaded(st.RegenerateCapf(phone.cluster), end)
        yield st.UpdateTrustLists(
            phone.cluster
        )  # also where nobody knows what phones trust: they do not trust this one yet
        for server in servers:
            if not server.cluster:
                yield from _uploaded(st.AddCapfCertificate(phone.cluster, server.name), end)
        yield st.InstallLsc(alone)
    elif kind == "upload" and isinstance(phone.lsc, Known):
        issuer = work.judge.shop.twins.signer(phone.lsc.certificate, phone.lsc.chain)
        for server in servers:
            if issuer is not None and issuer not in server.configured.trust and (server.name, issuer) not in removed:
                yield from _uploaded(st.AddCertificate(issuer, server.name), end)
    elif kind == "mic" and phone.lsc is not None and phone.mic is not None:
        yield st.DeleteLsc(alone)
    elif kind == "precedence" and phone.mic is not None:
        yield st.SetPrecedence(alone, CertificateKind.MIC)


def _waits_for(server: Server, capf: Certificate) -> bool:
    """Whether only a restart is missing: it does not trust this CAPF yet, or does not sign with it, and is configured to."""
    if server.in_use is None or capf not in server.configured.trust:
        return False
    return capf not in server.in_use.trust or (
        server.kind is ServiceKind.CAPF and server.in_use.identity != server.configured.identity
    )


def _is_regenerated(cluster: str, steps: Sequence[st.Step]) -> bool:
    return st.RegenerateCapf(cluster) in steps


def _has_running_capf(fleet: Fleet, cluster: str) -> bool:
    """Without one nobody can issue an LSC."""
    return any(
        server.kind is ServiceKind.CAPF and server.cluster == cluster and server.in_use is not None
        for server in fleet.servers.values()
    )


def _uploaded(step: st.Step, fleet: Fleet) -> Iterator[st.Step]:
    yield step
    yield from map(st.Restart, touched(step, fleet))
