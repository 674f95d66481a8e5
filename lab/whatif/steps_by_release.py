"""The steps of a plan as another release would take them: with what it does by itself besides.

A plan's steps are looked up with the release that is assumed of a cluster. That one takes up no new certificate by itself, so what
a release with automatic restarts does is put in behind each new certificate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cisco_data import CertificateUnit
from cisco_data.release_table import PHONES_RESET, RESTARTS_ITSELF, Release
from lab.fleet.model import Fleet
from lab.operations import steps as st
from lab.operations.effect import Shop
from lab.operations.effects import apply
from lab.operations.taken_up import taken_up


def steps_by_release(
    fleet: Fleet, steps: Sequence[st.Step], cluster: str, release: Release, shop: Shop
) -> tuple[st.Step, ...]:
    """The steps where the cluster has that release; the same where that makes no difference.

    Args:
        fleet: before the steps, with the release that is assumed.
    """
    assumed = fleet.releases[cluster]
    renewing = any(_unit(step, cluster) is not None for step in steps)
    if renewing and any(each.of(assumed.name) != each.of(release.name) for each in (RESTARTS_ITSELF, PHONES_RESET)):
        there = replace(fleet, releases={**fleet.releases, cluster: release})
        steps = tuple(_with_what_follows(there, steps, cluster, shop))
    return tuple(steps)


def _with_what_follows(there: Fleet, steps: Sequence[st.Step], cluster: str, shop: Shop) -> Iterator[st.Step]:
    for step in steps:
        renewed = _unit(step, cluster)
        behind = () if renewed is None else taken_up(there, cluster, renewed, getattr(step, "node", ""))
        for each in (step, *behind):
            there = apply(there, each, shop)
            yield each


def _unit(step: st.Step, cluster: str) -> CertificateUnit | None:
    """Of the certificate that the step renews in the cluster; None for another step."""
    match step:
        case st.RegenerateCapfStep() | st.SignCapfStep() if step.cluster == cluster:
            return CertificateUnit.CAPF
        case st.RegenerateCallManagerStep() if step.cluster == cluster:
            return CertificateUnit.CALLMANAGER
        case st.RenewOtherStep() if step.cluster == cluster:
            return step.unit
    return None
