"""Whether a scenario of the right shape makes sense: who it names exists, what it counts is within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Set
from datetime import UTC, datetime

from lab.failures import shown, suggestion
from lab.scenario import model as sc
from lab.toml_tables import Mistake

MOST_CLUSTERS = 99
"""As many servers as one lab has addresses for."""
MOST_SECONDS = 31 * 24 * 3600.0
"""Of lab time that one step may take with all timers running."""
MOST_DAYS = 36500
"""That a story may skip in all."""
EARLIEST = datetime(2004, 1, 1, tzinfo=UTC)
LATEST = datetime(2090, 1, 1, tzinfo=UTC)
"""A story starts between these, where each of its certificates has a date that X.509 can write."""

LAST_OPERATION = datetime(2190, 1, 1, tzinfo=UTC)
"""Operation Completes By: no story gets that far, which starts before LATEST and skips MOST_DAYS."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}")
_DEVICE = re.compile(r"SEP[0-9A-F]{12}")
_STRING = re.compile(r"[0-9]{4,10}")
LSC_DAYS = (1, 1825)
"""Duration of Certificate Validity, in days: the least and the most."""


def check(story: sc.Scenario) -> None:
    """Raises Mistake for the first thing that makes no sense."""
    _check_head(story.head)
    named: tuple[tuple[Iterable[str], str], ...] = (
        (story.clusters, "clusters"),
        (story.radius, "radius"),
        (story.vpn, "vpn"),
        (story.phones, "phones"),
    )
    for names, path in named:
        for name in names:
            if not _NAME.fullmatch(name):
                raise Mistake(path, f"{shown(name)} is no name: up to 32 letters, digits, blanks, dots and dashes")
    if len(story.clusters) > MOST_CLUSTERS:
        raise Mistake("clusters", f"there are {len(story.clusters)}, and a lab has room for {MOST_CLUSTERS}")
    for name, cluster in story.clusters.items():
        if not LSC_DAYS[0] <= cluster.lsc_days <= LSC_DAYS[1]:
            raise Mistake(f"clusters.{name}.lsc-days", f"this must be between {LSC_DAYS[0]} and {LSC_DAYS[1]}")
    _check_servers(story)
    _check_phones(story)
    anew: set[str] = set()
    for number, step in enumerate(story.steps, 1):
        _check_step(story, step, f"steps[{number}]")
        _check_old_capf(step, f"steps[{number}]", anew)
        if isinstance(step, sc.RegenerateCapf | sc.SignCapf):
            anew.add(step.cluster)
    days = sum(step.days for step in story.steps if isinstance(step, sc.Wait))
    if days > MOST_DAYS:
        raise Mistake("steps", f"they skip {days} days in all, and {MOST_DAYS} are the most")


def _check_head(head: sc.Head) -> None:
    if not EARLIEST <= head.starts <= LATEST:
        raise Mistake("starts", f"a story starts between {EARLIEST:%Y} and {LATEST:%Y}")


def _check_servers(story: sc.Scenario) -> None:
    for kind, parts in (("radius", story.radius), ("vpn", story.vpn)):
        for name, part in parts.items():
            if name in story.clusters or (kind == "vpn" and name in story.radius):
                raise Mistake(f"{kind}.{name}", "another server of this story has that name already")
            for number, certificate in enumerate(part.trusts, 1):
                _certificate(story, certificate, f"{kind}.{name}.trusts[{number}]")


