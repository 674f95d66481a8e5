"""What an answer owes to the release of a cluster: where another one would change a verdict, and what is assumed of it.

Exports may not say which release a cluster has. The default is assumed then, and the change is tried once more with each release
that differs in what these verdicts depend on: the minimum TLS version, the newest TLS version, the default CA list, and what the
release does by itself after a new certificate (`steps_by_release`). Only phones that can tell the difference are tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from cisco_data import RELEASES, STORE_OF, ServiceKind
from cisco_data.release_table import MAXIMUM_TLS, MINIMUM_TLS, Release
from cisco_data.releases import DEFAULT_CA_LIST, Column
from lab.base.language import Catalogue
from lab.fleet.findings import InputFinding
from lab.fleet.model import Fleet, FleetPhone
from lab.operations import steps as st
from lab.operations.effect import Shop
from lab.operations.effects_trust import disabled_by
from lab.whatif.impact_report import Group, Verdict
from lab.whatif.steps_by_release import steps_by_release
from wire.tls import TlsVersion

_NAMED = 3
"""Devices that a sentence names before it counts the others."""


class _Alternative(NamedTuple):
    """What the verdicts on a cluster's phones depend on."""

    minimum: TlsVersion
    maximum: TlsVersion
    disabled: frozenset[object]
    """Certificates that the change would take away by the default CA list."""
    steps: tuple[st.Step, ...]
    """Of the plan, and what the release does by itself."""


def other_releases(
    fleet: Fleet,
    steps: Sequence[st.Step],
    groups: Iterable[Group],
    groups_of: Callable[[Fleet, tuple[st.Step, ...]], Iterable[Group]],
    shop: Shop,
    say: Catalogue,
) -> Iterator[str]:
    """A sentence for each release that would change verdicts where none is named.

    Args:
        groups: the answer with the default.
        groups_of: the answer for another fleet and other steps.
        shop: makes the certificates that steps bring.
    """
    usual: dict[tuple[str, ServiceKind], Verdict] = {}
    for cluster, assumed in fleet.releases.items():
        if assumed.named:
            continue
        usual = usual or _verdicts(groups)
        here = _alternative(fleet, steps, cluster, assumed, shop)
        tried = {here}
        for name in RELEASES:
            release = Release(name)
            alternative = _alternative(fleet, steps, cluster, release, shop)
            if alternative in tried:
                continue
            tried.add(alternative)
            other = _with_release(fleet, cluster, release, alternative)
            if alternative.steps != here.steps:  # others may move there first
                phones = fleet.phones
            else:
                by_list = alternative.disabled != here.disabled
                phones = tuple(_concerned(fleet, other, cluster, by_list=by_list))
            if not phones:
                continue
            found = _verdicts(groups_of(replace(other, phones=phones), alternative.steps))
            devices = sorted({use[0] for use, verdict in found.items() if usual.get(use, verdict) is not verdict})
            if devices:
                named = [*devices[:_NAMED], *(["..."] if len(devices) > _NAMED else [])]
                listed = say.between_items.join(named)
                yield say(
                    "whatif-text.unjudged.release",
                    cluster=cluster,
                    assumed=assumed.name,
                    release=name,
                    count=len(devices),
                    phones=listed,
                )


def assumed_columns(fleet: Fleet, cluster: str, steps: Sequence[st.Step]) -> Iterator[Column[object]]:
    """What is assumed of the named release of a cluster, of all that verdicts on its phones depend on."""
    release = fleet.releases.get(cluster)
    if release is None or not release.named:
        return
    used: list[Column[object]] = [MINIMUM_TLS] if cluster in fleet.minimum_by_release else []
    used.append(MAXIMUM_TLS)
    if any(isinstance(step, st.ChangeDefaultCaListStep) and step.cluster == cluster for step in steps):
        used.append(DEFAULT_CA_LIST)
    yield from (column for column in used if release.cell(column).assumed)


def about_releases(fleet: Fleet, steps: Sequence[st.Step]) -> Iterator[InputFinding]:
    """A finding for each cell of the table that is assumed."""
    for cluster, release in fleet.releases.items():
        for column in assumed_columns(fleet, cluster, steps):
            value = release.cell(column).value
            told = f" ({value})" if isinstance(value, TlsVersion) else ""
            yield InputFinding(f"{cluster}, release {release.name}", f"assumed: {column.title}{told}", assumed=True)


def _alternative(fleet: Fleet, steps: Sequence[st.Step], cluster: str, release: Release, shop: Shop) -> _Alternative:
    by_release = cluster in fleet.minimum_by_release
    minimum = release.default_minimum_tls if by_release else TlsVersion.TLSv1
    there = replace(fleet, releases={**fleet.releases, cluster: release})
    disabled = frozenset(
        certificate
        for step in steps
        if isinstance(step, st.ChangeDefaultCaListStep) and step.cluster == cluster and not step.enable
        for certificate in disabled_by(there, cluster, step.certificate)
    )
    by_itself = steps_by_release(fleet, steps, cluster, release, shop)
    return _Alternative(minimum, release.maximum_tls, disabled, by_itself)


def _with_release(fleet: Fleet, cluster: str, release: Release, alternative: _Alternative) -> Fleet:
    """The fleet as it would be; every release is named, so that no further one is tried."""
    releases = {name: replace(each, named=True) for name, each in fleet.releases.items()}
    servers = dict(fleet.servers)
    for name, server in servers.items():
        if server.cluster != cluster or server.kind not in STORE_OF:
            continue
        settings = replace(server.configured, maximum_tls=alternative.maximum)
        if cluster in fleet.minimum_by_release:
            settings = replace(settings, minimum_tls=alternative.minimum)
        in_use = settings if server.in_use is not None else None
        servers[name] = replace(server, configured=settings, in_use=in_use)
    return replace(fleet, servers=servers, releases={**releases, cluster: release})


def _concerned(fleet: Fleet, other: Fleet, cluster: str, *, by_list: bool) -> Iterator[FleetPhone]:
    """Phones that meet another version of TLS there, or other certificates in a store."""
    for phone in fleet.phones:
        if phone.cluster != cluster:
            continue
        pairs = [(server.configured, other.servers[server.name].configured) for server in fleet.services_of(phone)]
        if by_list or any(
            phone.tls.maximum < new.minimum_tls != old.minimum_tls
            or phone.tls.maximum > new.maximum_tls != old.maximum_tls
            for old, new in pairs
        ):
            yield phone


def _verdicts(groups: Iterable[Group]) -> dict[tuple[str, ServiceKind], Verdict]:
    return {
        (device, line.service): line.verdict for group in groups for device in group.devices for line in group.lines
    }
