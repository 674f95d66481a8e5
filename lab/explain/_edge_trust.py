"""What an authentication server or a VPN gateway went by when it judged a certificate, and who made its trust so."""

from __future__ import annotations

from dataclasses import dataclass

from cucm_sim.events import PhoneAdded
from edge_sim.authentication_server.events import AuthenticationServerStarted
from edge_sim.vpn_gateway.events import TrustpointsChanged, VpnGatewayStarted
from journal import Event
from lab.explain._record import Record
from lab.explain._texts import cluster_of
from lab.play.edge_events import EdgeTrustChanged
from pki import DistinguishedName

Read = AuthenticationServerStarted | VpnGatewayStarted | TrustpointsChanged
"""Tells all that the server trusts from then on."""


@dataclass(frozen=True, slots=True)
class DoorTrust:
    """One server's trust at one moment, with what became of one authority in it."""

    server: str
    """`ise` of `ise/radius`."""
    read: Read | None
    """None where the journal does not hold it: then nothing is known of that trust."""
    subjects: frozenset[DistinguishedName]
    distrusted: EdgeTrustChanged | None
    """Where that was the last thing that happened to the authority before the server read its trust."""
    waiting: EdgeTrustChanged | None
    """Where it was trusted since, so that a restart would be enough."""


def subjects_of(event: Read) -> tuple[DistinguishedName, ...]:
    """A gateway names the trustpoint of each."""
    if isinstance(event, AuthenticationServerStarted):
        return event.trusted
    return tuple(held.subject for held in event.trusted)


def last_read(record: Record, actor: str, before: int) -> Read | None:
    """What the server told last of its trust, before an event."""
    told = [event for event in record.of_actor(actor) if isinstance(event, Read) and event.seq < before]
    return told[-1] if told else None


def trust_at(record: Record, actor: str, authority: DistinguishedName, before: int) -> DoorTrust:
    """`authority`: the subject that was missed at event `before`, by the server of that name."""
    server, read = cluster_of(actor), last_read(record, actor, before)
    since = read.seq if read is not None else 0
    changes = [event for event in record.deeds(server, EdgeTrustChanged, before=before) if event.subject == authority]
    earlier = [event for event in changes if event.seq < since]
    last = changes[-1] if changes else None
    return DoorTrust(
        server=server,
        read=read,
        subjects=frozenset(subjects_of(read)) if read is not None else frozenset(),
        distrusted=earlier[-1] if earlier and earlier[-1].change == "distrusted" else None,
        waiting=last if last is not None and last.seq > since and last.change == "trusted" else None,
    )


def home_of(record: Record, device: str, before: int) -> str:
    """The cluster to which the phone was added last; empty where the journal does not tell."""
    added: list[Event] = [
        event for event in record.of_device(device) if isinstance(event, PhoneAdded) and event.seq < before
    ]
    return cluster_of(added[-1].actor) if added else ""


def knowing(record: Record, authority: DistinguishedName, before: int) -> tuple[str, ...]:
    """The clusters in which a service had read that authority."""
    found = (event for event in record.starts() if authority in event.trusted and event.seq < before)
    return tuple(dict.fromkeys(cluster_of(event.actor) for event in found))
