"""`show ctl` and `show itl` on each node of a cluster: its files as they are now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from cucm_sim.cluster import Cluster
from cucm_sim.node import Node
from cucm_sim.texts.show_trust_list import TrustListKind, show_no_trust_list, show_trust_list
from cucm_sim.trust_lists import MadeTrustList


def show_ctl(node: Node) -> str:
    return _shown(node.ctl_list, "CTL")


def show_itl(node: Node) -> str:
    return _shown(node.itl_list, "ITL")


def show_all_trust_lists(cluster: Cluster) -> str:
    """What the command lines of all nodes would show, each answer below its command; where there are several, below the node's
    name."""
    return "".join(text for node in cluster.nodes.values() for text in _answers(cluster, node))


def _answers(cluster: Cluster, node: Node) -> Iterator[str]:
    if cluster.has_subscribers:
        yield f"{node.name}\n\n"
    for command, answer in (("show ctl", show_ctl(node)), ("show itl", show_itl(node))):
        yield f"admin:{command}\n{answer.rstrip()}\n\n"


def _shown(made: MadeTrustList | None, kind: TrustListKind) -> str:
    if made is None:
        return show_no_trust_list(kind)
    return show_trust_list(made.octets, datetime.fromtimestamp(made.timestamp, UTC), kind)
