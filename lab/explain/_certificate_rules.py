"""Rules for certificates whose signer is known: their time, their purpose, their strength, their revocation."""

from __future__ import annotations

from lab.explain._case import Case, Rule
from lab.explain._explanation import Finding, finding
from lab.explain._texts import cn
from wire.tls import VerifyCode


def _expired(case: Case) -> Finding:
    if case.depth > 0:
        rule = "lsc-issuer-expired" if case.kind == "LSC" else "mic-issuer-expired"
        return finding(rule, authority=case.authority)
    return finding("mic-expired" if case.kind == "MIC" else "lsc-expired")


def _not_yet_valid(case: Case) -> Finding:
    return finding("certificate-not-yet-valid", culprit=case.culprit)


def _purpose(case: Case) -> Finding:
    if case.depth > 0:
        return finding("issuer-purpose", kind=case.kind, authority=case.authority)
    return finding("certificate-purpose", kind=case.kind)


def _weak_key(case: Case) -> Finding:
    return finding("weak-key", kind=case.kind)


def _weak_issuer_key(case: Case) -> Finding:
    return finding("weak-issuer-key", kind=case.kind, authority=case.authority)


def _weak_digest(case: Case) -> Finding:
    return finding("weak-digest", culprit=case.culprit)


def _revoked(case: Case) -> Finding:
    return finding("certificate-revoked", culprit=case.culprit)


def _no_crl(case: Case) -> Finding:
    return finding("crl-missing", issuer=cn(case.failed_issuer))


def _crl_out_of_date(case: Case) -> Finding:
    return finding("crl-out-of-date", issuer=cn(case.failed_issuer))


def _crl_signer(case: Case) -> Finding:
    return finding("crl-signer", issuer=cn(case.failed_issuer))


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
