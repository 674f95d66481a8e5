"""What the command line of the publisher prints for commands on CTL and ITL files, made from what they noted.

Published: the lines of `utils itl reset` (command reference), of `utils ctl update CTLFile` and `utils ctl set-cluster mixed-mode`.
Assumed: `utils ctl reset localkey` and `set-cluster non-secure-mode` print what those two print, and `file delete` prints the
question only; where several nodes get the ITL file, each has a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from cisco_data import ClusterSecurityMode
from cucm_sim.certificate_events import CtlFileUpdated
from cucm_sim.events import ClusterModeChanged
from cucm_sim.list_reset_events import CtlFileDeleted, CtlReset, ItlReset
from journal import Event

_RULE: Final = "=" * 20
_RESTART: Final = (
    "Please Restart the TFTP and Cisco CallManager services on all nodes in the cluster that run these services"
)


def command_lines(event: Event) -> tuple[str, ...]:
    """The command and what it prints; none at all for an event of another kind."""
    made = _LINES.get(type(event))
    return made(event) if made is not None else ()


def _itl_reset(event: ItlReset) -> tuple[str, ...]:
    return (
        f"admin:utils itl reset {event.key}",
        "Name is None",
        "Generating the reset ITL file.....",
        "The reset ITL file was generated successfully",
        "",
        "Locating active Tftp servers in the cluster.....",
        "",
        "Following is the list of Active tftp servers in the cluster",
        "",
        _RULE,
        *event.nodes,
        f"{_RULE}=",
        f"Number of Active TFTP servers in the cluster : {len(event.nodes)}",
        "",
        "Transferring new reset ITL file to the TFTP server nodes in the cluster.........",
        "",
        *(f"Successfully transferred reset ITL to node {name}" for name in event.nodes),
    )


def _updated(command: str) -> tuple[str, ...]:
    return (
        f"admin:{command}",
        "This operation updates the CTLFile. Do you want to continue? (y/n):y",
        "Updating CTL file",
        "CTL file Updated",
        _RESTART,
    )


def _mode(event: ClusterModeChanged) -> tuple[str, ...]:
    mixed = event.cluster_security_mode == ClusterSecurityMode.MIXED.name
    name = "Mixed" if mixed else "Non Secure"
    return (
        f"admin:utils ctl set-cluster {'mixed-mode' if mixed else 'non-secure-mode'}",
        f"This operation sets the cluster to {name} mode. Do you want to continue? (y/n):y",
        f"Moving Cluster to {name} Mode",
        f"Cluster set to {name} Mode",
        _RESTART,
    )


def _deleted(event: CtlFileDeleted) -> tuple[str, ...]:
    return (f"admin:file delete tftp {event.file}", f"Delete the File {event.file}?", "Enter (y/n)?y")


_LINES: Final[dict[type[Event], Callable[[Any], tuple[str, ...]]]] = {
    ItlReset: _itl_reset,
    CtlReset: lambda event: _updated("utils ctl reset localkey"),
    CtlFileUpdated: lambda event: _updated("utils ctl update CTLFile"),
    ClusterModeChanged: _mode,
    CtlFileDeleted: _deleted,
}
