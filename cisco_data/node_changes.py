"""What follows by itself after another host name, domain or address of a node, and what a backup of the keys is called.

A new host name makes all certificates of the node anew, self-signed, but ITLRecovery (IP and host name guide, release 12.5). CAPF
is the publisher's. The node restarts, and phones are reset for the new ITL file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cisco_data.services import CertificateUnit, ServiceName

RESTARTED_LAST: Final = ServiceName.CALLMANAGER
"""Of the node that was changed, after the reset of the phones: it tells them to reset. Assumed."""
UNNAMED_BACKUP: Final = "backup"
"""The name of a backup that is given none. One of the same name takes the place of the former."""


def made_again(units: Iterable[str]) -> tuple[str, ...]:
    """Those of a node's certificates that another name of the node makes anew."""
    return tuple(unit for unit in units if unit != CertificateUnit.ITL_RECOVERY)


def restarted_before_the_reset(
    node: str, services: Iterable[str], others: Iterable[str]
) -> tuple[tuple[str, str], ...]:
    """Service and node, in order; one that is stopped stays so.

    Assumed: TVS and Cisco Tftp restart on the other nodes too, where they read names and certificates; Cisco Tftp last, since what
    it signs TVS must know.

    Args:
        services: of the node that was changed.
        others: the other nodes of its cluster.
    """
    others = tuple(others)
    own = [(name, node) for name in services if name not in (RESTARTED_LAST, ServiceName.TFTP)]
    tvs = [(ServiceName.TVS.value, other) for other in others]
    tftp = [(ServiceName.TFTP.value, each) for each in (node, *others)]
    return (*own, *tvs, *tftp)
