"""Why a certificate operation of CAPF failed, by what CAPF noted on the way to its status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from capf_sim import events as ev
from capf_sim.bearer import BearerFault
from cucm_sim.events import CapfSettingsChanged
from journal import Event
from lab.explain._explanation import Finding, finding
from lab.explain._failure import Failure
from lab.explain._faults import fault
from lab.explain._issuer_rules import not_read_yet
from lab.explain._record import Record
from lab.explain._texts import Part, Text, cluster_of, cn, text, verify_words
from lab.explain._tls import UNKNOWN_ISSUER
from lab.explain._trust import whereabouts
from phone_sim.capf_events import LscRejected
from wire.tls import VerifyCode


def operation(record: Record, device: str, ended: ev.OperationEnded) -> Failure:
    """`ended` did not succeed; the event that it names as its cause is why."""
    what = text("explain.what.operation-ended", operation=ended.operation, device=device, status=ended.status)
    because = record.at(ended.cause)
    rule = _RULES.get(type(because)) if because is not None else None
    if rule is None:
        return Failure(device, ended, what, None)
    found: Finding = rule(record, because)
    settings = [
        event
        for event in record.deeds(cluster_of(ended.actor), CapfSettingsChanged, before=ended.seq)
        if event.device_name == device
    ]
    return Failure(device, ended, what, replace(found, because=(*found.because, *settings[-1:])))


def _bearer(record: Record, event: ev.BearerRefused) -> Finding:
    kind = event.certificate_kind
    if event.fault == BearerFault.NOT_PRESENTED:
        return finding("capf-no-certificate")
    other_mode = (text("explain.phrase.or-precedence-to-mic"),) if kind == "LSC" else ()
    if event.fault in (BearerFault.PROOF_MISSING, BearerFault.PROOF_WRONG):
        return replace(finding("capf-no-proof", kind=kind, fault=fault(event.fault)), cure=other_mode)
    if event.fault == BearerFault.OTHER_DEVICE:
        parts: dict[str, Part] = {"kind": kind, "subject": cn(event.subject), "device": event.device}
        return Finding("capf-certificate-of-another-device", parts, cure=other_mode)
    if event.verify_code == VerifyCode.CERT_HAS_EXPIRED and event.depth == 0:
        rule = "capf-mic-expired" if kind == "MIC" else "capf-lsc-expired"
        return replace(finding(rule, code=event.verify_code), cure=other_mode)
    if event.verify_code in UNKNOWN_ISSUER:
        return _unknown_issuer(record, event, other_mode)
    return _otherwise(event, other_mode)


def _unknown_issuer(record: Record, event: ev.BearerRefused, other_mode: tuple[Text, ...]) -> Finding:
    """CAPF-trust had no certificate of the issuer's name when CAPF started; else the codes leave open what is wrong."""
    kind, issuer, start = event.certificate_kind, event.issuer, record.start(event.actor, event.seq)
    parts: dict[str, Part] = {"issuer": cn(issuer), "code": event.verify_code, "words": verify_words(event.verify_code)}
    if start is None or event.depth > 0 or issuer in start.trusted:
        return _otherwise(event, other_mode)
    where = whereabouts(record, start, issuer, event.seq)
    if where.uploaded is not None:
        return not_read_yet(where, text("explain.phrase.own-certificate", kind=kind))
    if kind == "MIC":
        return Finding("capf-mic-issuer-not-in-capf-trust", parts, where.told(), (), where.deed)
    if where.deleted is not None:
        return Finding("capf-deleted-from-capf-trust", parts, where.told(), other_mode, where.deed)
    rule = "capf-lsc-of-another-cluster" if where.other_clusters else "capf-lsc-issuer-not-in-capf-trust"
    return Finding(rule, parts, where.told(), other_mode)


def _otherwise(event: ev.BearerRefused, other_mode: tuple[Text, ...]) -> Finding:
    """What is known is said: the fault by name, the verify code, and no more."""
    kind, reason = event.certificate_kind, text("explain.phrase.fault", fault=fault(event.fault))
    if event.verify_code:
        words = verify_words(event.verify_code)
        reason = text("explain.phrase.not-verified", code=event.verify_code, words=words, depth=event.depth)
    issuer: Part = cn(event.issuer) or text("explain.phrase.nobody-readable")
    rule = "capf-mic-refused" if kind == "MIC" else "capf-lsc-refused"
    return Finding(rule, {"issuer": issuer}, (reason,), other_mode)


def _string(record: Record, event: ev.AuthenticationStringRefused) -> Finding:
    if event.blocked_until:
        return finding("capf-authentication-string-blocked", until=event.blocked_until)
    return finding("capf-authentication-string" if event.given else "capf-no-authentication-string")


def _blocked(record: Record, event: ev.AuthenticationStringBlocked) -> Finding:
    return finding("capf-authentication-string-blocked", until=event.until)


def _late(record: Record, event: ev.OperationLate) -> Finding:
    return finding("capf-late", completes_by=event.completes_by)


def _timed_out(record: Record, event: ev.OperationTimedOut) -> Finding:
    return finding("capf-timed-out", completes_by=event.completes_by, state=event.state)


def _key(record: Record, event: ev.KeyNotReceived) -> Finding:
    return finding("capf-key-not-made", key=event.key, fault=fault(event.fault))


def _ec_only(record: Record, event: ev.KeyOrderUnsupported) -> Finding:
    return finding("capf-ec-only", version=event.version)


def _not_issued(record: Record, event: ev.LscNotIssued) -> Finding:
    return finding("capf-lsc-not-issued", failure=event.failure)


def _not_stored(record: Record, event: ev.LscNotStored) -> Finding:
    found = finding("capf-lsc-not-stored", reason=event.reason)
    said = next((one for one in record.on(event.connection) if isinstance(one, LscRejected)), None)
    return replace(found, why=(text("explain.phrase.fault", fault=fault(said.fault)),)) if said is not None else found


def _gone(record: Record, event: ev.CapfPeerSilent | ev.CapfPeerLost) -> Finding:
    if isinstance(event, ev.CapfPeerLost):
        how = text("explain.phrase.hung-up", state=event.state)
    else:
        how = text("explain.phrase.silent", state=event.state, seconds=event.seconds)
    return finding("capf-phone-gone", how=how)


_RULES: dict[type[Event], Callable[[Record, Any], Finding]] = {
    ev.BearerRefused: _bearer,
    ev.AuthenticationStringRefused: _string,
    ev.AuthenticationStringBlocked: _blocked,
    ev.OperationLate: _late,
    ev.OperationTimedOut: _timed_out,
    ev.KeyNotReceived: _key,
    ev.KeyOrderUnsupported: _ec_only,
    ev.LscNotIssued: _not_issued,
    ev.LscNotStored: _not_stored,
    ev.CapfPeerSilent: _gone,
    ev.CapfPeerLost: _gone,
}
