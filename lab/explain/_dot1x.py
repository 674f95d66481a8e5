"""Why a phone's switch port stayed closed: the authentication server's verdict, the phone's own, or a server that nobody heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from edge_sim.authentication_server.events import (
    AuthenticationFailed,
    AuthenticationServerStarted,
    AuthenticationServerStopped,
    DropReason,
    RequestsUnanswered,
)
from edge_sim.authentication_server.failure_reasons import FailureReason
from edge_sim.authenticator.events import (
    PortModeSet,
    PortStateChanged,
    PortUnauthorized,
    RadiusAnswerRefused,
    RadiusServerDead,
)
from journal import Event
from lab.explain._edge_certificate import DoorRules, Shown, certificate_refused
from lab.explain._edge_trust import last_read
from lab.explain._explanation import Finding, finding
from lab.explain._failure import Failure
from lab.explain._record import Record
from lab.explain._texts import Text, cluster_of, text
from lab.explain._tls import DISTRUST
from lab.render import view
from lab.render.edge_lines_ise_log import FAILURE_TEXTS
from lab.render.edge_view import FORCE_UNAUTHORIZED, Told, port_of, told_of
from phone_sim.boot import State
from phone_sim.events import CertificateChosen, ServerUnreachable, StateChanged
from phone_sim.supplicant.events import Dot1xFailed
from wire.tls import VerifyCode, alert_text

DOOR = DoorRules(
    capf_not_trusted="dot1x-capf-not-trusted",
    lsc_of_another_cluster="dot1x-lsc-of-another-cluster",
    capf_distrusted="dot1x-capf-distrusted",
    capf_made_anew="dot1x-capf-made-anew",
    mic_issuer_not_trusted="dot1x-mic-issuer-not-trusted",
    chain_incomplete="dot1x-chain-incomplete",
    issuer_key_changed="dot1x-issuer-key-changed",
    lsc_expired="dot1x-lsc-expired",
    mic_expired="dot1x-mic-expired",
    issuer_expired="dot1x-issuer-expired",
    refused="dot1x-certificate-refused",
    not_restarted="dot1x-trusted-and-not-restarted",
    not_yet_valid="dot1x-certificate-not-yet-valid",
    revoked="dot1x-certificate-revoked",
    crl_missing="dot1x-crl-missing",
    crl_out_of_date="dot1x-crl-out-of-date",
    purpose="dot1x-certificate-purpose",
)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the authentication server noted, with the phone's side of it."""

    record: Record
    device: str
    event: AuthenticationFailed
    chosen: CertificateChosen | None

    @property
    def server(self) -> str:
        return cluster_of(self.event.actor)

    @property
    def kind(self) -> str:
        return self.chosen.kind if self.chosen is not None else ""


def closed_ports(record: Record, device: str, events: Sequence[Event]) -> Iterator[Failure]:
    """Each EAP-Failure that the phone got, and what keeps it waiting without one. `events`: of this phone."""
    failures = view.of(events, device, Dot1xFailed)
    for failed in failures:
        yield _failed(record, device, failed)
    states = view.of(events, device, StateChanged)
    if not states or states[-1].next_state != State.AT_PORT.value:
        return
    if any(failed.seq > states[-1].seq for failed in failures):
        return
    for event in reversed(events):
        if isinstance(event, Told):
            if event.seq > states[-1].seq:
                what = text("explain.what.at-port", device=device)
                found = _of_network(record, device, event)
                yield Failure(device, event, what, found)
            return


def behind_closed_port(record: Record, device: str, silent: ServerUnreachable) -> Failure | None:
    """A server that nobody answered from, because nothing but EAPOL went through the phone's port then."""
    closed = port_of(record.of_device(device), device, silent.seq)
    if not isinstance(closed, PortUnauthorized):
        return None
    what = text(
        "explain.what.unreachable", device=device, address=silent.address, port=silent.port, service=silent.service
    )
    found = finding("dot1x-port-unauthorized", port=closed.port, seq=closed.seq, why=closed.why)
    return Failure(device, silent, what, replace(found, because=(closed,)))


def _failed(record: Record, device: str, failed: Dot1xFailed) -> Failure:
    if failed.alert_direction == "write":
        what = text("explain.what.dot1x-server-refused", device=device, alert=alert_text(failed.alert))
        return Failure(device, failed, what, _distrust(failed))
    told = told_of(record.on(failed.connection), failed)
    if isinstance(told, AuthenticationFailed):
        reason = FAILURE_TEXTS.get(told.failure_code, told.failure_name)
        what = text(
            "explain.what.dot1x-rejected",
            device=device,
            server=cluster_of(told.actor),
            code=told.failure_code,
            reason=reason,
        )
    else:
        what = text("explain.what.dot1x-failed", device=device)
    found = _of_network(record, device, told) if told is not None else _forced(record, failed)
    return Failure(device, failed, what, found)