def _check_phones(story: sc.Scenario) -> None:
    from phone_sim.models import MODELS

    seen: dict[str, str] = {}
    for name, phone in story.phones.items():
        path = f"phones.{name}"
        if phone.model not in MODELS:
            raise Mistake(f"{path}.model", f"no model {shown(phone.model)} is known{suggestion(phone.model, MODELS)}")
        for key in ("cluster", "lsc", "trusts"):
            if (cluster := getattr(phone, key)) or key == "cluster":
                _cluster(story, cluster, f"{path}.{key}")
        if phone.device:
            if not _DEVICE.fullmatch(phone.device):
                raise Mistake(f"{path}.device", f"{shown(phone.device)} is not SEP and twelve upper-case hex digits")
            if phone.device in seen:
                raise Mistake(f"{path}.device", f"{phone.device} is phones.{seen[phone.device]} already")
            seen[phone.device] = name
        if phone.lsc_name:
            if not phone.lsc:
                raise Mistake(
                    f"{path}.lsc-name", "this names what an LSC says, and the phone has none: set lsc as well"
                )
            if not _DEVICE.fullmatch(phone.lsc_name):
                raise Mistake(
                    f"{path}.lsc-name", f"{shown(phone.lsc_name)} is not SEP and twelve upper-case hex digits"
                )
        if phone.built is not None and not EARLIEST.date() <= phone.built <= story.starts.date():
            raise Mistake(
                f"{path}.built", f"a phone leaves the factory between {EARLIEST:%Y} and the start of its story"
            )
        for key, servers in (("dot1x", story.radius), ("vpn", story.vpn)):
            if (server := getattr(phone, key)) and server not in servers:
                raise Mistake(f"{path}.{key}", f"there is no {key} server {shown(server)}{suggestion(server, servers)}")
        if phone.mic_authority:
            _authority(phone.mic_authority, f"{path}.mic-authority", ())


def _check_step(story: sc.Scenario, step: sc.Step, path: str) -> None:
    for number, phone in enumerate(getattr(step, "phones", ()), 1):
        _phone(story, phone, f"{path}.phones[{number}]")
    for key, of_story in (("phone", _phone), ("cluster", _cluster)):
        value = getattr(step, key, None)
        if value is not None and not (value == "" and isinstance(step, sc.Registered | sc.OperationStatus)):
            of_story(story, value, f"{path}.{key}")
    _check_edge(story, step, path)
    if isinstance(
        step, sc.UploadCertificate | sc.DeleteCertificate | sc.TrustStoreHolds | sc.TrustOnServer | sc.DistrustOnServer
    ):
        _certificate(story, step.certificate, f"{path}.certificate")
    elif isinstance(step, sc.DefaultCaList) and step.certificate != "all":
        _authority(step.certificate, f"{path}.certificate", ["all"])
    elif isinstance(
        step, sc.Refused | sc.Registered | sc.HoldsLsc | sc.OnTheWire | sc.PortAuthorised | sc.PortRefused | sc.VpnUp
    ):
        left_out = {sc.Registered: ("",), sc.HoldsLsc: ("none",)}.get(type(step), ())
        if step.issuer not in left_out:
            _certificate(story, step.issuer, f"{path}.issuer", left_out)
    for key, known in _WORDS.items():
        value = getattr(step, key, None)
        if value is None or (value == "" and isinstance(step, sc.OnTheWire)):
            continue
        if value not in known():
            whose = "this lab" if key == "rule" else "CUCM"
            raise Mistake(f"{path}.{key}", f"{shown(value)} is no {key} that {whose} knows{suggestion(value, known())}")
    if isinstance(step, sc.CertificateOperation):
        _check_operation(step, path)
    elif isinstance(step, sc.PhonePage):
        _page(step.page, f"{path}.page")
    for key, most in (("within", MOST_SECONDS), ("seconds", MOST_SECONDS), ("days", MOST_DAYS)):
        number_of = getattr(step, key, 0)
        if not 0 <= number_of <= most:
            raise Mistake(f"{path}.{key}", f"this must be between 0 and {most:.0f}")


def _check_edge(story: sc.Scenario, step: sc.Step, path: str) -> None:
    """Who is named behind a switch port or a tunnel has one."""
    phone = story.phones.get(getattr(step, "phone", ""))
    if isinstance(step, sc.SetSwitchPort | sc.DeviceAuthentication | sc.PortAuthorised | sc.PortRefused):
        if phone is not None and not phone.dot1x:
            raise Mistake(f"{path}.phone", f"{shown(step.phone)} has no dot1x, so its switch port asks nobody")
    elif isinstance(step, sc.SwitchVpn | sc.VpnUp | sc.VpnRefused):
        if phone is not None and not phone.vpn:
            raise Mistake(f"{path}.phone", f"{shown(step.phone)} has no vpn")
    elif isinstance(step, sc.RegenerateGateway | sc.UpdateVpnGroup):
        _server(step.server, story.vpn, f"{path}.server")
    elif isinstance(step, sc.TrustOnServer | sc.DistrustOnServer | sc.RestartServer):
        _server(step.server, [*story.radius, *story.vpn], f"{path}.server")


