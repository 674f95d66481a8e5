"""Why a phone does not get through, in one or two sentences: codes in, a key of the catalogue out."""

from __future__ import annotations

from cisco_data import ServiceKind
from lab.base.language import Catalogue
from lab.fleet.model import Described, FleetPhone, FleetServer, Held, Known
from lab.whatif.impact_report import ELSEWHERE, Outcome, ServiceAccess, Verdict, ended_by_phone
from lab.whatif.service_profiles import SERVICE_PROFILES
from lab.whatif.why_trust import why_not_accepted
from pki import NO_NAME, DistinguishedName, names_of
from wire.tls import AlertDescription, VerifyCode, alert_text, verify_text

_OWN: dict[int, str] = {
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT: "issuer-unknown",
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "issuer-unknown",
    VerifyCode.UNABLE_TO_VERIFY_LEAF_SIGNATURE: "issuer-unknown",
    VerifyCode.DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed",
    VerifyCode.CERT_SIGNATURE_FAILURE: "signature",
    VerifyCode.CERT_HAS_EXPIRED: "expired",
    VerifyCode.CERT_NOT_YET_VALID: "not-yet-valid",
    VerifyCode.INVALID_PURPOSE: "purpose",
    VerifyCode.EE_KEY_TOO_SMALL: "weak-key",
    VerifyCode.CA_MD_TOO_WEAK: "weak-key",
    VerifyCode.CERT_REVOKED: "revoked",
}
"""What is wrong at depth 0."""
_ABOVE: dict[int, str] = {
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT: "above-unknown",
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "above-unknown",
    VerifyCode.SELF_SIGNED_CERT_IN_CHAIN: "above-unknown",
    VerifyCode.CERT_SIGNATURE_FAILURE: "above-unknown",
    VerifyCode.CERT_HAS_EXPIRED: "authority-expired",
    VerifyCode.CERT_NOT_YET_VALID: "authority-not-yet-valid",
    VerifyCode.INVALID_PURPOSE: "authority-purpose",
    VerifyCode.CA_KEY_TOO_SMALL: "weak-authority",
    VerifyCode.CA_MD_TOO_WEAK: "weak-authority",
    VerifyCode.INVALID_CA: "no-authority",
}
"""And above it."""
_ANYWHERE: dict[int, str] = {
    VerifyCode.UNABLE_TO_GET_CRL: "no-crl",
    VerifyCode.CRL_HAS_EXPIRED: "old-crl",
    VerifyCode.CRL_NOT_YET_VALID: "old-crl",
    VerifyCode.PATH_LENGTH_EXCEEDED: "path-too-long",
    VerifyCode.KEYUSAGE_NO_CERTSIGN: "no-authority",
    VerifyCode.INVALID_CA: "no-authority",
    VerifyCode.CA_KEY_TOO_SMALL: "weak-authority",
}
_NO_CERTIFICATE = frozenset({AlertDescription.HANDSHAKE_FAILURE, AlertDescription.CERTIFICATE_REQUIRED})
_REJECTED = {
    ServiceKind.CALLMANAGER: "rejected",
    ServiceKind.CAPF: "invalid",
    ServiceKind.DOT1X: "not-let-in",
    ServiceKind.VPN: "no-login",
}
_NAMES_ANOTHER = frozenset({"invalidX509NameInCertificate", "EAP_TLS_AUTHENTICATION_FAILED"})


def why(verdict: Verdict, phone: FleetPhone, server: FleetServer, access: ServiceAccess, say: Catalogue) -> str:
    """Empty where all is as it should be."""
    outcome = access.outcome
    own = why_not_accepted(server.name, access.server, say) if access.server is not None else ""
    if outcome is None:
        return own or access.not_told
    if own and (outcome.accepted or ended_by_phone(outcome, access.server)):
        return own
    if outcome.accepted and access.not_told:
        return access.not_told
    sentences = [own] if own else []
    if outcome.accepted:
        if verdict is Verdict.ONLY_BY_MIC and phone.lsc is not None:
            sentences = [say("whatif-why.by-mic-capf")]
            if access.lsc is not None and not access.lsc.accepted:
                sentences.append(say("whatif-why.lsc-refused"))
        elif verdict is Verdict.ONLY_BY_MIC:
            sentences = [say("whatif-why.by-mic")]
        return say.between_sentences.join(sentences)
    sentences.append(_sentence(phone, server, outcome, say))
    if outcome.kind == "LSC" and access.mic is not None and access.mic.accepted:
        capf = server.kind is ServiceKind.CAPF
        sentences.append(say("whatif-why.by-mic-capf" if capf else "whatif-why.mic-would-do"))
    return say.between_sentences.join(sentences)


