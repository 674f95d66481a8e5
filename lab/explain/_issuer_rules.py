"""Rules for who signed: an authority that is not known, not the one that is known, or no authority.

Code 20 alone does not tell them apart. Whether CallManager had read a certificate of the issuer's name does.
"""

from __future__ import annotations

from lab.explain._case import INSTALL, REINSTALL, Case, Rule, Words
from lab.explain._explanation import cn
from wire.tls import VerifyCode


def _issuer_not_found(case: Case) -> Words | None:
    """Codes 2, 20 and 21: OpenSSL has the certificate at that depth, and not the one that signed it."""
    if case.trusted is None:
        return None
    missing = case.failed_issuer or case.issuer
    if missing in case.trusted:
        return _issuer_key_changed(case, missing)
    if case.depth > 0:
        return Words(
            "chain-incomplete",
            f"CallManager has {case.authority}, above the phone's {case.kind}, but not that of {cn(missing)}, which signed it: it "
            f"was not in {case.trust}.",
            f"Upload {cn(missing)}, and every authority above it, to CallManager-trust and restart Cisco CallManager.",
        )
    return _unknown_lsc_issuer(case) if case.kind == "LSC" else _unknown_mic_issuer(case)


def _unknown_lsc_issuer(case: Case) -> Words:
    issuer = cn(case.issuer)
    known = f" It is trusted in cluster {', '.join(case.elsewhere)}." if case.elsewhere else ""
    return Words(
        "lsc-issuer-not-in-callmanager-trust",
        f"The phone showed its LSC, as it always does when it has one, whether or not a good MIC lies beside it. That LSC was "
        f"signed by {issuer}, and no certificate of that name was in {case.trust}.{known}",
        "Give the phone a non-secure profile, delete the LSC and install one from this cluster's CAPF, then go back to the secure "
        f"profile; or delete the LSC and let the MIC serve; or upload {issuer}, and what is above it, to CallManager-trust and "
        "restart Cisco CallManager.",
        REINSTALL,
    )


def _unknown_mic_issuer(case: Case) -> Words:
    issuer = cn(case.issuer)
    return Words(
        "mic-issuer-not-in-callmanager-trust",
        f"The phone showed its MIC. {issuer}, which signed it, was not in {case.trust}.",
        f"Upload {issuer} and its root to CallManager-trust and restart Cisco CallManager, or install an LSC by null string.",
        INSTALL,
    )


def _issuer_key_changed(case: Case, issuer: str) -> Words:
    return Words(
        "issuer-key-changed",
        f"CallManager-trust of cluster {case.cluster} holds a certificate named {cn(issuer)}, and it is not the one that signed "
        f"{case.culprit}: the key identifier there is that of another key. The authority was made anew under its old name.",
        "Install a new LSC from the present CAPF. The old certificate and the new one cannot both be trusted: CallManager-trust "
        "keeps one for each name.",
        INSTALL,
    )


def _signature(case: Case) -> Words:
    return Words(
        "signature-does-not-fit",
        f"CallManager-trust of cluster {case.cluster} holds {cn(case.failed_issuer)}, and its key does not fit the signature under "
        f"{case.culprit}. Either the authority was made anew under its old name, or the certificate was damaged or forged: the "
        "codes are the same.",
        "Install a new LSC from the present CAPF, whichever it is.",
        INSTALL,
    )


def _self_signed(case: Case) -> Words:
    return Words(
        "self-signed-certificate",
        f"The phone's {case.kind} is signed with its own key. No authority vouches for it.",
        "Install an LSC from this cluster's CAPF.",
        INSTALL,
    )


def _root_not_trusted(case: Case) -> Words:
    root = cn(case.failed_subject)
    return Words(
        "root-not-trusted",
        f"The phone's {case.kind} has a complete chain, which ends in {root}, and that was not in {case.trust}.",
        f"Upload {root} to CallManager-trust and restart Cisco CallManager, or install an LSC from this cluster's CAPF.",
        INSTALL,
    )


def _not_an_authority(case: Case) -> Words:
    return Words(
        "issuer-is-no-authority",
        f"By {case.authority} the phone's {case.kind} was signed, and its basic constraints or key usage say that it is no "
        "authority and may sign nothing.",
        "Have CAPF's certificate issued with CA:TRUE and keyCertSign, upload it, and install new LSCs.",
    )


def _path_too_long(case: Case) -> Words:
    return Words(
        "path-too-long",
        f"{cn(case.failed_subject)} allows fewer authorities below it than there are above the phone's {case.kind}. CAPF carries "
        "pathlen:0: it may sign phones and no further authority.",
        "Let CAPF sign the LSC itself, or have the authority above it issued with a longer path.",
    )


ISSUER_RULES: dict[int, Rule] = {
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT: _issuer_not_found,
    VerifyCode.CERT_SIGNATURE_FAILURE: _signature,
    VerifyCode.DEPTH_ZERO_SELF_SIGNED_CERT: _self_signed,
    VerifyCode.SELF_SIGNED_CERT_IN_CHAIN: _root_not_trusted,
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY: _issuer_not_found,
    VerifyCode.UNABLE_TO_VERIFY_LEAF_SIGNATURE: _issuer_not_found,
    VerifyCode.PATH_LENGTH_EXCEEDED: _path_too_long,
    VerifyCode.KEYUSAGE_NO_CERTSIGN: _not_an_authority,
    VerifyCode.INVALID_CA: _not_an_authority,
}
