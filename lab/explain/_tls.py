"""Why TLS did not come up between a phone and CallManager, or a phone and CAPF.

An alert names only a class of faults. CallManager's verify code with its depth narrows that down, and what CallManager had read
into its trust, and what was done to that trust before and since, decides the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cucm_sim.certificate_events import CertificateRegenerated, CtlFileUpdated, SignedCertificateInstalled
from cucm_sim.events import CallManagerStarted, ServiceParameterChanged
from journal import Event
from lab.explain._alert_rules import ALERT_RULES
from lab.explain._case import Case
from lab.explain._certificate_rules import CERTIFICATE_RULES
from lab.explain._explanation import Finding, finding
from lab.explain._failure import Failure
from lab.explain._issuer_rules import ISSUER_RULES
from lab.explain._record import Record
from lab.explain._texts import Text, cluster_of, cn, text
from lab.explain._trust import made_anew, whereabouts
from lab.render import view
from phone_sim.events import SecureConnectionRefused
from pki import NO_NAME, DistinguishedName
from wire.tls import CertificateVerified, HandshakeFailed, VerifyCode, alert_text

_BY_VERIFY_CODE = {**ISSUER_RULES, **CERTIFICATE_RULES}

UNKNOWN_ISSUER = frozenset(
    {
        VerifyCode.UNABLE_TO_GET_ISSUER_CERT,
        VerifyCode.DEPTH_ZERO_SELF_SIGNED_CERT,
        VerifyCode.SELF_SIGNED_CERT_IN_CHAIN,
        VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
        VerifyCode.UNABLE_TO_VERIFY_LEAF_SIGNATURE,
    }
)
DISTRUST = UNKNOWN_ISSUER | {VerifyCode.CERT_SIGNATURE_FAILURE}
"""Codes with which a phone says that a server is not one of its own."""


def refusal_by_callmanager(record: Record, device: str, refusal: view.Refusal) -> Failure:
    """A phone that did not get through TLS to CallManager."""
    refused, _, server = refusal
    if refused.alert_direction == "write":
        return _distrust(record, device, "CallManager", refused)
    case = _case(record, refusal)
    rule = _BY_VERIFY_CODE.get(case.verify_code) if case.verify_code > 0 else ALERT_RULES.get(refused.alert)
    found = rule(case) if rule is not None and server is not None else None
    return Failure(device, refused, _what(device, case.kind, refused.alert), found)


def refusal_by_capf(record: Record, device: str, refused: SecureConnectionRefused) -> Failure:
    """A phone that did not get through TLS to CAPF, which asks for no certificate there."""
    if refused.alert_direction == "write":
        return _distrust(record, device, "CAPF", refused)
    return Failure(device, refused, text("explain.what.no-tls-to-capf", device=device), None)


def _what(device: str, kind: str, alert: int) -> Text:
    if alert < 0:
        return text("explain.what.closed", device=device)
    if not kind:
        return text("explain.what.refused", device=device, alert=alert_text(alert))
    return text("explain.what.certificate-refused", device=device, kind=kind, alert=alert_text(alert))


def _distrust(record: Record, device: str, server: str, refused: SecureConnectionRefused) -> Failure:
    """The phone refused the server; its own verify code says why."""
    here = record.on(refused.connection)
    failed = [event for event in here if isinstance(event, HandshakeFailed) and event.actor == device]
    code, alert = (failed[-1].verify_code, failed[-1].alert) if failed else (-1, -1)
    what = text("explain.what.server-refused", device=device, server=server, alert=alert_text(alert))
    found: Finding | None = None
    if code == VerifyCode.CERT_HAS_EXPIRED:
        found = finding("capf-certificate-expired" if server == "CAPF" else "callmanager-certificate-expired")
    elif code in DISTRUST:
        found = _server_made_anew(record, here, device, server, refused) or finding(
            "phone-distrusts-capf" if server == "CAPF" else "phone-distrusts-callmanager"
        )
    return Failure(device, refused, what, found)


def _server_made_anew(
    record: Record, here: Sequence[Event], device: str, server: str, refused: SecureConnectionRefused
) -> Finding | None:
    """The certificate that the server showed was made after the trust list that the phone goes by."""
    shown = {event.serial_number for event in here if isinstance(event, CertificateVerified) and event.actor == device}
    ends = [event.actor for event in here if event.actor != device]
    if not ends:
        return None
    cluster = cluster_of(ends[0])
    anew: list[CertificateRegenerated | SignedCertificateInstalled] = [
        *record.deeds(cluster, CertificateRegenerated, before=refused.seq),
        *record.deeds(cluster, SignedCertificateInstalled, before=refused.seq),
    ]
    made = next((event for event in reversed(anew) if event.unit == server and event.serial_number in shown), None)
    if made is None:
        return None
    rule = "capf-made-anew" if server == "CAPF" else "callmanager-made-anew"
    found = finding(rule, seq=made.seq, name=cn(made.subject), cluster=cluster)
    updated = record.deeds(cluster, CtlFileUpdated, after=made.seq, before=refused.seq)
    told = text("explain.act.ctl-updated", seq=updated[-1].seq) if updated else text("explain.act.ctl-not-updated")
    return replace(found, why=(told,), because=(made, *updated[-1:]))


def _case(record: Record, refusal: view.Refusal) -> Case:
    refused, chosen, server = refusal
    issuer = chosen.issuer if chosen is not None else NO_NAME
    cluster = cluster_of(server.actor) if server is not None else ""
    start = record.start(server.actor, refused.seq) if server is not None else None
    failed = _failed(record, server)
    signer = (failed.issuer if failed is not None else NO_NAME) or issuer
    known = isinstance(start, CallManagerStarted)
    changes = record.deeds(cluster, ServiceParameterChanged, before=start.seq) if start is not None else []
    return Case(
        cluster=cluster,
        kind=refused.kind,
        issuer=issuer,
        started=start if isinstance(start, CallManagerStarted) else None,
        verify_code=refusal.verify_code,
        depth=refusal.depth,
        failed_subject=failed.subject if failed is not None else NO_NAME,
        failed_issuer=failed.issuer if failed is not None else NO_NAME,
        where=whereabouts(record, start, signer, refused.seq) if known and start is not None and signer else None,
        made_anew=_anew_since(record, refusal, signer),
        signed=_signed(record, cluster, failed, refused.seq),
        offered=chosen.tls_version if chosen is not None else "",
        minimum=next((event for event in reversed(changes) if event.parameter == "minimum_tls_version"), None),
    )


def _signed(
    record: Record, cluster: str, failed: CertificateVerified | None, before: int
) -> SignedCertificateInstalled | None:
    """How CAPF came to have the certificate that ended the validation."""
    installed = record.deeds(cluster, SignedCertificateInstalled, before=before)
    serial = failed.serial_number if failed is not None else ""
    return next((event for event in installed if event.serial_number == serial), None)


def _failed(record: Record, server: HandshakeFailed | None) -> CertificateVerified | None:
    """The step of CallManager's path validation that ended it."""
    if server is None:
        return None
    steps = [
        event
        for event in record.on(server.connection)
        if isinstance(event, CertificateVerified)
        and event.actor == server.actor
        and (event.verify_code, event.depth) == (server.verify_code, server.depth)
    ]
    return steps[-1] if steps else None


def _anew_since(
    record: Record, refusal: view.Refusal, signer: DistinguishedName
) -> CertificateRegenerated | SignedCertificateInstalled | None:
    """CAPF's replacement, where what the phone showed is older than that: a new LSC has another reason to be refused."""
    if refusal.server is None or refusal.chosen is None:
        return None
    made = made_anew(record, cluster_of(refusal.server.actor), signer, refusal.refused.seq)
    issued = record.issued(refusal.chosen.serial_number)
    if made is None or (issued is not None and record.capf_started_between(made, issued)):
        return None
    return made
