"""Plans with new certificates, put into Cisco's order: one kind of certificate after the other, each with what follows it.

What follows is the table of `cisco_data.renewal_procedures`. Where it has several ways, each is tried, on top of what stands before
it, and the first of those that lose least is taken. What the plan itself has of it is not done twice; every other step of the plan
is kept, in the plan's order, before all of that or after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, permutations
from typing import TypeGuard

from cisco_data import CertificateUnit, ServiceKind, ServiceName
from cisco_data.release_table import UNNAMED_RELEASE
from cisco_data.renewal_procedures import ORDER, FollowUp, Procedure, after_other_name, procedures
from lab.fleet.model import Fleet
from lab.operations import steps as st
from lab.operations.effect import services_of
from lab.operations.effects_services import mode_ordered
from lab.operations.taken_up import taken_up
from lab.whatif.work import Work

Steps = tuple[st.Step, ...]
MAX_ORDERS = 6
"""Orders of the kinds of certificates that are tried, Cisco's first."""
_SERVICES = {
    FollowUp.RESTART_TVS: ServiceName.TVS,
    FollowUp.RESTART_TFTP: ServiceName.TFTP,
    FollowUp.RESTART_TOMCAT: ServiceName.TOMCAT,
}
_JUDGES = {FollowUp.RESTART_CAPF: ServiceKind.CAPF, FollowUp.RESTART_CALLMANAGER: ServiceKind.CALLMANAGER}


@dataclass(frozen=True, slots=True)
class _Renewal:
    """New certificates of one kind in one cluster, on one node or several."""

    cluster: str
    unit: CertificateUnit | None
    """None for all of a node, which has another name."""
    nodes: tuple[str, ...]
    steps: Steps
    """With what the release does by itself."""


Renewing = (
    st.RegenerateCapfStep
    | st.SignCapfStep
    | st.RegenerateCallManagerStep
    | st.RenewOtherStep
    | st.SetHostNameStep
    | st.SetDomainStep
)


def renews(step: st.Step) -> TypeGuard[Renewing]:
    """Whether it makes certificates anew by which phones know their cluster."""
    return isinstance(step, Renewing)


def is_of_capf_alone(steps: Sequence[st.Step]) -> bool:
    """Whether no other certificate is made again."""
    return all(isinstance(step, st.RegenerateCapfStep | st.SignCapfStep) for step in steps if renews(step))


def renewal_plans(
    work: Work, steps: Sequence[st.Step], cost: Callable[[Sequence[st.Step]], tuple[int, ...]]
) -> Iterator[Steps]:
    """The same plan in Cisco's order, and in others; none where it makes no certificate anew.

    Args:
        cost: what a plan loses; all zero where that is nothing.
    """
    found, others = _parts(work.fleet, steps)
    if not found:
        return
    rest = tuple(_not_done_twice(work, found, others))
    by_kind = sorted(_joined(found), key=_rank)
    orders = [list(order) for order in islice(permutations(by_kind), MAX_ORDERS)]
    by_node = sorted(found, key=_rank)
    if by_node != by_kind:
        orders.append(by_node)
    for order in orders:
        for first, last in dict.fromkeys([((), rest), (rest, ())]):
            yield (*_with_what_follows(work, order, first, cost), *last)


def _rank(renewal: _Renewal) -> int:
    """Other names of nodes come first: they bring every certificate but one."""
    return -1 if renewal.unit is None else ORDER.index(renewal.unit)


def _parts(fleet: Fleet, steps: Sequence[st.Step]) -> tuple[list[_Renewal], list[st.Step]]:
    """Renewals, each with the steps that the release does by itself right after it, and everything else."""
    found: list[_Renewal] = []
    others: list[st.Step] = []
    left = list(steps)
    while left:
        step = left.pop(0)
        if not renews(step):
            others.append(step)
            continue
        unit, node = renewed_unit(step), _node(step)
        mine: list[st.Step] = [step]
        for follows in taken_up(fleet, step.cluster, unit, node) if unit is not None else ():
            if not left or left[0] != follows:
                break
            mine.append(left.pop(0))
        found.append(_Renewal(step.cluster, unit, (node,), tuple(mine)))
    return found, others


def renewed_unit(step: st.Step) -> CertificateUnit | None:
    """Of a step that makes a certificate anew; None where that is all of a node."""
    if isinstance(step, st.RegenerateCapfStep | st.SignCapfStep):
        return CertificateUnit.CAPF
    if isinstance(step, st.RegenerateCallManagerStep):
        return CertificateUnit.CALLMANAGER
    return step.unit if isinstance(step, st.RenewOtherStep) else None


