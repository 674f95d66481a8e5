"""Why TLS did not come up between a phone and CallManager, or a phone and CAPF.

An alert names only a class of faults. CallManager's verify code with its depth narrows that down, and what CallManager had read
into its trust decides the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from cucm_sim.events import CallManagerStarted
from journal import Event
from lab import view
from lab.explain._alert_rules import ALERT_RULES
from lab.explain._case import Case
from lab.explain._certificate_rules import CERTIFICATE_RULES
from lab.explain._explanation import Evidence, Explanation, evidence_of, unknown
from lab.explain._issuer_rules import ISSUER_RULES
from phone_sim.events import CertificateChosen, CertificateMissing, SecureConnectionRefused
from wire.tls import AlertDescription, AlertSeen, CertificateVerified, HandshakeFailed, VerifyCode, alert_text

_BY_VERIFY_CODE = {**ISSUER_RULES, **CERTIFICATE_RULES}


def explain_refusal(events: Sequence[Event], device: str, refusal: view.Refusal) -> Explanation:
    """A phone that did not get through TLS to CallManager."""
    refused, _, server = refusal
    here = [event for event in events if event.connection == refused.connection]
    started = _started(events, server, refused)
    evidence = _evidence(here, started)
    if refused.alert_direction == "write":
        return _distrust(here, device, "CallManager", evidence)
    case = _case(events, here, refusal, started)
    what = (
        f"{device} offered its {case.kind} to CallManager and was refused"
        if case.kind
        else f"{device} was refused by CallManager"
    )
    what += f": {alert_text(refused.alert)}." if refused.alert >= 0 else ": the connection was closed without an alert."
    rule = _BY_VERIFY_CODE.get(case.verify_code) if case.verify_code > 0 else ALERT_RULES.get(refused.alert)
    words = rule(case) if rule is not None and server is not None else None
    if words is None:
        return unknown(device, what, evidence)
    return Explanation(device, words.rule, what, words.why, words.cure, words.commands, evidence)


def explain_capf_refusal(events: Sequence[Event], device: str, refused: SecureConnectionRefused) -> Explanation:
    """A phone that did not get through TLS to CAPF, which asks for no certificate there."""
    here = [event for event in events if event.connection == refused.connection]
    evidence = _evidence(here, None)
    if refused.alert_direction == "write":
        return _distrust(here, device, "CAPF", evidence)
    return unknown(device, f"TLS between {device} and CAPF did not come up.", evidence)


def _distrust(here: Sequence[Event], device: str, server: str, evidence: tuple[Evidence, ...]) -> Explanation:
    """The phone refused the server; its own verify code says why."""
    failed = [event for event in here if isinstance(event, HandshakeFailed) and event.actor == device]
    code = failed[-1].verify_code if failed else -1
    alert = failed[-1].alert if failed else -1
    what = f"{device} refused {server}'s certificate: {alert_text(alert)}."
    slug = server.lower()
    if code == VerifyCode.CERT_HAS_EXPIRED:
        why = f"The certificate that {server} sent had expired at the time of the handshake."
        cure = f"Regenerate {server}'s certificate, update the CTL file and restart the service; then reset the phones."
        return Explanation(device, f"{slug}-certificate-expired", what, why, cure, (), evidence)
    if code in _DISTRUST:
        why = f"The certificate that {server} sent is not in the phone's trust list."
        cure = "Give the phone this cluster's trust list: delete its CTL and ITL files, and reset it."
        return Explanation(device, f"phone-distrusts-{slug}", what, why, cure, (), evidence)
    return unknown(device, what, evidence)


_DISTRUST = frozenset(
    {
        VerifyCode.UNABLE_TO_GET_ISSUER_CERT,
        VerifyCode.CERT_SIGNATURE_FAILURE,
        VerifyCode.DEPTH_ZERO_SELF_SIGNED_CERT,
        VerifyCode.SELF_SIGNED_CERT_IN_CHAIN,
        VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
        VerifyCode.UNABLE_TO_VERIFY_LEAF_SIGNATURE,
    }
)


def _started(
    events: Sequence[Event], server: HandshakeFailed | None, refused: SecureConnectionRefused
) -> CallManagerStarted | None:
    """The start of the service that refused: the last one before."""
    if server is None:
        return None
    starts = [
        event
        for event in events
        if isinstance(event, CallManagerStarted) and event.actor == server.actor and event.seq < refused.seq
    ]
    return starts[-1] if starts else None


def _case(
    events: Sequence[Event], here: Sequence[Event], refusal: view.Refusal, started: CallManagerStarted | None
) -> Case:
    refused, chosen, server = refusal
    issuer = chosen.issuer if chosen is not None else ""
    cluster = server.actor.partition("/")[0] if server is not None else ""
    trusting = dict.fromkeys(
        event.actor.partition("/")[0]
        for event in events
        if isinstance(event, CallManagerStarted) and issuer in event.trusted
    )
    failed = [
        event
        for event in here
        if isinstance(event, CertificateVerified)
        and server is not None
        and event.actor == server.actor
        and (event.verify_code, event.depth) == (server.verify_code, server.depth)
    ]
    return Case(
        cluster=cluster,
        kind=refused.kind,
        issuer=issuer,
        trusted=started.trusted if started is not None else None,
        elsewhere=tuple(name for name in trusting if name != cluster),
        verify_code=refusal.verify_code,
        depth=refusal.depth,
        failed_subject=failed[-1].subject if failed else "",
        failed_issuer=failed[-1].issuer if failed else "",
        offered=chosen.tls_version if chosen is not None else "",
        minimum=started.minimum_tls_version if started is not None else "",
    )


_TELLING = (CertificateChosen, CertificateMissing, HandshakeFailed)


def _evidence(here: Sequence[Event], started: CallManagerStarted | None) -> tuple[Evidence, ...]:
    wanted = [
        event
        for event in here
        if isinstance(event, _TELLING)
        or (isinstance(event, CertificateVerified) and event.verify_code > 0)
        or (isinstance(event, AlertSeen) and event.description != AlertDescription.CLOSE_NOTIFY)
    ]
    known = [*([started] if started is not None else []), *wanted]
    return tuple(evidence_of(event) for event in sorted(known, key=lambda event: event.seq))
