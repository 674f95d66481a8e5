"""Enterprise parameters that an administrator can set here, by their titles in CUCM, with the values that a release offers."""

from __future__ import annotations

from cisco_data.release_table import FILE_SIGNATURE_ALGORITHMS, PHONES_RESET, Release
from cisco_data.services import ServiceName

FILE_SIGNATURE_ALGORITHM = "TFTP File Signature Algorithm"
PHONE_INTERACTION = "Phone Interaction on Certificate Update"
ROLLBACK = "Prepare Cluster for Rollback to pre-8.0"
AUTOMATIC, MANUAL = "automatic", "manual"
"""Of `PHONE_INTERACTION`, whose default is the first. Assumed: the page says it in longer words."""
OFF, ON = "False", "True"
"""Of `ROLLBACK`, whose default is the first."""
TAKES_EFFECT = {
    FILE_SIGNATURE_ALGORITHM: f"restart of {ServiceName.TFTP}",
    PHONE_INTERACTION: "next new certificate",
    ROLLBACK: f"at once: {ServiceName.TFTP} makes its ITL file anew on each node, and the phones are reset by the system",
}
"""By parameter."""


def values_of(parameter: str, release: Release) -> tuple[str, ...]:
    """What it can be, the default first; empty where the release has no such parameter."""
    if parameter == FILE_SIGNATURE_ALGORITHM:
        return FILE_SIGNATURE_ALGORITHMS.of(release.name)
    if parameter == ROLLBACK:
        return OFF, ON
    return (AUTOMATIC, MANUAL) if parameter == PHONE_INTERACTION and PHONES_RESET.of(release.name) else ()
