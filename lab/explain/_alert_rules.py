"""Rules for handshakes that ended before any certificate was judged: there the alert decides."""

from __future__ import annotations

from lab.explain._case import INSTALL, Case, Rule, Words
from wire.tls import AlertDescription


def _no_certificate(case: Case) -> Words | None:
    if case.kind:
        return None
    return Words(
        "no-certificate",
        "The phone has neither an LSC nor a MIC, and CallManager demands a certificate on its secure port.",
        "Give it a non-secure profile and install an LSC by null string.",
        INSTALL,
    )


def _no_common_cipher(case: Case) -> Words | None:
    """On TLS 1.2 and older, a missing certificate has the same alert."""
    if not case.kind:
        return _no_certificate(case)
    return Words(
        "no-common-cipher",
        "The phone and CallManager have no cipher suite in common; no certificate was looked at.",
        "Compare the cipher list on the phone's console with the cluster's TLS Ciphers.",
    )


def _version(case: Case) -> Words | None:
    if not (
        case.offered and case.minimum and case.offered < case.minimum
    ):  # as texts: TLSv1, TLSv1.1, TLSv1.2, TLSv1.3
        return None
    return Words(
        "minimum-tls-version",
        f"The phone offers {case.offered} at most, and cluster {case.cluster} accepts nothing below {case.minimum}.",
        "Lower the cluster's minimum TLS version, or replace the phone: firmware cannot mend this on a 79xx.",
    )


ALERT_RULES: dict[int, Rule] = {
    AlertDescription.PROTOCOL_VERSION: _version,
    AlertDescription.CERTIFICATE_REQUIRED: _no_certificate,
    AlertDescription.HANDSHAKE_FAILURE: _no_common_cipher,
}
