"""What other TFTP servers do to a phone of a fleet: whose files and lists it is offered, and whether it forgets those it has.

`phone_sim.power_cycle` does the same in a running lab where a server is typed by hand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cisco_data.models import MODELS
from lab.base.acts import ActKind
from lab.fleet.model import Fleet, FleetPhone, UnjudgedReason
from lab.fleet.trust import FleetNode, HeldTrust
from lab.operations import steps as st
from lab.operations.effect import Effect, Shop, cannot_judge, did, with_phones
from lab.operations.effects_phones import pointed_at, read_file


def _set_tftp_server(fleet: Fleet, step: st.SetTftpServerStep, shop: Shop) -> Fleet:
    """Nothing can be said any more of a phone that asks a cluster which may not have it in its database: nor when it asks its own
    again, since what it holds by then is not known.

    By hand it counts at once, as the phone starts anew; nothing can be typed on a phone that is off.
    """
    by_hand = step.by == "hand"
    names = frozenset(
        phone.device_name
        for phone in fleet.phones
        if phone.device_name in step.phones and not (by_hand and phone.offline)
    )
    not_known = frozenset(
        phone.device_name
        for phone in fleet.phones
        if phone.device_name in names and not _is_known(fleet, phone, step.cluster)
    )
    nodes = (step.node,) if step.node else ()
    if by_hand:
        fleet = _without_other_lists(fleet, names, _servers(fleet, step.cluster, nodes), shop)
    fleet = pointed_at(fleet, names, step.cluster, nodes)
    fleet = did(fleet, ActKind.TFTP_SERVER_SET, cluster=step.cluster, phones=names, value=step.node)
    if not_known:
        fleet = cannot_judge(fleet, UnjudgedReason.TFTP_SERVER, phones=not_known)
    return read_file(fleet, st.ReadFileStep(names - not_known, "reset-on-phone"), shop) if by_hand else fleet


def _is_known(fleet: Fleet, phone: FleetPhone, cluster: str) -> bool:
    """Whether the cluster has the phone: it is its own, or the phone was moved there before."""
    return phone.cluster == cluster or any(
        act.kind is ActKind.PHONE_MOVED and act.cluster == cluster and phone.device_name in act.phones
        for act in fleet.acts
    )


def _servers(fleet: Fleet, cluster: str, nodes: tuple[str, ...]) -> tuple[FleetNode, ...]:
    trust = fleet.trust.get(cluster)
    return trust.asked_by(nodes) if trust is not None else ()


def _without_other_lists(fleet: Fleet, names: frozenset[str], servers: tuple[FleetNode, ...], shop: Shop) -> Fleet:
    """Models that do so delete lists that name none of these servers. Assumed: one that the lab does not know keeps them."""

    def deleted(phone: FleetPhone) -> FleetPhone:
        deletes = phone.model in MODELS and MODELS[phone.model].typed_tftp_deletes_lists
        if phone.lists is None or not deletes or not servers or shop.lists_one_of(phone, servers):
            return phone
        return replace(phone, lists=HeldTrust())

    return with_phones(fleet, names, deleted)


EFFECTS: dict[type[Any], Effect] = {
    st.SetTftpServerStep: _set_tftp_server,
}
