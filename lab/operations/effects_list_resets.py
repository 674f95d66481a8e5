"""What resets of lists, a deleted CTL file and the rollback parameter do to a fleet: nothing can be said of its phones yet."""

from __future__ import annotations

from typing import Any

from lab.base.acts import ActKind
from lab.fleet.model import Fleet, UnjudgedReason
from lab.operations import steps as st
from lab.operations.effect import Effect, Shop, cannot_judge, did


def _reset_itl(fleet: Fleet, step: st.ResetItlStep, _: Shop) -> Fleet:
    return _unknown(did(fleet, ActKind.ITL_RESET, cluster=step.cluster, value=step.key), step.cluster)


def _reset_ctl(fleet: Fleet, step: st.ResetCtlStep, _: Shop) -> Fleet:
    return _unknown(did(fleet, ActKind.CTL_RESET, cluster=step.cluster), step.cluster)


def _delete_ctl_file(fleet: Fleet, step: st.DeleteCtlFileStep, _: Shop) -> Fleet:
    return _unknown(did(fleet, ActKind.CTL_FILE_DELETED, cluster=step.cluster, value=step.node), step.cluster)


def rollback_set(fleet: Fleet, cluster: str) -> Fleet:
    """Phones take an ITL file without TVS and TFTP, or come back from it: with which lists each one is left is not known."""
    return _unknown(fleet, cluster)


def _unknown(fleet: Fleet, cluster: str) -> Fleet:
    return cannot_judge(fleet, UnjudgedReason.LIST_RESET, cluster=cluster)


EFFECTS: dict[type[Any], Effect] = {
    st.ResetItlStep: _reset_itl,
    st.ResetCtlStep: _reset_ctl,
    st.DeleteCtlFileStep: _delete_ctl_file,
}
