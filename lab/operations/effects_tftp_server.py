"""What other TFTP servers do to a phone of a fleet."""

from __future__ import annotations

from typing import Any

from lab.base.acts import ActKind
from lab.fleet.model import Fleet, UnjudgedReason
from lab.operations import steps as st
from lab.operations.effect import Effect, Shop, cannot_judge, did
from lab.operations.effects_phones import pointed_at


def _set_tftp_server(fleet: Fleet, step: st.SetTftpServerStep, _: Shop) -> Fleet:
    fleet = pointed_at(fleet, step.phones, step.cluster)
    fleet = did(fleet, ActKind.TFTP_SERVER_SET, cluster=step.cluster, phones=step.phones, value=step.node)
    return cannot_judge(fleet, UnjudgedReason.TFTP_SERVER, phones=step.phones)


EFFECTS: dict[type[Any], Effect] = {
    st.SetTftpServerStep: _set_tftp_server,
}