def _distrust(failed: Dot1xFailed) -> Finding | None:
    if failed.verify_code == VerifyCode.CERT_HAS_EXPIRED:
        return finding("dot1x-server-certificate-expired")
    return finding("dot1x-phone-distrusts-server") if failed.verify_code in DISTRUST else None


def _of_network(record: Record, device: str, told: Told) -> Finding | None:
    if isinstance(told, RadiusServerDead):
        return _silent(record, told)
    if isinstance(told, RadiusAnswerRefused):
        return finding("dot1x-answer-refused", error=told.error)
    before = [event for event in record.on(told.connection) if event.actor == device and event.seq < told.seq]
    chosen = [event for event in before if isinstance(event, CertificateChosen)]
    verdict = _Verdict(record, device, told, chosen[-1] if chosen else None)
    if told.verify_code > 0:
        return certificate_refused(
            Shown(
                record,
                told.actor,
                device,
                verdict.kind,
                told.verify_code,
                told.depth,
                told.certificate_subject,
                told.certificate_issuer,
                told.seq,
            ),
            DOOR,
        )
    rule = _BY_REASON.get(told.failure_code)
    return rule(verdict) if rule is not None else None


def _authentication(verdict: _Verdict) -> Finding:
    """Without TLS there was no certificate whose name could be another one."""
    event = verdict.event
    rule = "dot1x-name-not-the-identity" if event.tls_version else "dot1x-other-method"
    return Finding(rule, {"expected": event.expected, "received": event.received, "server": verdict.server})


def _unknown_endpoint(verdict: _Verdict) -> Finding:
    return finding("dot1x-unknown-endpoint", received=verdict.event.received, server=verdict.server)


def _handshake(verdict: _Verdict) -> Finding | None:
    return finding("dot1x-no-certificate", server=verdict.server) if not verdict.kind else None


def _version(verdict: _Verdict) -> Finding | None:
    read = last_read(verdict.record, verdict.event.actor, verdict.event.seq)
    if verdict.chosen is None or not isinstance(read, AuthenticationServerStarted):
        return None
    return finding(
        "dot1x-tls-version",
        offered=verdict.chosen.tls_version,
        server=verdict.server,
        minimum=read.minimum_tls_version,
    )


def _cipher(verdict: _Verdict) -> Finding:
    return finding("dot1x-no-common-cipher", server=verdict.server)


def _phone_silent(verdict: _Verdict) -> Finding:
    return finding("dot1x-phone-silent", server=verdict.server)


_BY_REASON: dict[int, Callable[[_Verdict], Finding | None]] = {
    FailureReason.EAP_TLS_AUTHENTICATION_FAILED: _authentication,
    FailureReason.EAP_TLS_HANDSHAKE_FAILED: _handshake,
    FailureReason.SUPPLICANT_STOPPED_RESPONDING: _phone_silent,
    FailureReason.NO_SUITABLE_CIPHERS: _cipher,
    FailureReason.TLS_VERSION_NOT_ALLOWED: _version,
    FailureReason.SUBJECT_NOT_FOUND: _unknown_endpoint,
}
"""Where OpenSSL gave no verify code."""


def _silent(record: Record, dead: RadiusServerDead) -> Finding:
    """What became of the server at that address says why it is silent, as far as the journal knows."""
    started = [
        event
        for event in record.edge_events()
        if isinstance(event, AuthenticationServerStarted)
        and event.seq < dead.seq
        and f"{event.address}:{event.port}" == dead.server
    ]
    if not started:
        return finding("dot1x-server-silent", server=dead.server)
    server, since = cluster_of(started[-1].actor), started[-1].seq
    for event in reversed(record.of_actor(started[-1].actor)):
        if not since < event.seq < dead.seq:
            continue
        if isinstance(event, AuthenticationServerStopped):
            found = finding("dot1x-server-stopped", server=server, seq=event.seq)
            return replace(found, because=(event,))
        if isinstance(event, RequestsUnanswered) and event.reason == DropReason.UNKNOWN_CLIENT:
            found = finding("dot1x-network-device-unknown", server=server, source=event.source)
            return replace(found, because=(started[-1], event))
        if isinstance(event, RequestsUnanswered) and event.reason == DropReason.INVALID_MESSAGE_AUTHENTICATOR:
            found = finding("dot1x-wrong-secret", server=server, source=event.source)
            return replace(found, because=(event,))
    return finding("dot1x-server-silent", server=server)


def _forced(record: Record, failed: Dot1xFailed) -> Finding | None:
    """No server was asked: the port may be told to refuse everybody."""
    mine = [event for event in record.on(failed.connection) if event.seq < failed.seq]
    steps = [event for event in mine if isinstance(event, PortStateChanged)]
    if not steps or steps[-1].next_state != FORCE_UNAUTHORIZED:
        return None
    found = finding("dot1x-port-force-unauthorized", port=steps[-1].port)
    order = record.at(steps[-1].cause)
    if not isinstance(order, PortModeSet):
        return found
    told: Text = text("explain.act.port-mode", mode=order.mode, port=order.port, seq=order.seq)
    return replace(found, why=(told,), because=(order,))
