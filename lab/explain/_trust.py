"""Where an authority is known that a service did not know: deleted, uploaded and not yet read, in another store or cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cucm_sim.certificate_events import CertificateRegenerated, DefaultCaListChanged, SignedCertificateInstalled
from cucm_sim.events import CallManagerStarted, TrustChanged
from lab.explain._record import Record, Start
from lab.explain._texts import Part, Text, cluster_of, cn, text
from lab.play.services import CapfNode, CapfStarted
from pki import DistinguishedName

CALLMANAGER = "Cisco CallManager"
CAPF = CapfNode.NAME
TAKEN_AWAY = frozenset({"deleted", "disabled"})
"""What TrustChanged calls it; all else that is not `kept` put the certificate there."""
CAPF_MADE_ANEW = CertificateRegenerated | SignedCertificateInstalled


@dataclass(frozen=True, slots=True)
class Store:
    """A trust store, by the service that reads it."""

    name: str
    service: str


STORES: dict[type[Start], Store] = {
    CallManagerStarted: Store("CallManager-trust", CALLMANAGER),
    CapfStarted: Store("CAPF-trust", CAPF),
}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Of one authority, for one start of a service that had not read it."""

    subject: DistinguishedName
    start: Start
    deleted: TrustChanged | None
    """Where that was the last thing that happened to it before the start."""
    disabled: DefaultCaListChanged | None
    """The command that led to the deletion."""
    uploaded: TrustChanged | None
    """Where it is in the store since the start, so that a restart would be enough."""
    other_clusters: tuple[str, ...]
    """Those where a service had read it."""
    other_store: str
    """The cluster's other store, where the service that reads that one had read it; else empty."""

    @property
    def store(self) -> Store:
        return STORES[type(self.start)]

    @property
    def deed(self) -> tuple[TrustChanged | DefaultCaListChanged, ...]:
        return tuple(event for event in (self.disabled, self.deleted) if event is not None)

    def told(self) -> tuple[Text, ...]:
        """Who took it away, and where else it is."""
        parts: dict[str, Part] = {
            "name": cn(self.subject),
            "store": self.store.name,
            "service": self.store.service,
            "cluster": cluster_of(self.start.actor),
            "start": self.start.seq,
        }
        sentences = []
        if self.disabled is not None:
            sentences.append(text("explain.act.disabled", seq=self.disabled.seq, **parts))
        elif self.deleted is not None:
            sentences.append(text("explain.act.deleted", seq=self.deleted.seq, **parts))
        if self.other_clusters:
            sentences.append(
                text("explain.phrase.known-elsewhere", clusters=self.other_clusters, name=cn(self.subject))
            )
        if self.other_store:
            sentences.append(text("explain.phrase.known-in-other-store", store=self.other_store, name=cn(self.subject)))
        return tuple(sentences)


def whereabouts(record: Record, start: Start, subject: DistinguishedName, before: int) -> Whereabouts:
    """`before`: number of the event at which it was missed."""
    store, cluster = STORES[type(start)].name, cluster_of(start.actor)
    changes = _changes(record, cluster, store, subject, before)
    earlier = [event for event in changes if event.seq < start.seq]
    deleted = earlier[-1] if earlier and earlier[-1].change in TAKEN_AWAY else None
    disabled = record.at(deleted.cause) if deleted is not None else None
    uploaded = changes[-1] if changes and changes[-1].seq > start.seq and changes[-1].change not in TAKEN_AWAY else None
    knowing = [event for event in record.starts() if subject in event.trusted and event.seq < before]
    return Whereabouts(
        subject=subject,
        start=start,
        deleted=deleted,
        disabled=disabled if isinstance(disabled, DefaultCaListChanged) else None,
        uploaded=uploaded,
        other_clusters=tuple(
            dict.fromkeys(cluster_of(event.actor) for event in knowing if cluster_of(event.actor) != cluster)
        ),
        other_store=_other_store(record, start, subject, knowing, before),
    )


def _changes(record: Record, cluster: str, store: str, subject: DistinguishedName, before: int) -> list[TrustChanged]:
    """What became of the authority in a store."""
    return [
        event
        for event in record.deeds(cluster, TrustChanged, before=before)
        if event.store == store and event.subject == subject and event.change != "kept"
    ]


def _other_store(
    record: Record, start: Start, subject: DistinguishedName, knowing: Sequence[Start], before: int
) -> str:
    """Only what that service goes by now counts, and what its store holds still."""
    cluster = cluster_of(start.actor)
    for event in knowing:
        if type(event) is type(start) or record.start(event.actor, before) is not event:
            continue
        store = STORES[type(event)].name
        changes = _changes(record, cluster, store, subject, before)
        if cluster_of(event.actor) == cluster and not (changes and changes[-1].change in TAKEN_AWAY):
            return store
    return ""


def made_anew(record: Record, cluster: str, former: DistinguishedName, before: int) -> CAPF_MADE_ANEW | None:
    """The last time that a certificate of the cluster, by its former name, gave way to another one."""
    found: list[CAPF_MADE_ANEW] = [
        *record.deeds(cluster, CertificateRegenerated, before=before),
        *record.deeds(cluster, SignedCertificateInstalled, before=before),
    ]
    of_it = [event for event in found if event.former_subject == former]
    return max(of_it, key=lambda event: event.seq, default=None)
