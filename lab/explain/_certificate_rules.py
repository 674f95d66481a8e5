"""Rules for certificates whose signer is known: their time, their purpose, their strength, their revocation."""

from __future__ import annotations

from lab.explain._case import INSTALL, Case, Rule, Words
from lab.explain._explanation import cn
from wire.tls import VerifyCode


def _expired(case: Case) -> Words:
    if case.depth > 0:
        return Words(
            "issuer-expired",
            f"{_begin(case.authority)}, above the phone's {case.kind}, had expired at the time of the handshake; the {case.kind} "
            "itself need not have.",
            "Regenerate CAPF and install new LSCs."
            if case.kind == "LSC"
            else "Install an LSC: a MIC cannot be renewed.",
            INSTALL,
        )
    return Words(
        "certificate-expired",
        f"The phone's {case.kind} had expired at the time of the handshake.",
        "Install an LSC: a MIC cannot be renewed."
        if case.kind == "MIC"
        else "Install a new LSC by null string or authentication string: CAPF does not believe the old one either.",
        INSTALL,
    )


def _not_yet_valid(case: Case) -> Words:
    return Words(
        "certificate-not-yet-valid",
        f"{_begin(case.culprit)} starts later than the time of the handshake.",
        "Compare the clocks of CUCM and CAPF (NTP), then have it issued again.",
    )


def _purpose(case: Case) -> Words:
    if case.depth > 0:
        return Words(
            "issuer-purpose",
            f"{_begin(case.authority)}, above the phone's {case.kind}, has an extended key usage without TLS client "
            "authentication. OpenSSL takes that as a limit on all that it signs, and a phone is a TLS client.",
            "Have that certificate issued with clientAuth, or without any extended key usage, and upload it.",
        )
    return Words(
        "certificate-purpose",
        f"The phone's {case.kind} may not be used for TLS client authentication: its key usage or extended key usage says so.",
        "Have it issued with digitalSignature and clientAuth; online authorities are where this goes wrong most often.",
    )


def _weak_key(case: Case) -> Words:
    return Words(
        "weak-key",
        f"The key of the phone's {case.kind} is shorter than the server's policy (OpenSSL's security level) allows.",
        "Install an LSC with a longer key, or lower the policy.",
        INSTALL,
    )


def _weak_issuer_key(case: Case) -> Words:
    return Words(
        "weak-issuer-key",
        f"{_begin(case.authority)}, above the phone's {case.kind}, has a key that is shorter than the server's policy (OpenSSL's "
        "security level) allows.",
        "Regenerate CAPF with a longer key, then install new LSCs; or lower the policy.",
    )


def _weak_digest(case: Case) -> Words:
    return Words(
        "weak-digest",
        f"{_begin(case.culprit)} is signed with a digest, such as SHA-1, that the server's policy (OpenSSL's security level) does "
        "not allow.",
        "Install an LSC that is signed with SHA-256, or lower the policy. A MIC of the first generation is SHA-1 for good.",
        INSTALL,
    )


def _revoked(case: Case) -> Words:
    return Words(
        "certificate-revoked",
        f"{_begin(case.culprit)} is on its issuer's revocation list.",
        "If the phone is where it should be, install a new LSC; if it was reported stolen, ask who has it.",
        INSTALL,
    )


def _no_crl(case: Case) -> Words:
    return Words(
        "crl-missing",
        f"The server checks revocation and has no list of {cn(case.failed_issuer)}, so it refuses all that this authority signed.",
        "Give the server the list, or stop checking.",
    )


def _crl_out_of_date(case: Case) -> Words:
    return Words(
        "crl-out-of-date",
        f"The revocation list of {cn(case.failed_issuer)} is not valid at this time; no certificate need have expired.",
        "Give the server the present list, and look at what should have fetched it.",
    )


def _crl_signer(case: Case) -> Words:
    return Words(
        "crl-signer",
        f"The revocation list is of {cn(case.failed_issuer)}, which may not sign lists, or its signature does not fit.",
        "Have the list signed by an authority whose key usage holds cRLSign. CAPF's does not.",
    )


def _begin(text: str) -> str:
    return text[:1].upper() + text[1:]


CERTIFICATE_RULES: dict[int, Rule] = {
    VerifyCode.UNABLE_TO_GET_CRL: _no_crl,
    VerifyCode.CRL_SIGNATURE_FAILURE: _crl_signer,
    VerifyCode.CERT_NOT_YET_VALID: _not_yet_valid,
    VerifyCode.CERT_HAS_EXPIRED: _expired,
    VerifyCode.CRL_NOT_YET_VALID: _crl_out_of_date,
    VerifyCode.CRL_HAS_EXPIRED: _crl_out_of_date,
    VerifyCode.CERT_REVOKED: _revoked,
    VerifyCode.INVALID_PURPOSE: _purpose,
    VerifyCode.KEYUSAGE_NO_CRL_SIGN: _crl_signer,
    VerifyCode.EE_KEY_TOO_SMALL: _weak_key,
    VerifyCode.CA_KEY_TOO_SMALL: _weak_issuer_key,
    VerifyCode.CA_MD_TOO_WEAK: _weak_digest,
}