def _node(step: Renewing) -> str:
    return "" if isinstance(step, st.RegenerateCapfStep | st.SignCapfStep) else step.node


def _joined(found: Sequence[_Renewal]) -> list[_Renewal]:
    """One kind on all nodes at once. A second renewal of the same certificate, and other names of nodes, stay apart."""
    joined: list[_Renewal] = []
    for each in found:
        for number, other in enumerate(joined):
            same = (other.cluster, other.unit) == (each.cluster, each.unit) and each.unit is not None
            if same and not set(each.nodes) & set(other.nodes):
                both = _Renewal(each.cluster, each.unit, other.nodes + each.nodes, other.steps + each.steps)
                joined[number] = both
                break
        else:
            joined.append(each)
    return joined


def _with_what_follows(
    work: Work, order: Sequence[_Renewal], first: Steps, cost: Callable[[Sequence[st.Step]], tuple[int, ...]]
) -> Steps:
    done = first
    for renewal in order:
        ways = [(*done, *renewal.steps, *follow_up(work, renewal.cluster, way)) for way in _ways(work.fleet, renewal)]
        best = ways[0]
        if len(ways) > 1:
            least = cost(best)
            for way in ways[1:]:
                if not any(least):
                    break
                if (other := cost(way)) < least:
                    best, least = way, other
        done = best
    return done


def _ways(fleet: Fleet, renewal: _Renewal) -> tuple[Procedure, ...]:
    mixed = mode_ordered(fleet, renewal.cluster)
    if renewal.unit is None:
        return after_other_name(mixed=mixed)
    found = procedures(renewal.unit, fleet.releases.get(renewal.cluster, UNNAMED_RELEASE), mixed=mixed)
    if renewal.unit is CertificateUnit.CAPF:  # new LSCs may have to wait for other servers: `cures` tries that
        shorter = [tuple(one for one in way if one is not FollowUp.INSTALL_LSC) for way in found]
        return (*found, *shorter)
    return found


def follow_up(work: Work, cluster: str, procedure: Sequence[FollowUp]) -> Iterator[st.Step]:
    """The steps on this cluster. A service that is stopped is not started, and phones that are off take no part."""
    fleet = work.fleet
    for one in procedure:
        if one in _SERVICES:
            yield st.ControlServiceStep(cluster, _SERVICES[one], "restart")
        elif one in _JUDGES:
            running = [server for server in services_of(fleet, cluster, _JUDGES[one]) if server.in_use is not None]
            yield from (st.RestartStep(server.name) for server in running)
        elif one is FollowUp.UPDATE_CTL:
            yield st.UpdateTrustListsStep(cluster)
        elif one is FollowUp.RESET_CTL:
            yield st.ResetCtlStep(cluster)
        elif one is FollowUp.RESET_ITL:
            yield st.ResetItlStep(cluster, "localkey")
        else:
            here = [phone for phone in fleet.phones if phone.cluster == cluster and not phone.offline]
            only = one is FollowUp.INSTALL_LSC
            phones = frozenset(phone.device_name for phone in here if not only or phone.lsc is not None)
            if phones:
                yield st.InstallLscStep(phones) if only else st.ReadFileStep(phones, "reset")


def _not_done_twice(work: Work, found: Sequence[_Renewal], others: Sequence[st.Step]) -> Iterator[st.Step]:
    """What is left of the plan's other steps: restarts, new lists, resets and waits that follow anyway are not done again.

    They are where another step stands before them that may need them.
    """
    follows = {step for each in found for way in _ways(work.fleet, each) for step in follow_up(work, each.cluster, way)}
    clusters = {each.cluster for each in found}
    reset = {phone.device_name for phone in work.fleet.phones if phone.cluster in clusters and not phone.offline}
    servers = pages = False
    for step in others:
        of_phones = bool(st.phones_of_step(step)) and not isinstance(step, st.ReadFileStep)
        if isinstance(step, st.ReadFileStep):
            done = step.phones <= reset and not (servers or pages)
        elif isinstance(step, st.NoEffectStep):
            done = bool(step.seconds) and not (servers or pages)
        elif isinstance(step, st.ControlServiceStep):
            everywhere = st.ControlServiceStep(step.cluster, step.service, step.change)
            done = everywhere in follows and not servers
        else:
            done = step in follows and not servers
            servers = servers or not (done or of_phones)
            pages = pages or (of_phones and not done)
        if not done:
            yield step
