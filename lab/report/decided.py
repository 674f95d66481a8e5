"""Rows of events that are told in more than one way, or only on one of two ends: what decides is in the event and beside it."""

from __future__ import annotations

import re

from capf_sim import events as capf
from cisco_data import CAPF_AUTH_MODES, DEVICE_SECURITY_MODES
from cucm_sim import events as cucm
from journal import Event
from lab.report.facts import DiagramFacts
from lab.report.names import cn
from lab.report.rows import Part, Row, Shape, Term, Tone
from phone_sim import events as phone
from phone_sim.download_events import ConfigurationFileMissed, ConfigurationFileReceived
from wire.tls import (
    AlertDescription,
    AlertSeen,
    CertificateVerified,
    ClientHelloSeen,
    HandshakeCompleted,
    HandshakeFailed,
    alert_text,
    verify_text,
)

PLAIN, GOOD, BAD = Tone.PLAIN, Tone.GOOD, Tone.BAD


def phone_started(event: phone.PhoneStarted, facts: DiagramFacts) -> Row | None:
    key = "report.note.started-with-lsc" if event.lsc_issuer else "report.note.started"
    return facts.note(
        event, key, PLAIN, {"lsc": cn(event.lsc_issuer), "mic": cn(event.mic_issuer) or Term("report.none")}
    )


def chosen(event: phone.CertificateChosen, facts: DiagramFacts) -> Row | None:
    """A handshake begins. Over EAP many of them have one connection's name."""
    facts.begin_handshake(event)
    return facts.note(event, "report.note.chosen", PLAIN, {"kind": event.kind})


def certificate_missing(event: phone.CertificateMissing, facts: DiagramFacts) -> Row | None:
    facts.begin_handshake(event)
    return facts.note(event, "report.note.no-certificate", BAD, {})


def file_received(event: ConfigurationFileReceived, facts: DiagramFacts) -> Row | None:
    mode = DEVICE_SECURITY_MODES.get(event.device_security_mode, event.device_security_mode)
    by = CAPF_AUTH_MODES[event.capf_auth_mode]
    if by is None:
        return facts.answered(event, "report.message.file", PLAIN, {"mode": mode})
    parts: dict[str, Part] = {"mode": mode, "capf": by}
    return facts.answered(event, "report.message.file-with-capf", PLAIN, parts)


def file_missed(event: ConfigurationFileMissed, facts: DiagramFacts) -> Row | None:
    parts: dict[str, Part] = {"file": event.file, "failure": event.failure.value}
    if facts.server(event) is None:
        return facts.note(event, "report.note.no-file", BAD, parts)
    return facts.answered(event, "report.message.no-file", BAD, parts)


def certificate_verified(event: CertificateVerified, facts: DiagramFacts) -> Row | None:
    """The first verdict on a certificate tells that it came; a bad one has a row of its own when the handshake fails."""
    if event.actor == facts.phone.name:
        if event.depth != 0 or (event.connection, "phone") in facts.with_certificate_row:
            return None
        facts.with_certificate_row.add((event.connection, "phone"))
        return facts.answered(event, "report.message.server-certificate", PLAIN, {"subject": cn(event.subject)})
    chosen = facts.chosen.get(event.connection)
    if chosen is None or (event.connection, "server") in facts.with_certificate_row:
        return None
    facts.with_certificate_row.add((event.connection, "server"))
    parts: dict[str, Part] = {"kind": chosen.kind, "issuer": cn(chosen.issuer)}
    return facts.sent(event, "report.message.phone-certificate", PLAIN, parts)


def handshake_failed(event: HandshakeFailed, facts: DiagramFacts) -> Row | None:
    """On the lane of who refused. Where the peer's alert tells it, its arrow does; a server whose peer went away tells nothing."""
    if event.verify_code > 0:
        parts: dict[str, Part] = {
            "code": event.verify_code,
            "words": verify_text(event.verify_code),
            "depth": event.depth,
        }
        key = "report.note.verify-failed" if event.depth <= 0 else "report.note.verify-failed-above"
        return facts.note(event, key, BAD, parts)
    if event.alert_direction == "read" or (event.side == "server" and event.alert_direction != "write"):
        return None
    return facts.note(event, "report.note.handshake-failed", BAD, {"reason": event.reason})


