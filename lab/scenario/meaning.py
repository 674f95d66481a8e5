"""Whether a scenario of the right shape makes sense: who it names exists, what it counts is within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from cisco_data.tls import VERSION_NAMED
from lab.base.failures import InvalidInput, shown, suggestion
from lab.base.releases import release_known
from lab.base.toml_tables import Mistake
from lab.operations.cast import Cast, NoSuch
from lab.operations.certificate_names import check_authority, check_certificate
from lab.operations.nodes import NO_LIST, check_nodes
from lab.operations.services import MAX_DAYS, MAX_SECONDS
from lab.operations.values import EARLIEST
from lab.scenario import model as sc

MAX_CLUSTERS = 99
"""As many servers as one lab has addresses for."""
LATEST = datetime(2090, 1, 1, tzinfo=UTC)
"""A story starts between EARLIEST and this, where each of its certificates has a date that X.509 can write."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}")
_DEVICE = re.compile(r"SEP[0-9A-F]{12}")
LSC_DAYS = (1, 1825)
"""Duration of Certificate Validity, in days: the least and the most."""
MAX_PHONE_SAST = 100


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
    if len(story.clusters) > MAX_CLUSTERS:
        raise Mistake("clusters", f"there are {len(story.clusters)}, and a lab has room for {MAX_CLUSTERS}")
    hosts: dict[str, str] = {}
    for name, cluster in story.clusters.items():
        if not LSC_DAYS[0] <= cluster.lsc_days <= LSC_DAYS[1]:
            raise Mistake(f"clusters.{name}.lsc-days", f"this must be between {LSC_DAYS[0]} and {LSC_DAYS[1]}")
        if not 0 <= cluster.phone_sast_trust <= MAX_PHONE_SAST:
            raise Mistake(f"clusters.{name}.phone-sast-trust", f"this must be between 0 and {MAX_PHONE_SAST}")
        _check_release(cluster, f"clusters.{name}")
        _check_nodes(name, cluster, hosts)
    _check_servers(story)
    _check_phones(story)
    number = 1
    try:
        cast = story.cast()
        for number, step in enumerate(story.steps, 1):
            if isinstance(step, sc.Operation):
                step.check(cast)
                cast = step.after(cast)
            else:
                _check_expect(story, step, f"steps[{number}]", cast)
    except NoSuch as problem:
        key = f".{problem.key}" if problem.key else ""
        raise Mistake(f"steps[{number}]{key}", problem.problem) from None
    _check_time(story)


def _check_time(story: sc.Scenario) -> None:
    """How far the steps skip, and that time only passes."""
    days, now = 0.0, story.starts
    for number, step in enumerate(story.steps, 1):
        if not isinstance(step, sc.Wait):
            continue
        skipped = timedelta(days=step.days) if step.until is None else step.moment() - now
        if skipped < timedelta():
            raise Mistake(
                f"steps[{number}].until", f"by then it is {now:%Y-%m-%d %H:%M}Z already, and time only passes"
            )
        days += skipped / timedelta(days=1)
        if days > MAX_DAYS:
            continue
        now += skipped + timedelta(seconds=step.seconds)
    if days > MAX_DAYS:
        raise Mistake("steps", f"they skip {days:.0f} days in all, and {MAX_DAYS} are the most")


def _check_head(head: sc.Head) -> None:
    if not EARLIEST <= head.starts <= LATEST:
        raise Mistake("starts", f"a story starts between {EARLIEST:%Y} and {LATEST:%Y}")


def _check_release(cluster: sc.ClusterPart, path: str) -> None:
    try:
        release = release_known(cluster.release, upgraded=cluster.upgraded)
    except InvalidInput as problem:
        raise Mistake(f"{path}.release", str(problem)) from None
    if cluster.minimum_tls is not None and (why := release.wrong_minimum(VERSION_NAMED[cluster.minimum_tls])):
        raise Mistake(f"{path}.minimum-tls", why)


def _check_nodes(name: str, cluster: sc.ClusterPart, hosts: dict[str, str]) -> None:
    """`hosts`: the cluster by the name of each node that was checked before."""
    for node in cluster.nodes:
        other = hosts.setdefault(node.casefold(), name)
        if other != name:
            raise Mistake(f"clusters.{name}.nodes", f"{shown(node)} is a node of {other} already")
    try:
        check_nodes(cluster.cast_nodes(name), cluster.call_manager_group, cluster.tftp_servers)
    except NoSuch as problem:
        raise Mistake(f"clusters.{name}.{problem.key}", problem.problem) from None


