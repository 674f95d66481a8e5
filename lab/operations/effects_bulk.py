"""What bulk certificate management and other TFTP servers do to a fleet, as far as data shows it.

An export and its consolidation change no cluster. What an import brings into trust stores, and whose files a phone takes from
other TFTP servers, is not known here, so nothing can be said of the phones that it concerns.
"""

from __future__ import annotations

from typing import Any

from lab.base.acts import ActKind
from lab.fleet.model import Fleet, UnjudgedReason
from lab.operations import steps as st
from lab.operations.effect import Effect, Shop, cannot_judge, did
from lab.operations.effects_phones import pointed_at


def _export(fleet: Fleet, step: st.BulkExportStep, _: Shop) -> Fleet:
    return did(fleet, ActKind.BULK_EXPORTED, cluster=step.cluster, value=step.type)


def _consolidate(fleet: Fleet, step: st.BulkConsolidateStep, _: Shop) -> Fleet:
    return did(fleet, ActKind.BULK_CONSOLIDATED, cluster=step.cluster)


def _import(fleet: Fleet, step: st.BulkImportStep, _: Shop) -> Fleet:
    fleet = did(fleet, ActKind.BULK_IMPORTED, cluster=step.cluster)
    return cannot_judge(fleet, UnjudgedReason.BULK_IMPORT, cluster=step.cluster)


def _set_tftp_server(fleet: Fleet, step: st.SetTftpServerStep, _: Shop) -> Fleet:
    fleet = pointed_at(fleet, step.phones, step.cluster)
    fleet = did(fleet, ActKind.TFTP_SERVER_SET, cluster=step.cluster, phones=step.phones, value=step.node)
    return cannot_judge(fleet, UnjudgedReason.TFTP_SERVER, phones=step.phones)


EFFECTS: dict[type[Any], Effect] = {
    st.BulkExportStep: _export,
    st.BulkConsolidateStep: _consolidate,
    st.BulkImportStep: _import,
    st.SetTftpServerStep: _set_tftp_server,
}