def _sentence(phone: FleetPhone, server: FleetServer, outcome: Outcome, say: Catalogue) -> str:
    settings = server.in_use or server.configured
    held = phone.lsc if outcome.kind == "LSC" else phone.mic if outcome.kind else None
    whose = say("whatif-why.its-lsc" if outcome.kind == "LSC" else "whatif-why.its-mic")
    sentence = say(
        f"whatif-why.{_with_trust(_key(outcome, server.kind), held, server)}",
        server=server.name,
        issuer=issuer_of(held),
        whose=whose,
        code=outcome.verify_code,
        words=verify_text(outcome.verify_code) or "?",
        depth=outcome.depth,
        alert=alert_text(outcome.alert),
        cause=outcome.cause,
        offer=SERVICE_PROFILES[server.kind].wants(phone).version_text,
        minimum=str(settings.minimum_tls),
    )
    return sentence[:1].upper() + sentence[1:]


def _key(outcome: Outcome, kind: ServiceKind) -> str:
    if outcome.reason == "stopped":
        return "stopped"
    if outcome.reason == ELSEWHERE:
        return "elsewhere"
    if outcome.alert_direction == "write":
        expired = outcome.verify_code == VerifyCode.CERT_HAS_EXPIRED
        return "phone-finds-expired" if expired else "phone-distrusts"
    if outcome.verify_code > 0:
        table = _OWN if outcome.depth == 0 else _ABOVE
        return _ANYWHERE.get(outcome.verify_code) or table.get(outcome.verify_code, "other-code")
    if outcome.reason == "host ID":
        return "host-id"
    if outcome.reason == "rejected":
        return "name" if outcome.cause in _NAMES_ANOTHER else _REJECTED[kind]
    return _of_alert(outcome)


def _with_trust(key: str, held: Held | None, server: FleetServer) -> str:
    """An issuer that is not found may be there: under its name with another key, or since the last start of the service.

    The rules of `explain` tell these apart, and this sentence must not contradict them.
    """
    if key != "issuer-unknown" or held is None or server.in_use is None:
        return key
    name = _issuer(held)
    if any(names_of(one).subject == name for one in server.in_use.trust):
        return "signature"
    if any(names_of(one).subject == name for one in server.configured.trust):
        return "not-restarted"
    return key


def _issuer(held: Held) -> DistinguishedName:
    if isinstance(held, Known):
        return names_of(held.certificate).issuer
    return names_of(held.issuer).subject if held.issuer is not None else DistinguishedName.of_cn(held.issuer_name)


def _of_alert(outcome: Outcome) -> str:
    if outcome.reason == "no common ground":
        return "no-offer"
    if outcome.alert == AlertDescription.PROTOCOL_VERSION:
        return "tls-version"
    if outcome.alert in _NO_CERTIFICATE:
        return "no-certificate" if not outcome.kind else "no-cipher"
    return "other-alert" if outcome.alert >= 0 else "closed"


def issuer_of(held: Held | None) -> str:
    """CN of its issuer, the RFC 4514 text where that has none; empty for none."""
    return issuer_name_of(held).label


def issuer_name_of(held: Held | None) -> DistinguishedName:
    """Of what the fleet knows by its CN only, a name of nothing but that CN."""
    if held is None:
        return NO_NAME
    if not isinstance(held, Described):
        return names_of(held.certificate).issuer
    return names_of(held.issuer).subject if held.issuer is not None else DistinguishedName.of_cn(held.issuer_name)