def _check_servers(story: sc.Scenario) -> None:
    for kind, parts in (("radius", story.radius), ("vpn", story.vpn)):
        for name, part in parts.items():
            if name in story.clusters or (kind == "vpn" and name in story.radius):
                raise Mistake(f"{kind}.{name}", "another server of this story has that name already")
            for number, certificate in enumerate(part.trusts, 1):
                try:
                    check_certificate(story.cast(), certificate, f"{kind}.{name}.trusts[{number}]")
                except NoSuch as problem:
                    raise Mistake(problem.key, problem.problem) from None


def _check_phones(story: sc.Scenario) -> None:
    from cisco_data.models import MODELS

    seen: dict[str, str] = {}
    for name, phone in story.phones.items():
        path = f"phones.{name}"
        if phone.model not in MODELS:
            raise Mistake(f"{path}.model", f"no model {shown(phone.model)} is known{suggestion(phone.model, MODELS)}")
        for key in ("cluster", "lsc", "trusts"):
            if (cluster := getattr(phone, key)) == NO_LIST and key == "trusts":
                continue
            if cluster or key == "cluster":
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
            try:
                check_authority(phone.mic_authority, f"{path}.mic-authority")
            except NoSuch as problem:
                raise Mistake(problem.key, problem.problem) from None


def _check_expect(story: sc.Scenario, step: sc.Expect, path: str, cast: Cast) -> None:
    """Raises Mistake, and NoSuch for a certificate that there is not."""
    for key, of_story in (("phone", _phone), ("cluster", _cluster)):
        value = getattr(step, key, None)
        if value is not None and not (value == "" and isinstance(step, sc.Registered | sc.OperationStatus)):
            of_story(story, value, f"{path}.{key}")
    _check_edge(story, step, path)
    if isinstance(step, sc.TrustListHeld):
        if step.of != NO_LIST:
            _cluster(story, step.of, f"{path}.of")
        if step.signer:
            check_certificate(cast, step.signer, "signer")
    if isinstance(step, sc.Registered) and step.node:
        cast.node(step.cluster or cast.cluster(""), step.node)
    if isinstance(step, sc.TrustStoreHolds):
        check_certificate(cast, step.certificate, "certificate")
    elif isinstance(
        step,
        sc.Refused | sc.Registered | sc.HoldsLsc | sc.OnTheWire | sc.PortAuthorised | sc.PortRefused | sc.VpnUp,
    ):
        left_out = {sc.Registered: ("",), sc.HoldsLsc: ("none",)}.get(type(step), ())
        if step.issuer not in left_out:
            check_certificate(cast, step.issuer, "issuer", left_out)
    for key, known in _WORDS.items():
        value = getattr(step, key, None)
        no_alert = {sc.OnTheWire: "", sc.Distrusts: "none"}.get(type(step))
        if value is None or (key == "alert" and value == no_alert):
            continue
        if value not in known():
            whose = "this lab" if key == "rule" else "CUCM"
            raise Mistake(f"{path}.{key}", f"{shown(value)} is no {key} that {whose} knows{suggestion(value, known())}")
    if isinstance(step, sc.PhonePage):
        _page(step.page, f"{path}.page")
    if not 0 <= step.within <= MAX_SECONDS:
        raise Mistake(f"{path}.within", f"this must be between 0 and {MAX_SECONDS:.0f}")


def _check_edge(story: sc.Scenario, step: sc.Expect, path: str) -> None:
    """Who is named behind a switch port or a tunnel has one."""
    phone = story.phones.get(getattr(step, "phone", ""))
    if isinstance(step, sc.PortAuthorised | sc.PortRefused):
        if phone is not None and not phone.dot1x:
            raise Mistake(f"{path}.phone", f"{shown(step.phone)} has no dot1x, so its switch port asks no phone")
    elif isinstance(step, sc.VpnUp | sc.VpnRefused) and phone is not None and not phone.vpn:
        raise Mistake(f"{path}.phone", f"{shown(step.phone)} has no vpn")


# What the world knows besides the file; imported when asked for, since that takes OpenSSL along.


def _causes() -> list[str]:
    from cucm_sim.causes import CcmDevRegFailCauseCode

    return [code.name for code in CcmDevRegFailCauseCode]


def _alerts() -> list[str]:
    from wire.tls_numbers import AlertDescription, alert_text

    return [alert_text(code) for code in AlertDescription]


def _statuses() -> list[str]:
    from cisco_data import CertificateStatus

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


def _page(name: str, path: str) -> None:
    from phone_sim.pages.paths import Page

    names = [page.value for page in Page]
    if not name.startswith("/") and name.casefold() not in map(str.casefold, names):
        raise Mistake(path, f"a phone has no page {shown(name)}{suggestion(name, names)}")
