"""Lists, signed files and HTTPS services that a phone did not take, as cases: one for each cause in each round of its boot.

A list that is refused is the first cause: what is signed by the same cluster and refused in the same round for a like reason is a
consequence, and stands in the evidence of that case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cisco_data import ServiceKind
from cisco_data.release_table import CHANGE_NOTIFICATION
from journal import Event
from lab.base.texts import Text, text
from lab.case import AskedTvs, Case, RefusedByTrust, Subject, Vouched
from lab.views import phones as view
from lab.views.making import case_of, service_named
from lab.views.record import Record
from phone_sim.boot import BootState
from phone_sim.download_events import ConfigurationFileReceived
from phone_sim.events import PhoneStarted, StateChanged
from phone_sim.trust.events import (
    ConfigurationKept,
    ConfigurationRefused,
    EncryptionKeyMissed,
    ServerNotTrusted,
    TrustListRefused,
)
from phone_sim.trust.tvs_answer import TrustRefusal
from phone_sim.tvs_events import TvsConsulted, TvsServerFailed, TvsServerTried
from wire.tvs import RequestedCertificate

SIGNER_UNKNOWN = "signer"
"""One family: whatever the reason why the phone does not know a signer, list and file have the same cause."""
_REFUSALS = TrustListRefused | ConfigurationRefused | EncryptionKeyMissed


def refused_by_trust(record: Record, device: str, events: Sequence[Event]) -> Iterator[Case]:
    """`events`: of this phone."""
    mine: list[Event] = view.of(events, device, Event)
    for noted in _rounds(mine):
        yield from _of_round(record, device, noted)
    for position, event in enumerate(mine):
        if isinstance(event, ServerNotTrusted) and event.service == "HTTPS":
            yield _service(record, device, event, mine[:position])


def asked_before(record: Record, events: Sequence[Event]) -> tuple[tuple[AskedTvs, ...], list[Event]]:
    """Whom the phone asked last, and what it noted of that. `events`: its own, up to its decision."""
    began = next((index for index in range(len(events) - 1, -1, -1) if isinstance(events[index], TvsConsulted)), None)
    if began is None:
        return (), []
    noted = list(events[began:])
    failed = {(one.address, one.port): one.failure.value for one in noted if isinstance(one, TvsServerFailed)}
    asked = []
    for tried in noted:
        if isinstance(tried, TvsServerTried):
            actor = record.actor_at(tried.address, tried.port)
            failure = failed.get((tried.address, tried.port), "")
            asked.append(AskedTvs(actor.cluster, actor.node, failure))
    return tuple(asked), noted


def _rounds(mine: Sequence[Event]) -> Iterator[list[Event]]:
    """What the phone noted from one time that it asked for its files to the next."""
    noted: list[Event] = []
    for event in mine:
        begins = isinstance(event, StateChanged) and event.next_state == BootState.DOWNLOADING.value
        if begins or isinstance(event, PhoneStarted):
            yield noted
            noted = []
        noted.append(event)
    yield noted


def _of_round(record: Record, device: str, noted: list[Event]) -> Iterator[Case]:
    families: dict[str, list[tuple[int, _REFUSALS]]] = {}
    for position, event in enumerate(noted):
        if isinstance(event, _REFUSALS) and (code := _code(event)):
            families.setdefault(_family(code), []).append((position, event))
    kept = _kept(noted)
    for refused in families.values():
        (position, first), *consequences = refused
        asked, questions = asked_before(record, noted[:position])
        signer = getattr(first, "signer", None)
        asks_tvs = signer is not None and any(
            isinstance(one, TvsConsulted) and one.requested == signer for one in questions
        )
        release = record.facts.moment(first.seq).releases
        facts = record.facts.phone(device, first.seq)
        problem = RefusedByTrust(
            _subject(first),
            _code(first),
            getattr(first, "file", "") or _last_file(noted[:position]),
            _vouched(record, signer),
            record.facts.lists_of(device, first.seq),
            asked if asks_tvs else (),
            kept,
            assumed_of(_code(first), release.get(facts.cluster, "")),
        )
        service = service_named(ServiceKind.TFTP, _served_by(record, first) or facts.cluster)
        because = [*(questions if asks_tvs else []), *(event for _, event in consequences)]
        because += [event for event in noted if isinstance(event, ConfigurationKept)]
        yield case_of(record, device, first, problem, service, because=because)


def _served_by(record: Record, refused: Event) -> str:
    """The cluster whose Cisco Tftp gave out that file; empty where no connection tells."""
    return next((event.actor.cluster for event in record.on(refused.connection) if event.actor.service == "tftp"), "")


def _service(record: Record, device: str, refused: ServerNotTrusted, before: Sequence[Event]) -> Case:
    asked, questions = asked_before(record, before)
    if not refused.refusal.name.startswith("TVS_U"):
        asked, questions = (), []
    vouched = record.facts.vouched(refused.subject.label, refused.serial_number)
    home = vouched.cluster or record.facts.phone(device, refused.seq).cluster
    problem = RefusedByTrust(
        Subject.HTTPS,
        refused.refusal.name,
        refused.server,
        vouched,
        record.facts.lists_of(device, refused.seq),
        asked,
        None,
        assumed_of(refused.refusal.name, record.facts.moment(refused.seq).releases.get(home, "")),
    )
    return case_of(record, device, refused, problem, service_named(ServiceKind.TOMCAT, home), because=questions)


def _code(event: _REFUSALS) -> str:
    """Empty for a list that the phone did not get."""
    if isinstance(event, EncryptionKeyMissed):
        return TrustRefusal.NOT_DECRYPTED.name
    if isinstance(event, ConfigurationRefused):
        return event.refusal.name
    return TrustRefusal(event.refusal).name if event.refusal else ""


def _family(code: str) -> str:
    return SIGNER_UNKNOWN if code == TrustRefusal.NOT_LISTED.name or code.startswith("TVS_") else code


def _subject(event: _REFUSALS) -> Subject:
    return Subject(event.list) if isinstance(event, TrustListRefused) else Subject.CONFIGURATION


def _last_file(noted: Sequence[Event]) -> str:
    received = [event.file for event in noted if isinstance(event, ConfigurationFileReceived)]
    return received[-1] if received else ""


def _kept(noted: Sequence[Event]) -> bool | None:
    if any(isinstance(event, ConfigurationKept) for event in noted):
        return True
    refused = [event.seq for event in noted if isinstance(event, ConfigurationRefused)]
    received = [event.seq for event in noted if isinstance(event, ConfigurationFileReceived)]
    return False if refused and max(refused) > max(received, default=0) else None


def _vouched(record: Record, signer: RequestedCertificate | None) -> Vouched | None:
    return record.facts.vouched(signer.subject, signer.serial_number.lower()) if signer is not None else None


def assumed_of(code: str, release: str) -> tuple[Text, ...]:
    """What no document says of the release, where the case rests on it."""
    if code != TrustRefusal.TVS_UNKNOWN.name or not release or not CHANGE_NOTIFICATION.cell(release).assumed:
        return ()
    return (text("evidence.assumed-change-notification", release=release),)
