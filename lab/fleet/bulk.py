"""What clusters of a fleet have exported to the SFTP server of Bulk Certificate Management, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cisco_data.bulk_certificates import BulkType
from pki.pkcs12 import FriendlyCertificate


@dataclass(frozen=True, slots=True)
class ExportedCertificates:
    """One file there."""

    type: BulkType
    clusters: tuple[tuple[str, str], ...]
    """Whose certificates it has, each with the release that exported them."""
    certificates: tuple[FriendlyCertificate, ...]
    """Their friendly names are `CLUSTER/NODE`."""
    not_known: frozenset[str] = frozenset()
    """Clusters of which not all that they exported is known."""


@dataclass(frozen=True, slots=True)
class SftpFolder:
    """The folder that clusters share."""

    exported: Mapping[tuple[str, BulkType], ExportedCertificates] = field(default_factory=dict)
    """By cluster and type."""
    consolidated: tuple[ExportedCertificates, ...] = ()
    """At most one a type."""
