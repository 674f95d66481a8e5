"""Rows of what a phone's lists and TVS decide: lists downloaded, taken and refused, questions to TVS, servers given up."""

from __future__ import annotations

from typing import Any

from cisco_data import ServiceName
from cucm_sim.tomcat_events import TomcatStarted, TomcatStopped
from cucm_sim.tvs_events import TvsDatabaseCacheRead, TvsStarted, TvsStopped
from journal import Event
from lab.report.rows import Part, Term, Tone
from lab.report.ruling import Rule, answered, note, sent
from phone_sim import events as phone
from phone_sim import tvs_events as tvs
from phone_sim.https_services import ServiceNotOpened, ServiceOpened
from phone_sim.trust import events as trust
from phone_sim.trust.signed import Taking
from phone_sim.trust.tvs_answer import TrustRefusal
from wire.tvs import TvsStatus

GOOD, BAD = Tone.GOOD, Tone.BAD


def _refusal(event: Any) -> Part:
    """Why, in words; of a list that the phone could not get, what became of the download."""
    if not event.refusal:
        return str(event.failure)
    return Term(f"explain.refusal.{TrustRefusal(event.refusal).name.lower().replace('_', '-')}")


def _answer(event: tvs.TvsResponseReceived) -> Part:
    known = event.status == TvsStatus.VALID
    return Term("report.tvs.known" if known else "report.tvs.unknown")


_TAKING = {
    Taking.UNCHECKED: "report.taking.unchecked",
    Taking.BY_LIST: "report.taking.by-list",
    Taking.BY_TVS: "report.taking.by-tvs",
}


def _taking(event: trust.TrustListTaken) -> Part:
    return Term(_TAKING[event.taking])


TRUST_RULES: dict[type[Event], Rule] = {
    phone.TrustListsDeletedOnPhone: note("report.note.lists-deleted", by="by"),
    phone.TftpServerTyped: note("report.note.tftp-server-typed", addresses=lambda e: ", ".join(e.addresses)),
    phone.FactoryResetOnPhone: note("report.note.factory-reset"),
    trust.TrustListNotServed: note("report.note.list-not-served", file="file"),
    trust.TrustListTaken: answered("report.message.list-taken", GOOD, list="list", taking=_taking),
    trust.TrustListRefused: answered("report.message.list-refused", BAD, list="list", refusal=_refusal),
    trust.ConfigurationRefused: answered("report.message.file-refused", BAD, file="file", refusal=_refusal),
    trust.ConfigurationKept: note("report.note.configuration-kept"),
    trust.EncryptionKeyMissed: note("report.note.encryption-key-missed", BAD),
    trust.ServerVouchedFor: note("report.note.vouched-for", GOOD, service="service"),
    trust.ServerNotTrusted: note("report.note.not-trusted", BAD, service="service", refusal=_refusal),
    tvs.TvsRequestSent: sent("report.message.tvs-question", subject=lambda e: e.requested.subject),
    tvs.TvsResponseReceived: answered("report.message.tvs-answer", answer=_answer),
    tvs.TvsServerFailed: note("report.note.tvs-failed", BAD, failure=lambda e: e.failure.value),
    ServiceOpened: note("report.note.service-opened", GOOD, url="url"),
    ServiceNotOpened: note("report.note.service-not-opened", BAD, url="url", failure=lambda e: e.failure.value),
    TvsStarted: note("report.note.service-started", service=lambda e: ServiceName.TVS),
    TvsStopped: note("report.note.service-stopped", service=lambda e: ServiceName.TVS),
    TvsDatabaseCacheRead: note("report.note.tvs-notified", unit="unit"),
    TomcatStarted: note("report.note.service-restarted", service=lambda e: ServiceName.TOMCAT),
    TomcatStopped: note("report.note.service-stopped", service=lambda e: ServiceName.TOMCAT),
}
