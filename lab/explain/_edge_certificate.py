"""Rules for a phone's certificate that an authentication server or a VPN gateway refused: the verify code, and what it trusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from cucm_sim.certificate_events import CertificateRegenerated, SignedCertificateInstalled
from journal import Event
from lab.explain._edge_trust import DoorTrust, home_of, knowing, trust_at
from lab.explain._explanation import Finding
from lab.explain._record import Record
from lab.explain._texts import Part, Text, cn, text, verify_words
from lab.explain._trust import made_anew
from pki import DistinguishedName
from wire.tls import VerifyCode


@dataclass(frozen=True, slots=True)
class DoorRules:
    """Names of one door's rules; empty where the door has none of its own and the general one speaks."""

    capf_not_trusted: str
    lsc_of_another_cluster: str
    capf_distrusted: str
    capf_made_anew: str
    mic_issuer_not_trusted: str
    chain_incomplete: str
    issuer_key_changed: str
    lsc_expired: str
    mic_expired: str
    issuer_expired: str
    refused: str
    """Any other verify code, which it names."""
    not_restarted: str = ""
    not_yet_valid: str = ""
    revoked: str = ""
    crl_missing: str = ""
    crl_out_of_date: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What was refused, by whom, and why."""

    record: Record
    actor: str
    """The server, `ise/radius`."""
    device: str
    kind: str
    """`LSC` or `MIC`: what the phone presented."""
    verify_code: int
    depth: int
    subject: DistinguishedName
    issuer: DistinguishedName
    """Of the certificate at that depth."""
    seq: int
    """Of the refusal."""

    @property
    def parts(self) -> dict[str, Part]:
        """Of every sentence about it."""
        own = text("explain.phrase.own-certificate", kind=self.kind)
        return {
            "server": self.actor.partition("/")[0],
            "kind": self.kind,
            "issuer": cn(self.issuer),
            "code": self.verify_code,
            "words": verify_words(self.verify_code),
            "depth": self.depth,
            "culprit": text("explain.phrase.certificate-of", name=cn(self.subject)) if self.depth > 0 else own,
        }


def certificate_refused(shown: Shown, rules: DoorRules) -> Finding:
    """Always finds something: a verify code without a rule is at least named."""
    found = _RULES.get(shown.verify_code, _otherwise)(shown, rules)
    return replace(found, parts={**shown.parts, **found.parts})


def _otherwise(shown: Shown, rules: DoorRules) -> Finding:
    return Finding(rules.refused)


def _plain(name: str) -> Callable[[Shown, DoorRules], Finding]:
    return lambda shown, rules: Finding(getattr(rules, name) or rules.refused)


def _expired(shown: Shown, rules: DoorRules) -> Finding:
    if shown.depth > 0:
        return Finding(rules.issuer_expired)
    return Finding(rules.mic_expired if shown.kind == "MIC" else rules.lsc_expired)


def _self_signed(shown: Shown, rules: DoorRules) -> Finding:
    """The phone sent the root along, so that what is missed is the certificate at fault itself."""
    return _unknown(shown, rules, shown.subject)


def _issuer_not_found(shown: Shown, rules: DoorRules) -> Finding:
    return _unknown(shown, rules, shown.issuer)


def _unknown(shown: Shown, rules: DoorRules, authority: DistinguishedName) -> Finding:
    record, trust = shown.record, trust_at(shown.record, shown.actor, authority, shown.seq)
    if trust.read is None:
        return _otherwise(shown, rules)
    if trust.waiting is not None and rules.not_restarted:
        parts: dict[str, Part] = {"seq": trust.waiting.seq, "read": trust.read.seq}
        return Finding(rules.not_restarted, {**parts, "issuer": cn(authority)}, because=(trust.waiting,))
    anew = _anew(record, authority, shown.seq)
    if authority in trust.subjects:
        return _with_regeneration(Finding(rules.issuer_key_changed), anew)
    if shown.depth > 0:
        return _with_distrust(Finding(rules.chain_incomplete, {"missing": cn(authority)}), trust, authority)
    if shown.kind == "MIC":
        return _with_distrust(Finding(rules.mic_issuer_not_trusted), trust, authority)
    if trust.distrusted is not None:
        return _with_regeneration(_with_distrust(Finding(rules.capf_distrusted), trust, authority), anew)
    successor = _successor(record, authority, shown.seq)
    if successor is not None:
        told = text(
            "explain.act.capf-became", seq=successor.seq, name=cn(authority), former=cn(successor.former_subject)
        )
        return Finding(rules.capf_made_anew, why=(told,), because=(successor,))
    clusters = knowing(record, authority, shown.seq)
    if clusters and (home := home_of(record, shown.device, shown.seq)) and home not in clusters:
        return Finding(rules.lsc_of_another_cluster, {"clusters": clusters, "home": home})
    return Finding(rules.capf_not_trusted)


def _with_distrust(found: Finding, trust: DoorTrust, authority: DistinguishedName) -> Finding:
    if trust.distrusted is None or trust.read is None:
        return found
    told = text(
        "explain.act.distrusted",
        name=cn(authority),
        server=trust.server,
        seq=trust.distrusted.seq,
        read=trust.read.seq,
    )
    return replace(found, why=(*found.why, told), because=(*found.because, trust.distrusted))


_Anew = CertificateRegenerated | SignedCertificateInstalled


def _with_regeneration(found: Finding, anew: _Anew | None) -> Finding:
    if anew is None:
        return found
    told: Text = text("explain.act.made-anew", seq=anew.seq, name=cn(anew.subject), former=cn(anew.former_subject))
    if anew.subject == anew.former_subject:
        told = text("explain.act.made-anew-same-name", seq=anew.seq, name=cn(anew.subject))
    because: tuple[Event, ...] = (anew, *found.because)
    return replace(found, why=(told, *found.why), because=because)


def _anew(record: Record, authority: DistinguishedName, before: int) -> _Anew | None:
    """How a cluster's CAPF of that name gave way to another one."""
    found = (made_anew(record, cluster, authority, before) for cluster in knowing(record, authority, before))
    return next((made for made in found if made is not None), None)


