"""Why TLS ended before any certificate was judged: the version, the cipher suites, or a phone without a certificate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from cisco_data import DeviceSecurityMode, ServiceKind
from lab.base.acts import ActKind
from lab.base.texts import Text, text
from lab.case import Case, CaseAct, RefusedByTls, cn
from lab.case.words import ref_text
from lab.explain._authority import chain_from, labels
from lab.explain._cure import Cure, Do, Remedy, advice, cure
from lab.explain._explanation import RuleFinding, finding
from lab.explain._remedies import new_lsc, replace_phone, reset, restart, retry, set_profile
from lab.explain._ways import Way
from wire.tls_numbers import AlertDescription

NO_NULL_CIPHER = "TLSv1.3"
"""The version in which there is no cipher suite without encryption (RFC 8446 appendix B.4)."""
_VERSION = {
    ServiceKind.CALLMANAGER: "minimum-tls-version",
    ServiceKind.CAPF: "capf-tls-version",
    ServiceKind.DOT1X: "dot1x-tls-version",
    ServiceKind.VPN: "vpn-tls-version",
}
_CIPHER = {
    ServiceKind.CALLMANAGER: "no-common-cipher",
    ServiceKind.CAPF: "capf-no-common-cipher",
    ServiceKind.DOT1X: "dot1x-no-common-cipher",
    ServiceKind.VPN: "vpn-no-common-cipher",
}
_NO_CERTIFICATE = {
    ServiceKind.CALLMANAGER: "no-certificate",
    ServiceKind.DOT1X: "dot1x-no-certificate",
    ServiceKind.VPN: "vpn-no-certificate",
}


def handshake_ended(case: Case) -> RuleFinding | None:
    """By the alert alone. None for one that says too little."""
    problem = case.problem
    assert isinstance(problem, RefusedByTls)
    rule = ALERT_RULES.get(problem.alert)
    return rule(case) if rule is not None else None


def no_certificate(case: Case) -> RuleFinding | None:
    rule = _NO_CERTIFICATE.get(case.service.kind)
    if case.phone.shows is not None or rule is None:
        return None
    return replace(finding(rule, server=case.service.server), cures=(new_lsc(case),))


def no_common_cipher(case: Case) -> RuleFinding | None:
    """On TLS 1.2 and older, a missing certificate has the same alert."""
    if case.phone.shows is None and case.service.kind is not ServiceKind.CAPF:
        return no_certificate(case)
    return finding(_CIPHER[case.service.kind], server=case.service.server)


def version(case: Case) -> RuleFinding | None:
    """What the phone offers at most is older than what the service takes at least."""
    service, phone = case.service, case.phone
    lowest = service.in_use.minimum if service.in_use is not None else ""
    if service.kind is ServiceKind.VPN:
        found = finding("vpn-tls-version", offered=phone.offered or "TLS")
        ways: tuple[Cure, ...] = (cure(Way.LOWER_MINIMUM, advice("allow-version", offered=phone.offered or "TLS")),)
        return replace(found, cures=ways)
    if not (phone.offered and lowest and phone.offered < lowest):  # as texts: TLSv1, TLSv1.1, TLSv1.2, TLSv1.3
        return None
    waiting = service.configured.minimum if service.configured is not None else ""
    acts = (a for a in reversed(case.history) if a.kind is ActKind.MINIMUM_TLS_SET and _is_of(a, case))
    act = next((a for a in acts if not a.node or a.value in (lowest, waiting)), None)  # else it is another node's
    lowered = "" < waiting <= phone.offered
    sentences: list[Text] = []
    if act is not None and act.value == lowest and service.started is not None:
        key = "explain.act.minimum-raised"
        sentences.append(text(key, at=ref_text(act.ref), minimum=act.value, start=ref_text(service.started)))
    if lowered:
        sentences.append(text("explain.phrase.minimum-waits", minimum=waiting))
    because = (act,) if act is not None else ()
    by_profile = phone.mode == DeviceSecurityMode.AUTHENTICATED and service.kind is ServiceKind.CALLMANAGER
    second, more = _second_fault(case)
    if by_profile and phone.newest >= lowest >= NO_NULL_CIPHER:
        found = finding("null-cipher-and-tls-1-3", cluster=service.cluster, minimum=lowest)
        ways = (
            cure(Way.ENCRYPTED_PROFILE, set_profile(case, DeviceSecurityMode.ENCRYPTED), reset(case), more),
            cure(Way.LOWER_MINIMUM, _lower(case, lowered), more),
        )
    else:
        found = finding(
            _VERSION[service.kind],
            offered=phone.offered,
            cluster=service.cluster,
            server=service.server,
            minimum=lowest,
        )
        ways = (cure(Way.LOWER_MINIMUM, _lower(case, lowered), more), replace_phone(phone.offered, lowest))
    return replace(found, why=(*sentences, *second), cures=ways, because=because)


def _second_fault(case: Case) -> tuple[tuple[Text, ...], tuple[Remedy, ...]]:
    """What else is wrong with what the phone shows to a service that judges it in TLS, and what to do after the first cure.

    TLS ends at the first fault that it meets. Saying what will refuse the phone when that one is repaired saves a second round.
    """
    shows, service = case.phone.shows, case.service
    if shows is None or service.in_use is None or service.kind is ServiceKind.CAPF:
        return (), ()
    if shows.not_after is not None and shows.not_after <= case.at:
        return (text("explain.phrase.also-expired", kind=shows.kind),), new_lsc(case).remedies
    there, issuer = labels(service.in_use), cn(shows.issuer)
    if not issuer or any(one in there for one in chain_from(case, issuer)):
        return (), ()  # the phone may send what is between
    return (text("explain.phrase.also-not-trusted", kind=shows.kind, name=issuer),), new_lsc(case).remedies


def _is_of(act: CaseAct, case: Case) -> bool:
    return act.server == case.service.server and act.cluster == case.service.cluster


def _lower(case: Case, lowered: bool) -> Iterator[Do]:
    """The minimum down to what the phone offers, and read; at CAPF, the operation again."""
    service, version = case.service, case.phone.offered
    if not lowered and service.server:
        yield Do("set-minimum-tls", {"server": service.server, "version": version}, "minimum-of-server")
    elif not lowered:
        yield Do("set-minimum-tls", {"cluster": service.cluster, "version": version})
    yield restart(service)
    yield from retry(case)


ALERT_RULES: dict[int, Callable[[Case], RuleFinding | None]] = {
    AlertDescription.PROTOCOL_VERSION: version,
    AlertDescription.CERTIFICATE_REQUIRED: no_certificate,
    AlertDescription.HANDSHAKE_FAILURE: no_common_cipher,
}
