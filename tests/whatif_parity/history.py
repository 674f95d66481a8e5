"""What a step did to a fleet, as acts: found by comparing the fleet before and after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lab.fleet.model import Act, ActKind, Fleet, Server, ServiceKind
from lab.whatif import steps as st


def with_acts(before: Fleet, after: Fleet, step: st.Step, number: int, *, disabled: bool = False) -> Fleet:
    """The fleet after the step, with what was done added to its history.

    `disabled`: by `set cert default-ca-list disable`, which takes certificates out of both stores.
    """
    if after.acts != before.acts:
        return after
    made = tuple(replace(act, at=after.at, number=number) for act in _acts(before, after, step))
    if disabled:
        made = tuple(replace(act, kind=ActKind.DEFAULT_CA_DISABLED, server="") for act in made)
    return replace(after, acts=(*before.acts, *made))


def _acts(before: Fleet, after: Fleet, step: st.Step) -> Iterator[Act]:
    at = after.at
    for cluster, made in after.capf.items():
        former = before.capf.get(cluster)
        if made != former:
            server = f"{ServiceKind.CAPF} of {cluster}"
            yield Act(ActKind.CERTIFICATE_REGENERATED, at, 0, cluster, server, made, former)
    for name, server in after.servers.items():
        yield from _of_server(before.servers[name], server, after)
    if isinstance(step, st.Restart):
        yield Act(ActKind.SERVICE_RESTARTED, at, 0, after.servers[step.server].cluster, step.server)
    if isinstance(step, st.UpdateTrustLists):
        yield Act(ActKind.TRUST_LISTS_UPDATED, at, 0, step.cluster)


def _of_server(old: Server, new: Server, fleet: Fleet) -> Iterator[Act]:
    at = fleet.at
    for certificate in new.configured.trust:
        if certificate not in old.configured.trust:
            yield Act(ActKind.TRUST_UPLOADED, at, 0, new.cluster, new.name, certificate)
    for certificate in old.configured.trust:
        if certificate not in new.configured.trust:
            yield Act(ActKind.TRUST_DELETED, at, 0, new.cluster, new.name, certificate)
    if new.configured.minimum_tls != old.configured.minimum_tls:
        value = str(new.configured.minimum_tls)
        yield Act(ActKind.MINIMUM_TLS_SET, at, 0, new.cluster, new.name, value=value)