def _server(name: str, known: Iterable[str], path: str) -> None:
    if name not in (names := list(known)):
        raise Mistake(path, f"there is no server {shown(name)}{suggestion(name, names)}")


def _check_old_capf(step: sc.Step, path: str, anew: Set[str]) -> None:
    """`anew`: clusters whose CAPF has been made anew by then."""
    from lab.play.certificate_names import OLD_CAPF_OF

    for key in ("certificate", "issuer"):
        text = getattr(step, key, "")
        if text.startswith(OLD_CAPF_OF) and (cluster := text.removeprefix(OLD_CAPF_OF)) not in anew:
            raise Mistake(f"{path}.{key}", f"CAPF of {cluster} has not been made anew by then, so there is no old one")


def _check_operation(step: sc.CertificateOperation, path: str) -> None:
    needs_one = step.mode == "By Authentication String" and step.operation != "No Pending Operation"
    if needs_one and not _STRING.fullmatch(step.string):
        raise Mistake(f"{path}.string", "By Authentication String needs one, of 4 to 10 digits")
    if step.completes_by is not None and step.completes_by.tzinfo is None:
        raise Mistake(f"{path}.completes-by", "this must be a date and time with its zone, like 2026-11-23T12:00:00Z")
    if step.completes_by is not None and not EARLIEST <= step.completes_by <= LAST_OPERATION:
        raise Mistake(f"{path}.completes-by", f"this must be between {EARLIEST:%Y} and {LAST_OPERATION:%Y}")


# What the world knows besides the file; imported when asked for, since that takes OpenSSL along.


def _causes() -> list[str]:
    from cucm_sim.causes import CcmDevRegFailCauseCode

    return [code.name for code in CcmDevRegFailCauseCode]


def _alerts() -> list[str]:
    from wire.tls.numbers import AlertDescription, alert_text

    return [alert_text(code) for code in AlertDescription]


def _statuses() -> list[str]:
    from capf_sim.statuses import CertificateStatus

    return [value.value for value in CertificateStatus]


def _rules() -> list[str]:
    from lab.explain import RULES

    return list(RULES)


_WORDS: dict[str, Callable[[], list[str]]] = {
    "cause": _causes,
    "alert": _alerts,
    "status": _statuses,
    "rule": _rules,
}


def _phone(story: sc.Scenario, name: str, path: str) -> None:
    if name not in story.phones:
        raise Mistake(path, f"there is no phone {shown(name)}{suggestion(name, story.phones)}")


def _cluster(story: sc.Scenario, name: str, path: str) -> None:
    if name not in story.clusters:
        raise Mistake(path, f"there is no cluster {shown(name)}{suggestion(name, story.clusters)}")


def _certificate(story: sc.Scenario, text: str, path: str, more: Iterable[str] = ()) -> None:
    from lab.play.certificate_names import COMPANY_ROOT, OF_A_CLUSTER

    for prefix in OF_A_CLUSTER:
        if text.startswith(prefix):
            _cluster(story, text.removeprefix(prefix), path)
            return
    if text != COMPANY_ROOT:
        own = (f"{prefix}{cluster}" for prefix in OF_A_CLUSTER for cluster in story.clusters)
        _authority(text, path, [*filter(None, more), *own, COMPANY_ROOT])


def _authority(text: str, path: str, more: Iterable[str]) -> None:
    from pki import CISCO_AUTHORITIES

    if text not in CISCO_AUTHORITIES:
        raise Mistake(path, f"no certificate is called {shown(text)}{suggestion(text, [*more, *CISCO_AUTHORITIES])}")


def _page(name: str, path: str) -> None:
    from phone_sim.pages.paths import Page

    names = [page.value for page in Page]
    if not name.startswith("/") and name.casefold() not in map(str.casefold, names):
        raise Mistake(path, f"a phone has no page {shown(name)}{suggestion(name, names)}")