def alert(event: AlertSeen, facts: DiagramFacts) -> Row | None:
    """The phone's end tells of both directions."""
    if event.actor != facts.phone.name or event.description == AlertDescription.CLOSE_NOTIFY:
        return None
    arrow = facts.answered if event.direction == "read" else facts.sent
    return arrow(event, "report.message.alert", BAD, {"alert": alert_text(event.description)})


def tls_up(event: HandshakeCompleted, facts: DiagramFacts) -> Row | None:
    if event.side != "client":
        return None
    return facts.band(event, "report.band.tls-up", GOOD, {"version": event.version, "cipher": event.cipher})


def hello(event: ClientHelloSeen, facts: DiagramFacts) -> Row | None:
    return facts.sent(event, "report.message.client-hello", PLAIN, {"versions": ", ".join(event.versions)})


def registered(event: phone.PhoneRegistered, facts: DiagramFacts) -> Row | None:
    if not event.secure:
        return facts.answered(event, "report.message.registered-without-tls", GOOD, {})
    if not event.kind:
        return facts.answered(event, "report.message.registered-without-certificate", GOOD, {})
    parts: dict[str, Part] = {"kind": event.kind, "issuer": cn(event.issuer)}
    return facts.answered(event, "report.message.registered", GOOD, parts)


def backed_off(event: phone.BackedOff, facts: DiagramFacts) -> Row | None:
    return facts.note(event, "report.note.next-try", PLAIN, {"seconds": f"{event.seconds:g}"}, ends_try=True)


def unreachable(event: phone.ServerUnreachable, facts: DiagramFacts) -> Row | None:
    server = facts.server(event) or facts.lanes.at(event.address, event.service)
    parts: dict[str, Part] = {"port": event.port, "service": event.service}
    if server is None:
        return facts.note(event, "report.note.no-answer", BAD, parts)
    return Row(Shape.MESSAGE, facts.phone, server, "report.message.no-answer", parts, BAD, event.at, event.seq)


def capf_identified(event: capf.CapfPhoneIdentified, facts: DiagramFacts) -> Row | None:
    parts: dict[str, Part] = {"operation": event.operation, "mode": event.authentication_mode}
    shown = facts.shown.get(event.connection)
    if shown is None or not shown.certificate_kind:
        return facts.sent(event, "report.message.capf", PLAIN, parts)
    parts |= {"kind": shown.certificate_kind, "issuer": cn(shown.issuer)}
    return facts.sent(event, "report.message.capf-with-certificate", PLAIN, parts)


def proof_refused(event: capf.ProofOfPossessionRefused, facts: DiagramFacts) -> Row | None:
    parts: dict[str, Part] = {"kind": event.certificate_kind, "fault": event.fault}
    if not event.verify_code:
        return facts.note(event, "report.note.proof-refused", BAD, parts)
    parts |= {"code": event.verify_code, "words": verify_text(event.verify_code)}
    return facts.note(event, "report.note.proof-refused-by-code", BAD, parts)


def operation_ended(event: capf.OperationEnded, facts: DiagramFacts) -> Row | None:
    tone = GOOD if event.succeeded else BAD
    return facts.note(event, "report.note.operation-ended", tone, {"status": event.status})


def lsc_deleted_on_phone(event: phone.LscDeletedOnPhone, facts: DiagramFacts) -> Row | None:
    return facts.note(
        event, "report.note.lsc-deleted-on-phone" if event.found else "report.note.no-lsc-to-delete", PLAIN, {}
    )


_TRUST_CHANGES = {
    "uploaded": "report.note.trust-uploaded",
    "deleted": "report.note.trust-deleted",
    "copied": "report.note.trust-copied",
    "imported": "report.note.trust-uploaded",
    "disabled": "report.note.trust-deleted",
    "enabled": "report.note.trust-uploaded",
    "kept": "report.note.trust-kept",
}


def trust_changed(event: cucm.TrustChanged, facts: DiagramFacts) -> Row | None:
    key = _TRUST_CHANGES.get(event.change)
    if key is None:
        return unnamed(event, facts)
    return facts.note(event, key, PLAIN, {"store": event.store, "subject": cn(event.subject), "change": event.change})


def unnamed(event: Event, facts: DiagramFacts) -> Row | None:
    """What the administrator did is never left out, though it be of a kind that this table does not know."""
    if event.actor.service != "administration":
        return None
    words = " ".join(re.findall(r"[A-Z][a-z0-9]*|[A-Z]+(?![a-z])", type(event).__name__))
    return facts.note(event, "report.note.unnamed", PLAIN, {"event": words})
