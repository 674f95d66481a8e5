"""Rules for handshakes that ended before any certificate was judged: there the alert decides."""

from __future__ import annotations

from dataclasses import replace

from lab.explain._case import Case, Rule
from lab.explain._explanation import Finding, finding
from lab.explain._texts import text
from wire.tls import AlertDescription


def _no_certificate(case: Case) -> Finding | None:
    return None if case.kind else finding("no-certificate")


def _no_common_cipher(case: Case) -> Finding | None:
    """On TLS 1.2 and older, a missing certificate has the same alert."""
    return finding("no-common-cipher") if case.kind else _no_certificate(case)


def _version(case: Case) -> Finding | None:
    lowest = case.started.minimum_tls_version if case.started is not None else ""
    if not (case.offered and lowest and case.offered < lowest):  # as texts: TLSv1, TLSv1.1, TLSv1.2, TLSv1.3
        return None
    found = finding("minimum-tls-version", offered=case.offered, cluster=case.cluster, minimum=lowest)
    if case.minimum is None or case.started is None:
        return found
    told = text("explain.act.minimum-raised", seq=case.minimum.seq, minimum=case.minimum.value, start=case.started.seq)
    return replace(found, why=(told,), because=(case.minimum,))


ALERT_RULES: dict[int, Rule] = {
    AlertDescription.PROTOCOL_VERSION: _version,
    AlertDescription.CERTIFICATE_REQUIRED: _no_certificate,
    AlertDescription.HANDSHAKE_FAILURE: _no_common_cipher,
}
