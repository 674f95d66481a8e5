"""Why a phone has no VPN tunnel: what its gateway refused, what it refused itself, or a gateway that nobody reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from cucm_sim.vpn_management import VpnGroupAssigned, VpnGroupSaved
from edge_sim.vpn_gateway.events import (
    ClientCertificateMissing,
    ClientCertificateRefused,
    LoginRefusal,
    LoginRefused,
    TunnelRefused,
    VpnGatewayStarted,
    VpnGatewayStopped,
)
from journal import Event
from lab.explain._edge_certificate import DoorRules, Shown, certificate_refused
from lab.explain._explanation import Finding, finding
from lab.explain._failure import Failure
from lab.explain._faults import fault
from lab.explain._record import Record
from lab.explain._texts import cluster_of, cn, text
from lab.render import view
from phone_sim.events import CertificateChosen, ServerUnreachable
from phone_sim.vpn.events import (
    HostIdFault,
    HostIdRefused,
    VpnEnded,
    VpnFailure,
    VpnGatewayFailed,
    VpnNotAttempted,
)
from wire.tls import AlertDescription
from wire.tunnel import TunnelEnd

DOOR = DoorRules(
    capf_not_trusted="vpn-capf-not-trusted",
    lsc_of_another_cluster="vpn-lsc-of-another-cluster",
    capf_distrusted="vpn-capf-distrusted",
    capf_made_anew="vpn-capf-made-anew",
    mic_issuer_not_trusted="vpn-mic-issuer-not-trusted",
    chain_incomplete="vpn-chain-incomplete",
    issuer_key_changed="vpn-issuer-key-changed",
    lsc_expired="vpn-lsc-expired",
    mic_expired="vpn-mic-expired",
    issuer_expired="vpn-issuer-expired",
    refused="vpn-certificate-refused",
)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One gateway's failure, with what either end noted on its last connection."""

    record: Record
    device: str
    failed: VpnGatewayFailed
    because: Event | None
    """What the phone names as the cause."""
    there: tuple[Event, ...]
    """The gateway's events of that connection."""

    @property
    def chosen(self) -> CertificateChosen | None:
        here = self.record.on(self.because.connection) if self.because is not None else []
        return next((event for event in here if isinstance(event, CertificateChosen)), None)


def tunnels_missed(record: Record, device: str, events: Sequence[Event]) -> Iterator[Failure]:
    """Each gateway that gave no tunnel, each tunnel that broke, and a phone that cannot even try. `events`: of this phone."""
    for failed in view.of(events, device, VpnGatewayFailed):
        what = text("explain.what.vpn-failed", device=device, url=failed.url, failure=fault(failed.failure))
        yield Failure(device, failed, what, _why(_attempt(record, device, failed)))
    for ended in view.of(events, device, VpnEnded):
        if ended.how is not TunnelEnd.CLOSED_HERE:
            what = text("explain.what.vpn-lost", device=device, how=fault(ended.how))
            yield Failure(device, ended, what, _lost(record, device, ended))
    for missing in view.of(events, device, VpnNotAttempted):
        what = text("explain.what.vpn-not-attempted", device=device)
        yield Failure(device, missing, what, finding("vpn-password-needed"))


def _attempt(record: Record, device: str, failed: VpnGatewayFailed) -> _Attempt:
    because = record.at(failed.cause)
    connection = because.connection if because is not None else ""
    there = tuple(event for event in record.on(connection) if event.actor != device)
    return _Attempt(record, device, failed, because, there)


def _why(attempt: _Attempt) -> Finding | None:
    refused = next((event for event in attempt.there if isinstance(event, ClientCertificateRefused)), None)
    if refused is not None:
        return certificate_refused(
            Shown(
                attempt.record,
                refused.actor,
                attempt.device,
                attempt.failed.kind,
                refused.verify_code,
                refused.depth,
                refused.subject,
                refused.issuer,
                refused.seq,
            ),
            DOOR,
        )
    rule = _BY_FAILURE.get(attempt.failed.failure)
    return rule(attempt) if rule is not None else None


def _tls(attempt: _Attempt) -> Finding | None:
    """No certificate was judged: there the alert decides."""
    failed, chosen = attempt.failed, attempt.chosen
    if failed.alert_direction != "read":
        return None
    if failed.alert == AlertDescription.PROTOCOL_VERSION:
        return finding("vpn-tls-version", offered=chosen.tls_version if chosen is not None else "TLS", url=failed.url)
    return finding("vpn-no-common-cipher") if failed.alert == AlertDescription.HANDSHAKE_FAILURE else None


def _host_id(attempt: _Attempt) -> Finding | None:
    refused = attempt.because
    if not isinstance(refused, HostIdRefused):
        return None
    nothing = text("explain.phrase.nothing")
    names, subject = refused.names or (nothing,), cn(refused.subject) or nothing
    found = Finding(_BY_FAULT[refused.fault], {"host": refused.host, "names": names, "subject": subject})
    if refused.fault is not HostIdFault.UNKNOWN_HASH:
        return found
    saved = _saved(attempt)
    if saved is None:
        return found
    told = text("explain.act.vpn-group-saved", group=saved.group, seq=saved.seq)
    return replace(found, why=(told,), because=(saved,))


