"""Rules for who signed: an authority that is not known, not the one that is known, or no authority.

Code 20 alone does not tell them apart. Whether CallManager had read a certificate of the issuer's name does, and what
became of that certificate in the trust store.
"""

from __future__ import annotations

from dataclasses import replace

from lab.explain._case import Case, Rule
from lab.explain._explanation import Finding, finding
from lab.explain._texts import Text, cn, text
from lab.explain._trust import Whereabouts
from pki import DistinguishedName
from wire.tls import VerifyCode


def _issuer_not_found(case: Case) -> Finding | None:
    """Codes 2, 20 and 21: OpenSSL has the certificate at that depth, and not the one that signed it."""
    where, started = case.where, case.started
    if where is None or started is None:
        return None
    if where.uploaded is not None:
        return not_read_yet(where, case.culprit)
    if where.subject in started.trusted:
        return _issuer_key_changed(case, where.subject)
    if case.depth > 0:
        return _chain_incomplete(case, where)
    return _unknown_lsc_issuer(case, where) if case.kind == "LSC" else _unknown_mic_issuer(case, where)


def not_read_yet(where: Whereabouts, culprit: Text) -> Finding:
    """The certificate is in the store, and the service does not know it yet."""
    assert where.uploaded is not None
    found = finding(
        "uploaded-and-not-restarted",
        name=cn(where.subject),
        culprit=culprit,
        store=where.store.name,
        service=where.store.service,
        seq=where.uploaded.seq,
        start=where.start.seq,
    )
    return replace(found, because=(where.uploaded,))


def _chain_incomplete(case: Case, where: Whereabouts) -> Finding:
    found = finding(
        "chain-incomplete", authority=case.authority, kind=case.kind, missing=cn(where.subject), trust=case.trust
    )
    if case.signed is None:
        return replace(found, why=where.told(), because=where.deed)
    told = text("explain.act.signed", seq=case.signed.seq, name=cn(case.signed.subject), issuer=cn(case.signed.issuer))
    return replace(found, why=(told, *where.told()), because=(case.signed, *where.deed))


def _unknown_lsc_issuer(case: Case, where: Whereabouts) -> Finding:
    issuer, told = cn(case.issuer), where.told()
    if where.deleted is not None:
        if case.made_anew is not None:
            new = cn(case.made_anew.subject)
            told = (text("explain.act.made-anew", seq=case.made_anew.seq, name=new, former=issuer), *told)
        found = finding("capf-deleted-from-callmanager-trust", issuer=issuer, trust=case.trust)
        because = (*([case.made_anew] if case.made_anew is not None else []), *where.deed)
        return replace(found, why=told, because=because)
    rule = "lsc-of-another-cluster" if where.other_clusters else "lsc-issuer-not-in-callmanager-trust"
    return replace(finding(rule, issuer=issuer, trust=case.trust), why=told)


def _unknown_mic_issuer(case: Case, where: Whereabouts) -> Finding:
    found = finding("mic-issuer-not-in-callmanager-trust", issuer=cn(case.issuer), trust=case.trust)
    return replace(found, why=where.told(), because=where.deed)


def _issuer_key_changed(case: Case, issuer: DistinguishedName) -> Finding:
    found = finding("issuer-key-changed", cluster=case.cluster, issuer=cn(issuer), culprit=case.culprit)
    return _with_regeneration(found, case)


def _signature(case: Case) -> Finding:
    issuer = cn(case.failed_issuer)
    if case.where is not None and case.where.uploaded is not None:
        return not_read_yet(case.where, case.culprit)
    if case.same_name is not None:
        found = finding(
            "issuer-key-changed-no-key-identifier", cluster=case.cluster, issuer=issuer, culprit=case.culprit
        )
        return _with_regeneration(found, case)
    return finding("signature-does-not-fit", cluster=case.cluster, issuer=issuer, culprit=case.culprit)


def _with_regeneration(found: Finding, case: Case) -> Finding:
    if case.same_name is None:
        return found
    told = text("explain.act.made-anew-same-name", seq=case.same_name.seq, name=cn(case.same_name.subject))
    return replace(found, why=(told,), because=(case.same_name,))


def _self_signed(case: Case) -> Finding:
    return finding("self-signed-certificate", kind=case.kind)


def _root_not_trusted(case: Case) -> Finding:
    return finding("root-not-trusted", kind=case.kind, root=cn(case.failed_subject), trust=case.trust)


def _not_an_authority(case: Case) -> Finding:
    return finding("issuer-is-no-authority", kind=case.kind, authority=case.authority)


def _path_too_long(case: Case) -> Finding:
    return finding("path-too-long", kind=case.kind, name=cn(case.failed_subject))


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
