"""Acts of a history under the host names of a later moment: what was done on a node before it was renamed was done on that node.

An explanation connects acts by the node, and a cure names it as the cluster does now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lab.case import CaseAct


@dataclass(frozen=True, slots=True)
class Renaming:
    """One node got another host name."""

    acts: int
    """How many there were before it."""
    cluster: str
    former: str
    name: str


def under_later_names(acts: Sequence[CaseAct], renamings: Sequence[Renaming]) -> tuple[CaseAct, ...]:
    """The acts, with the host names that the last renaming among them left."""
    found = list(acts)
    for each in renamings:
        if each.acts > len(found):
            break
        for number, act in enumerate(found[: each.acts]):
            if (act.cluster, act.node) == (each.cluster, each.former):
                found[number] = replace(act, node=each.name)
    return tuple(found)
