"""A case from an event that shows a failure: what is the same whatever failed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cisco_data import DEFAULT_RELEASE, ServiceKind
from journal import Actor, Event
from lab.base.texts import Text
from lab.case import Case, CaseAct, Held, Problem, Ref, ServiceFacts
from lab.views.chain import chain
from lab.views.evidence import evidence_of
from lab.views.history import act_of
from lab.views.record import Record


def case_of(
    record: Record,
    device: str,
    shown_by: Event,
    problem: Problem,
    service: ServiceFacts,
    *,
    shows: Held | None = None,
    offered: str = "",
    because: Iterable[Event] = (),
    outages: Iterable[CaseAct] = (),
    what: Text | None = None,
    where: str = "",
) -> Case:
    """
    Args:
        shown_by: the event that shows the failure.
        shows: what the phone presented.
        offered: the newest TLS version in this attempt.
        because: events of the evidence that no link leads to.
        outages: stops and starts of the service close to the attempt.
    """
    facts, seq = record.facts, shown_by.seq
    moment, phone = facts.moment(seq), facts.phone(device, seq)
    if shows is not None and shows.kind == "LSC" and shows.issuer and not shows.signer:
        shows = replace(shows, signer=facts.signer(shows.issuer, shows.serial))
    if service.cluster:
        phone = replace(phone, cluster=service.cluster)
    found = chain(record, record.round_of(shown_by), shown_by, because=because)
    return Case(
        phone=replace(phone, device=device, shows=shows, offered=offered),
        service=service,
        problem=problem,
        shown=Ref(seq),
        at=shown_by.at,
        history=facts.history(seq),
        others=tuple(one for one in moment.services.values() if one != service),
        capfs=moment.capfs,
        authorities=moment.authorities,
        outages=tuple(outages),
        evidence=tuple(map(evidence_of, found)),
        mixed=moment.mixed.get(phone.cluster, True),
        online_ca=facts.online_ca(seq),
        release=moment.releases.get(phone.cluster) or DEFAULT_RELEASE,
        where=where or shown_by.connection,
        what=what,
    )


def service_at(record: Record, actor: Actor, kind: ServiceKind, seq: int) -> ServiceFacts:
    """The service of that name as it was at an event."""
    return record.facts.service(actor, kind, seq)


def service_named(kind: ServiceKind, name: str) -> ServiceFacts:
    """A service of which nothing matters but the name of its cluster or server."""
    edge = kind in (ServiceKind.DOT1X, ServiceKind.VPN)
    return ServiceFacts(kind, "" if edge else name, name if edge else "")


def outages_of(record: Record, actor: str, first: int, last: int) -> tuple[CaseAct, ...]:
    """Stops and starts that an attempt met between two events: the last stop, and the start after it, if there was one.

    A stop from before the attempt counts while the service has not been started since.
    """
    events = [event for event in record.services_between(actor, first, last) if act_of(event) is not None]
    acts = [(event.seq, act_of(event)) for event in events]
    stops = [index for index, (_, act) in enumerate(acts) if act is not None and act.kind.endswith("stopped")]
    if not stops:
        return ()
    kept = [act for _, act in acts[stops[-1] :] if act is not None]
    if acts[stops[-1]][0] < first and len(kept) > 1 and acts[stops[-1] + 1][0] < first:
        return ()
    return tuple(kept[:2])
