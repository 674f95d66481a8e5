"""Names of verdicts and codes that programs may rely on: the same in every language and every version of a format."""

from __future__ import annotations

from lab.whatif.impact_report import Outcome, Verdict
from wire.tls import VerifyCode, alert_text

VERDICTS = {
    Verdict.WORKS: "works",
    Verdict.ONLY_BY_MIC: "works-only-by-mic",
    Verdict.MENDED: "mended",
    Verdict.BREAKS: "breaks",
    Verdict.WAS_BROKEN: "was-broken",
    Verdict.UNKNOWN: "cannot-tell",
}


def code_at(outcome: Outcome | None) -> str:
    """`20@0`: the verify code and the depth of the certificate at fault; empty where none was."""
    if outcome is None or outcome.verify_code < 0:
        return ""
    return f"{outcome.verify_code}@{outcome.depth}" if outcome.depth >= 0 else str(outcome.verify_code)


def verify_name(code: int) -> str | None:
    """`UNABLE_TO_GET_ISSUER_CERT_LOCALLY`: as OpenSSL's X509_V_ERR constants; None for no code and for one without a name."""
    try:
        return VerifyCode(code).name
    except ValueError:
        return None


def alert_name(outcome: Outcome | None) -> str:
    """`unknown CA`; empty where no alert crossed the wire."""
    return alert_text(outcome.alert) if outcome is not None and outcome.alert >= 0 else ""
