"""Keys of a cluster that a backup of the Disaster Recovery System holds, as what-if sees them: the certificates of that moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cisco_data import CertificateUnit
from pki import Certificate, Identity


@dataclass(frozen=True, slots=True)
class FleetBackup:
    """Of one cluster. A backup that was made before the first step of a plan is not among those of a fleet."""

    nodes: Mapping[str, Mapping[CertificateUnit, Certificate]]
    """By host name of the node: `FleetNode.own`."""
    presented: Mapping[str, tuple[Identity | None, Certificate | None]] = field(default_factory=dict)
    """By the name of a server in the fleet, CallManager's and CAPF's: `Settings.identity` and `Settings.presents`."""
    capf: Certificate | None = None
    """CAPF.pem; None where it is not known."""