def _successor(record: Record, authority: DistinguishedName, before: int) -> _Anew | None:
    """How that CAPF came to be, in place of one with another name."""
    for cluster in knowing(record, authority, before):
        made: list[_Anew] = [
            *record.deeds(cluster, CertificateRegenerated, before=before),
            *record.deeds(cluster, SignedCertificateInstalled, before=before),
        ]
        for event in made:
            if event.unit == "CAPF" and event.subject == authority != event.former_subject:
                return event
    return None


def _signature(shown: Shown, rules: DoorRules) -> Finding:
    return _with_regeneration(Finding(rules.issuer_key_changed), _anew(shown.record, shown.issuer, shown.seq))


_RULES: dict[int, Callable[[Shown, DoorRules], Finding]] = {
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT: _issuer_not_found,
    VerifyCode.UNABLE_TO_GET_CRL: _plain("crl_missing"),
    VerifyCode.CERT_SIGNATURE_FAILURE: _signature,
    VerifyCode.CERT_NOT_YET_VALID: _plain("not_yet_valid"),
    VerifyCode.CERT_HAS_EXPIRED: _expired,
    VerifyCode.CRL_NOT_YET_VALID: _plain("crl_out_of_date"),
    VerifyCode.CRL_HAS_EXPIRED: _plain("crl_out_of_date"),
    VerifyCode.SELF_SIGNED_CERT_IN_CHAIN: _self_signed,
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY: _issuer_not_found,
    VerifyCode.UNABLE_TO_VERIFY_LEAF_SIGNATURE: _issuer_not_found,
    VerifyCode.CERT_REVOKED: _plain("revoked"),
    VerifyCode.INVALID_PURPOSE: _plain("purpose"),
}
