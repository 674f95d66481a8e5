"""A history names a node as it is called later, and only from its renaming on."""

from __future__ import annotations

from lab.base.acts import ActKind
from lab.case import CaseAct, Ref
from lab.views.renamed_nodes import Renaming, under_later_names


def act(number: int, node: str, cluster: str = "hq") -> CaseAct:
    return CaseAct(ActKind.SERVICE_STARTED, Ref(number), cluster, node=node)


ACTS = [act(1, "a"), act(2, "a", "branch"), act(3, "b"), act(4, "c"), act(5, "a")]
"""The renaming a to c is between 3 and 4; the last act is of another node that got the free name."""


def nodes(count: int, *renamings: Renaming) -> list[str]:
    return [one.node for one in under_later_names(ACTS[:count], renamings)]


def test_an_act_of_before_the_renaming_has_the_later_name() -> None:
    assert nodes(5, Renaming(3, "hq", "a", "c")) == ["c", "a", "b", "c", "a"]


def test_a_history_that_ends_before_the_renaming_keeps_the_former_name() -> None:
    assert nodes(2, Renaming(3, "hq", "a", "c")) == ["a", "a"]


def test_several_renamings_follow_one_another() -> None:
    assert nodes(5, Renaming(3, "hq", "a", "c"), Renaming(4, "hq", "c", "d")) == ["d", "a", "b", "d", "a"]


def test_without_a_renaming_nothing_changes() -> None:
    assert under_later_names(ACTS, ()) == tuple(ACTS)