def _saved(attempt: _Attempt) -> VpnGroupSaved | None:
    """How the phone's group came to hold the hashes that its file brought."""
    record, end = attempt.record, attempt.failed.seq
    assigned = [event for event in record.of_device(attempt.device) if isinstance(event, VpnGroupAssigned)]
    mine = [event for event in assigned if event.seq < end and event.group]
    if not mine:
        return None
    saved = record.deeds(cluster_of(mine[-1].actor), VpnGroupSaved, before=end)
    of_it = [event for event in saved if event.group == mine[-1].group]
    return of_it[-1] if of_it else None


_BY_FAULT = {
    HostIdFault.UNKNOWN_HASH: "vpn-host-id-unknown-hash",
    HostIdFault.OTHER_NAME: "vpn-host-id-other-name",
    HostIdFault.WILDCARD: "vpn-host-id-wildcard",
}


def _unresolved(attempt: _Attempt) -> Finding:
    return finding("vpn-host-not-found", url=attempt.failed.url)


def _unreachable(attempt: _Attempt) -> Finding:
    silent = attempt.because
    if isinstance(silent, ServerUnreachable):
        stopped = _stopped_at(attempt.record, silent.address, silent.port, silent.seq)
        if stopped is not None:
            return _stopped(stopped)
    return finding("vpn-gateway-unreachable", url=attempt.failed.url)


def _stopped_at(record: Record, address: str, port: int, before: int) -> VpnGatewayStopped | None:
    """The stop of the gateway of that address, where it did not start again."""
    actor = ""
    for event in record.edge_events():
        if isinstance(event, VpnGatewayStarted) and (event.address, event.port) == (address, port):
            actor = event.actor
    starts = VpnGatewayStarted | VpnGatewayStopped
    of_it = [event for event in record.of_actor(actor) if isinstance(event, starts) and event.seq < before]
    last = of_it[-1] if of_it else None
    return last if isinstance(last, VpnGatewayStopped) else None


def _stopped(stopped: VpnGatewayStopped) -> Finding:
    found = finding("vpn-gateway-stopped", server=cluster_of(stopped.actor), seq=stopped.seq)
    return replace(found, because=(stopped,))


def _login(attempt: _Attempt) -> Finding:
    refused = [event for event in attempt.there if isinstance(event, LoginRefused | TunnelRefused)]
    missing = any(isinstance(event, ClientCertificateMissing) for event in attempt.there)
    last = refused[-1] if refused else None
    if isinstance(last, LoginRefused) and last.reason is LoginRefusal.NO_CERTIFICATE and missing:
        return finding("vpn-no-certificate", server=cluster_of(last.actor))
    status = attempt.failed.status
    if isinstance(last, TunnelRefused):
        found = finding("vpn-tunnel-refused", server=cluster_of(last.actor), reason=fault(last.reason), status=status)
        return replace(found, because=(last,))
    found = finding("vpn-login-refused", url=attempt.failed.url, status=status)
    if last is None:
        return found
    told = text("explain.phrase.fault", fault=fault(last.reason))
    return replace(found, why=(told,), because=(last,))


def _no_group(attempt: _Attempt) -> Finding:
    return finding("vpn-no-such-group", url=attempt.failed.url)


def _strange(attempt: _Attempt) -> Finding:
    failed = attempt.failed
    found = finding("vpn-strange-answer", url=failed.url, failure=fault(failed.failure), status=failed.status)
    return replace(found, why=(text("explain.phrase.fault", fault=failed.fault),)) if failed.fault else found


def _slow(attempt: _Attempt) -> Finding:
    return finding("vpn-gateway-silent", url=attempt.failed.url)


_BY_FAILURE: dict[VpnFailure, Callable[[_Attempt], Finding | None]] = {
    VpnFailure.UNRESOLVED: _unresolved,
    VpnFailure.UNREACHABLE: _unreachable,
    VpnFailure.TLS_REFUSED: _tls,
    VpnFailure.HOST_ID: _host_id,
    VpnFailure.COOKIE_MISSING: _strange,
    VpnFailure.LOGIN_REFUSED: _login,
    VpnFailure.FORBIDDEN: _login,
    VpnFailure.NOT_FOUND: _no_group,
    VpnFailure.REDIRECTED: _strange,
    VpnFailure.UNAVAILABLE: _login,
    VpnFailure.OTHER_STATUS: _strange,
    VpnFailure.MALFORMED: _strange,
    VpnFailure.TIMED_OUT: _slow,
}
"""CONNECTION_LOST is not here: why a gateway hung up is known only where it noted something on that connection."""

_SILENT = frozenset({TunnelEnd.DEAD_PEER, TunnelEnd.STUCK})


def _lost(record: Record, device: str, ended: VpnEnded) -> Finding:
    if ended.how in _SILENT:
        return finding("vpn-dead-tunnel")
    stopped = [
        event
        for event in record.edge_events()
        if isinstance(event, VpnGatewayStopped) and any(e.actor == event.actor for e in record.on(ended.connection))
    ]
    if ended.how is TunnelEnd.TERMINATE and stopped:
        return _stopped(stopped[-1])
    found = finding("vpn-tunnel-lost", how=fault(ended.how))
    return replace(found, why=(text("explain.phrase.fault", fault=ended.text),)) if ended.text else found
