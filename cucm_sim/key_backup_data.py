"""What a backup of the Disaster Recovery System holds of a cluster's certificates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pki import Authority, Identity


@dataclass(frozen=True, slots=True)
class KeyBackup:
    """Certificates with their private keys, at one moment."""

    taken: datetime
    identities: Mapping[str, Mapping[str, Identity]]
    """By host name of the node, and then by unit."""
    capf: Authority | None
    """CAPF.pem with its key; None in a cluster without CAPF."""
