"""Rules for a phone's certificate that a service refused, the same at CallManager, CAPF, 802.1X and VPN.

The verify code with its depth narrows the cause down. What the service goes by, what is configured now, and what was done to its
trust before decides the rest: code 20 alone does not tell an authority that is missing from one whose key has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cisco_data import STORE_OF, ServiceKind
from cisco_data.releases import DEFAULT_CA_LIST
from lab.base.acts import ActKind
from lab.base.texts import Part, Text, text
from lab.case import Basis, Case, CaseAct, Name, cn
from lab.case.words import ref_text
from lab.explain._authority import SERVICES, IssuerFacts, chain_from, place_of
from lab.explain._cure import Cure, Do, advice, cure
from lab.explain._explanation import RuleFinding
from lab.explain._judged import Judged, judged
from lab.explain._remedies import (
    by_mic,
    by_null_string,
    by_upload,
    never_shipped,
    new_lsc,
    restart,
    retry,
    uploaded,
    uploaded_everywhere,
)
from lab.explain._service_rules import SERVICE_RULES, ServiceRules
from lab.explain._ways import Way
from wire.tls_numbers import VerifyCode

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
"""Codes with which one end says that the certificate of the other is not one of those that it knows."""

_Rule = Callable[[Judged, ServiceRules], RuleFinding | None]
_NOTHING = Basis()


def certificate_refused(case: Case) -> RuleFinding | None:
    """None where no certificate was judged, or where the rest of the evidence does not fit the code."""
    seen = judged(case)
    if seen is None:
        return None
    rules = SERVICE_RULES[case.service.kind]
    found = _RULES.get(seen.code, _otherwise)(seen, rules)
    if found is None or not found.rule:
        found = _otherwise(seen, rules)
    return replace(found, parts={**seen.parts, **found.parts}) if found is not None else None


# Who signed it


def _issuer_not_found(seen: Judged, rules: ServiceRules) -> RuleFinding | None:
    """Codes 2, 20 and 21: OpenSSL has the certificate at that depth, and not the one that signed it."""
    return _unknown(seen, rules, seen.issuer)


def _chain_complete(seen: Judged, rules: ServiceRules) -> RuleFinding | None:
    """Code 19: the phone sent the root along, so that what is missing is the certificate at fault itself."""
    root = seen.fault.subject if seen.fault is not None else seen.issuer
    if not rules.root_not_trusted:
        return _unknown(seen, rules, root)
    cures = (*by_upload(seen.case, cn(root)), new_lsc(seen.case), *by_mic(seen.case))
    return RuleFinding(rules.root_not_trusted, {"root": cn(root)}, cures=cures)


def _unknown(seen: Judged, rules: ServiceRules, name: Name) -> RuleFinding | None:
    case, authority = seen.case, seen.authority(name)
    if case.service.in_use is None or not name:
        return None
    if authority.waits_for_restart and rules.not_restarted:
        return _not_restarted(seen, rules, authority)
    if authority.is_named:
        return _key_changed(seen, rules.key_changed, authority)
    if seen.depth > 0:
        return _chain_incomplete(seen, rules, authority)
    if seen.kind == "MIC":
        return _unknown_mic_issuer(seen, rules, authority)
    return _unknown_lsc_issuer(seen, rules, authority)


def _not_restarted(seen: Judged, rules: ServiceRules, authority: IssuerFacts) -> RuleFinding:
    """It is in the store, and the service has not read it."""
    act = authority.arrived
    case = seen.case
    parts: dict[str, Part] = {
        "name": cn(authority.name),
        "issuer": cn(authority.name),
        "store": STORE_OF.get(case.service.kind, case.service.server),
        "service": _service_name(case),
        "at": _since(act),
        "start": _start(case),
    }
    if seen.has_expired:
        again = cure(Way.RESTART_AND_NEW_LSC, restart(case.service), new_lsc(case))
        return RuleFinding(rules.not_restarted, parts, (_also_expired(seen),), (again,), _acts(act))
    more = uploaded(case, case.service, cn(authority.name))
    steps = cure(Way.RESTART, more, restart(case.service), retry(case))
    return RuleFinding(rules.not_restarted, parts, (), (steps,), _acts(act))


def _chain_incomplete(seen: Judged, rules: ServiceRules, authority: IssuerFacts) -> RuleFinding:
    case = seen.case
    signed = next(
        (
            act
            for act in reversed(case.history)
            if act.kind is ActKind.CERTIFICATE_SIGNED and seen.fault is not None and act.subject == seen.fault.subject
        ),
        None,
    )
    told: tuple[Text, ...] = ()
    if signed is not None and signed.issuer:
        told = (
            text("explain.act.signed", at=ref_text(signed.ref), name=_cn(signed.subject), issuer=cn(signed.issuer)),
        )
    told += _told(authority)
    cures = (*_by_upload(seen, authority), *_other_ways(seen))
    parts: dict[str, Part] = {"missing": cn(authority.name)}
    return RuleFinding(rules.chain_incomplete, parts, told, cures, (*_acts(signed), *_taken_away(authority)))


def _unknown_mic_issuer(seen: Judged, rules: ServiceRules, authority: IssuerFacts) -> RuleFinding:
    label = cn(authority.name)
    told = _told(authority)
    assumed: tuple[Text, ...] = ()
    if authority.deleted is None and never_shipped(seen.case, label):
        told += (text("explain.phrase.never-shipped", name=label),)
        if DEFAULT_CA_LIST.cell(seen.case.release).assumed:
            assumed = (text("evidence.assumed-ca-list", release=seen.case.release),)
    ways = _by_upload(seen, authority)
    if seen.case.service.kind is ServiceKind.CAPF:
        cures: tuple[Cure, ...] = (*ways, by_null_string(seen.case))
    else:
        cures = (*ways, new_lsc(seen.case))
    return RuleFinding(rules.mic_issuer_unknown, {"issuer": label}, told, cures, _taken_away(authority), assumed)


def _unknown_lsc_issuer(seen: Judged, rules: ServiceRules, authority: IssuerFacts) -> RuleFinding:
    case, label = seen.case, cn(authority.name)
    parts: dict[str, Part] = {"issuer": label}
    expired = (_also_expired(seen),) if seen.has_expired else ()
    ways = _other_ways(seen)
    if authority.deleted is not None:
        told = (*_regenerated(authority), *_told(authority), *expired)
        again = _then_new_lscs(seen, authority)
        because = (*_acts(authority.replaced), *_taken_away(authority))
        return RuleFinding(rules.lsc_issuer_deleted, parts, told, (*again, *ways), because)
    if rules.capf_replaced and authority.made is not None:
        act = authority.made
        became = text("explain.act.capf-became", at=ref_text(act.ref), name=label, former=_cn(act.former))
        cures = (*by_upload(case, label), *ways)
        return RuleFinding(rules.capf_replaced, parts, (became, *expired), cures, (act,))
    home = case.phone.cluster or case.service.cluster
    foreign = [cluster for cluster in authority.origin if cluster != home]
    if foreign and home and home not in authority.origin:
        parts |= {"clusters": tuple(foreign), "home": home}
        told = (*_told(authority), *expired)
        return RuleFinding(rules.lsc_of_another_cluster, parts, told, (*ways, *by_upload(case, label)))
    told = (*_told(authority), *expired)
    if home in case.online_ca and case.service.kind is not ServiceKind.CAPF and not seen.has_expired:
        ways = by_mic(case)  # a new LSC would be of the same authority
    return RuleFinding(rules.lsc_issuer_unknown, parts, told, (*by_upload(case, label), *ways))


def _key_changed(seen: Judged, rule: str, authority: IssuerFacts) -> RuleFinding:
    """An authority of that name is trusted, and it is not the one that signed."""
    told: tuple[Text, ...] = ()
    because: tuple[CaseAct, ...] = ()
    if authority.is_outdated and authority.replaced is not None:
        act = authority.replaced
        told = (text("explain.act.regenerated-same-name", at=ref_text(act.ref), name=_cn(act.subject)),)
        because = (act,)
    if seen.has_expired:
        told += (_also_expired(seen),)
    return RuleFinding(rule, {"issuer": cn(authority.name)}, told, _other_ways(seen), because)


def _signature(seen: Judged, rules: ServiceRules) -> RuleFinding | None:
    """Code 7: the key of the authority that was found by name does not fit the signature."""
    authority = seen.authority(seen.issuer)
    if authority.waits_for_restart and rules.not_restarted:
        return _not_restarted(seen, rules, authority)
    if not rules.key_changed_no_identifier:
        rule = rules.signature or rules.key_changed
        if rules.signature or authority.is_outdated:
            return _key_changed(seen, rule, authority)
        return None
    if authority.is_outdated:
        return _key_changed(seen, rules.key_changed_no_identifier, authority)
    return RuleFinding(rules.signature, {"issuer": cn(seen.issuer)}, cures=_other_ways(seen))


def _self_signed(seen: Judged, rules: ServiceRules) -> RuleFinding | None:
    if not rules.self_signed:
        return None
    return RuleFinding(rules.self_signed, cures=_other_ways(seen))


def _no_authority(seen: Judged, rules: ServiceRules) -> RuleFinding | None:
    return RuleFinding(rules.no_authority) if rules.no_authority else None


def _path_too_long(seen: Judged, rules: ServiceRules) -> RuleFinding | None:
    name = cn(seen.fault.subject) if seen.fault is not None else "?"
    return RuleFinding(rules.path_too_long, {"name": name}) if rules.path_too_long else None


# What it is


def _expired(seen: Judged, rules: ServiceRules) -> RuleFinding | None:
    if seen.depth <= 0:
        return RuleFinding(rules.mic_expired if seen.kind == "MIC" else rules.lsc_expired, cures=_other_ways(seen))
    if seen.kind == "MIC":
        return RuleFinding(rules.mic_issuer_expired, cures=_other_ways(seen))
    return RuleFinding(rules.lsc_issuer_expired, cures=_other_ways(seen))


def _plain(name: str) -> _Rule:
    return lambda seen, rules: RuleFinding(getattr(rules, name)) if getattr(rules, name) else None


def _purpose(seen: Judged, rules: ServiceRules) -> RuleFinding | None:
    rule = rules.issuer_purpose if seen.depth > 0 else rules.purpose
    return RuleFinding(rule) if rule else None


def _otherwise(seen: Judged, rules: ServiceRules) -> RuleFinding | None:
    """What is known is said: the verify code, and no more."""
    rule = rules.refused_mic if seen.kind == "MIC" else rules.refused_lsc
    if not rule:
        return None
    told: tuple[Text, ...] = ()
    if seen.case.service.kind is ServiceKind.CAPF:
        told = (text("explain.phrase.not-verified", code=seen.code, words=seen.parts["words"], depth=seen.depth),)
    return RuleFinding(rule, {"issuer": cn(seen.shows.issuer)}, told, _other_ways(seen))


_RULES: dict[int, _Rule] = {
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT: _issuer_not_found,
    VerifyCode.UNABLE_TO_GET_CRL: _plain("crl_missing"),
    VerifyCode.CERT_SIGNATURE_FAILURE: _signature,
    VerifyCode.CRL_SIGNATURE_FAILURE: _plain("crl_signer"),
    VerifyCode.CERT_NOT_YET_VALID: _plain("not_yet_valid"),
    VerifyCode.CERT_HAS_EXPIRED: _expired,
    VerifyCode.CRL_NOT_YET_VALID: _plain("crl_out_of_date"),
    VerifyCode.CRL_HAS_EXPIRED: _plain("crl_out_of_date"),
    VerifyCode.DEPTH_ZERO_SELF_SIGNED_CERT: _self_signed,
    VerifyCode.SELF_SIGNED_CERT_IN_CHAIN: _chain_complete,
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY: _issuer_not_found,
    VerifyCode.UNABLE_TO_VERIFY_LEAF_SIGNATURE: _issuer_not_found,
    VerifyCode.CERT_REVOKED: _plain("revoked"),
    VerifyCode.PATH_LENGTH_EXCEEDED: _path_too_long,
    VerifyCode.INVALID_PURPOSE: _purpose,
    VerifyCode.KEYUSAGE_NO_CERTSIGN: _no_authority,
    VerifyCode.KEYUSAGE_NO_CRL_SIGN: _plain("crl_signer"),
    VerifyCode.EE_KEY_TOO_SMALL: _plain("weak_key"),
    VerifyCode.CA_KEY_TOO_SMALL: _plain("weak_issuer_key"),
    VerifyCode.CA_MD_TOO_WEAK: _plain("weak_digest"),
    VerifyCode.INVALID_CA: _no_authority,
}


# Ways to cure it


def _other_ways(seen: Judged) -> tuple[Cure, ...]:
    """Another certificate, or at CAPF none at all."""
    case = seen.case
    if case.service.kind is ServiceKind.CAPF:
        return (by_null_string(case), *by_mic(case))
    return (new_lsc(case), *by_mic(case))


def _by_upload(seen: Judged, authority: IssuerFacts) -> tuple[Cure, ...]:
    """Back into the trust, the way that it went."""
    case, label = seen.case, cn(authority.name)
    if seen.has_expired:
        return ()
    command = authority.disabled
    if command is not None:
        enable = Do("default-ca-list", {"cluster": command.cluster, "change": "enable", "certificate": label})
        above = [
            Do("default-ca-list", {"cluster": command.cluster, "change": "enable", "certificate": one})
            for one in chain_from(case, label)[1:]
            if one in _disabled_labels(case, command.cluster)
        ]
        return (cure(Way.ENABLE, enable, above, restart(case.service), retry(case)),)
    if case.service.kind in STORE_OF and never_shipped(case, label):
        return (cure(Way.UPLOAD_EVERYWHERE, uploaded_everywhere(case, label), retry(case)),)
    return by_upload(case, label)


def _disabled_labels(case: Case, cluster: str) -> set[str]:
    """What the default CA list took away there and did not bring back."""
    there = {cn(one.name) for one in (case.service.configured or case.service.in_use or _NOTHING).trusted}
    gone = {
        cn(act.subject)
        for act in case.history
        if act.kind is ActKind.TRUST_DELETED and act.cluster == cluster and act.subject
    }
    return gone - there


def _then_new_lscs(seen: Judged, authority: IssuerFacts) -> tuple[Cure, ...]:
    """The deleted authority comes back first; it may go again when all phones have new LSCs."""
    ways = by_upload(seen.case, cn(authority.name))
    after = advice("new-lscs-before-deleting", name=cn(authority.name))
    return tuple(cure(Way.UPLOAD_BACK, way, after) for way in ways)


# Sentences


def _told(authority: IssuerFacts) -> tuple[Text, ...]:
    """Who took it away, and where else it is."""
    case, service = authority.case, authority.case.service
    sentences: list[Text] = []
    deleted, command = authority.deleted, authority.disabled
    name = cn(authority.name)
    if deleted is not None and service.kind in STORE_OF:
        parts: dict[str, Part] = {
            "name": name,
            "store": STORE_OF[service.kind],
            "service": _service_name(case),
            "cluster": service.cluster,
            "start": _start(case),
        }
        key = "explain.act.disabled" if command is not None else "explain.act.deleted"
        sentences.append(text(key, at=ref_text((command or deleted).ref), **parts))
    elif deleted is not None:
        place = place_of(service)
        key = "explain.act.distrusted-at-once" if service.kind is ServiceKind.VPN else "explain.act.distrusted"
        sentences.append(text(key, name=name, server=place, at=ref_text(deleted.ref), start=_start(case)))
    if service.kind in STORE_OF and authority.elsewhere:
        sentences.append(text("explain.phrase.known-elsewhere", clusters=authority.elsewhere, name=name))
    if service.kind in STORE_OF and authority.other_store:
        sentences.append(text("explain.phrase.known-in-other-store", store=authority.other_store, name=name))
    return tuple(sentences)


def _regenerated(authority: IssuerFacts) -> tuple[Text, ...]:
    act = authority.replaced
    if act is None:
        return ()
    name, former = _cn(act.subject), cn(authority.name)
    if act.subject == act.former:
        return (text("explain.act.regenerated-same-name", at=ref_text(act.ref), name=name),)
    return (text("explain.act.regenerated", at=ref_text(act.ref), name=name, former=former),)


def _also_expired(seen: Judged) -> Text:
    return text("explain.phrase.also-expired", kind=seen.kind)


def _taken_away(authority: IssuerFacts) -> tuple[CaseAct, ...]:
    return _acts(authority.disabled, authority.deleted)


def _acts(*acts: CaseAct | None) -> tuple[CaseAct, ...]:
    return tuple(act for act in acts if act is not None)


def _since(act: CaseAct | None) -> Text:
    return ref_text(act.ref) if act is not None else text("explain.ref.before")


def _start(case: Case) -> Text:
    return ref_text(case.service.started) if case.service.started is not None else text("explain.ref.before")


def _service_name(case: Case) -> str:
    return SERVICES.get(case.service.kind, case.service.server)


def _cn(name: Name | None) -> str:
    return cn(name) if name else "?"
