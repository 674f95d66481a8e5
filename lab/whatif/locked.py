"""Phones that a change leaves behind: they refuse the lists of their cluster, and new ones do not help them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lab.fleet.model import Fleet, FleetPhone
from lab.operations import steps as st
from lab.whatif.cures import new_lists
from lab.whatif.work import Work

_LISTS = ("CTL", "ITL")


def locked(work: Work, steps: Sequence[st.Step]) -> tuple[str, ...]:
    """Device names, in order: phones that refuse a list after the steps, and still do after new lists, a restart of TVS and Cisco
    Tftp, and a reset. Phones of which that cannot be told are not among them: their verdict says so.
    """
    end = work.after(steps)
    clusters = dict.fromkeys(phone.cluster for phone in _refusing(work, end))
    if not clusters:
        return ()
    done = [*steps, *(step for cluster in clusters for step in new_lists(work, end, cluster))]
    found = _refusing(work, work.after(done))
    return tuple(sorted(device for phone in found for device in work.stands_for(phone.device_name)))


def _refusing(work: Work, fleet: Fleet) -> Iterator[FleetPhone]:
    for phone in fleet.phones:
        files = work.judge.files(fleet, phone)
        trust = files.access.server if files is not None else None
        if trust is not None and trust.accepted is False and trust.file in _LISTS:
            yield phone
