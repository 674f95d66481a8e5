"""Which nodes a cluster can have, and which of them phones use where nothing else is said: for scenarios and for a running lab."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cisco_data import ServiceName
from lab.base.failures import shown, suggestion
from lab.operations.cast import FEATURE_SERVICES, CastNode, NoSuch

MAX_GROUP, MAX_TFTP = 3, 2
"""Members of a CallManager Group, and TFTP servers of a phone: what CUCM and DHCP option 150 take."""
MAX_NODES = 20
"""Assumed: about what a real cluster has at most."""
NO_LIST = "none"
"""Instead of a cluster, for a phone that holds neither CTL nor ITL."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,35}")


def publisher_alone(cluster: str) -> tuple[CastNode, ...]:
    """The nodes of a cluster that names none."""
    return (CastNode(f"{cluster}-pub"),)


def call_manager_group(nodes: Sequence[CastNode], named: Sequence[str] = ()) -> tuple[str, ...]:
    """Nodes by priority: those that are named, else the first that run Cisco CallManager. Assumed: one group for all phones."""
    return tuple(named) or _first(nodes, ServiceName.CALLMANAGER, MAX_GROUP)


def tftp_servers(nodes: Sequence[CastNode], named: Sequence[str] = ()) -> tuple[str, ...]:
    """Nodes in the order in which phones ask them: those that are named, else the first that run Cisco Tftp."""
    return tuple(named) or _first(nodes, ServiceName.TFTP, MAX_TFTP)


def _first(nodes: Sequence[CastNode], service: ServiceName, most: int) -> tuple[str, ...]:
    return tuple(node.name for node in nodes if node.runs(service))[:most]


def check_nodes(nodes: Sequence[CastNode], group: Sequence[str], tftp: Sequence[str]) -> None:
    """Raises NoSuch, whose key is `nodes`, `nodes.NAME`, `call-manager-group` or `tftp-servers`, for what cannot be."""
    if len(nodes) > MAX_NODES:
        raise NoSuch("nodes", f"there are {len(nodes)}, and a cluster has room for {MAX_NODES}")
    names = [node.name for node in nodes]
    for number, node in enumerate(nodes):
        if not _NAME.fullmatch(node.name):
            raise NoSuch(
                "nodes", f"{shown(node.name)} cannot name a node: up to 36 letters, digits, blanks, dots and dashes"
            )
        if node.name.casefold() in (name.casefold() for name in names[:number]):
            raise NoSuch("nodes", f"there are two nodes {shown(node.name)}")
        for service in node.services or ():
            if service not in FEATURE_SERVICES:
                raise NoSuch(f"nodes.{node.name}.services", f"{service} runs on every node, and is not chosen")
            if service is ServiceName.CAPF and number:
                raise NoSuch(
                    f"nodes.{node.name}.services", f"{service} runs on the publisher only, which is {names[0]}"
                )
    for key, chosen, service, most in (
        ("call-manager-group", group, ServiceName.CALLMANAGER, MAX_GROUP),
        ("tftp-servers", tftp, ServiceName.TFTP, MAX_TFTP),
    ):
        running = [node.name for node in nodes if node.runs(service)]
        if nodes and not running:
            raise NoSuch("nodes", f"no node runs {service}, so no phone can register")
        if len(chosen) > most:
            raise NoSuch(key, f"there are {len(chosen)}, and {most} are the most")
        _check_chosen(key, chosen, names, running, service)


def _check_chosen(key: str, chosen: Sequence[str], names: Iterable[str], running: Iterable[str], service: str) -> None:
    for number, name in enumerate(chosen, 1):
        if name not in names:
            raise NoSuch(f"{key}[{number}]", f"there is no node {shown(name)}{suggestion(name, names)}")
        if name not in running:
            raise NoSuch(f"{key}[{number}]", f"{name} does not run {service}")
        if name in chosen[: number - 1]:
            raise NoSuch(f"{key}[{number}]", f"{name} stands there twice")
