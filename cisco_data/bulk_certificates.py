"""Bulk Certificate Management: which certificates a type exports, and into which trust stores an import puts them.

Cisco document 215539. An import puts CallManager.pem and ITLRecovery of another cluster where its TVS finds signers of trust lists
(Phone-SAST-trust), and where CallManager and Cisco Tftp trust peers (CallManager-trust); CAPF.pem where CallManager accepts LSCs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Protocol, TypeVar

from cisco_data.services import CertificateUnit, ServiceName, StoreName


class BulkType(StrEnum):
    """Certificate Type of the page, in the words of this lab; the page writes TFTP, ITL_Recovery, Capf, Tomcat and All."""

    ALL = "all"
    TFTP = "tftp"
    ITL_RECOVERY = "itl-recovery"
    CAPF = "capf"
    TOMCAT = "tomcat"


UNIT_OF_TYPE = {
    BulkType.TFTP: CertificateUnit.CALLMANAGER,
    BulkType.ITL_RECOVERY: CertificateUnit.ITL_RECOVERY,
    BulkType.CAPF: CertificateUnit.CAPF,
    BulkType.TOMCAT: CertificateUnit.TOMCAT,
}
"""What each type but ALL exports: TFTP means CallManager.pem of each node that runs Cisco Tftp."""
TYPE_OF_UNIT = {unit: each for each, unit in UNIT_OF_TYPE.items()}
IMPORTED_TO = {
    BulkType.TFTP: (StoreName.CALLMANAGER, StoreName.PHONE_SAST),
    BulkType.ITL_RECOVERY: (StoreName.CALLMANAGER, StoreName.PHONE_SAST),
    BulkType.CAPF: (StoreName.CALLMANAGER,),
    BulkType.TOMCAT: (StoreName.TOMCAT,),
}
"""Trust stores by type."""
BULK_IMPORT_BUG = "CSCuy43181"
"""An import from release 8 or 9 that fails."""
_FIRST_WITHOUT_BUG = "10.0"


def bulk_types(release: str) -> tuple[BulkType, ...]:
    """Types that the page of this release offers, ALL aside, in the order of the page. Assumed: all but ITL_Recovery since 8.6."""
    from cisco_data.release_table import BULK_ITL_RECOVERY

    return tuple(each for each in UNIT_OF_TYPE if each is not BulkType.ITL_RECOVERY or BULK_ITL_RECOVERY.of(release))


def bulk_import_fails(exporter: str, importer: str) -> bool:
    """Whether an import of what a cluster of release `exporter` exported fails in release `importer`, by `BULK_IMPORT_BUG`."""
    from cisco_data.release_table import BULK_IMPORT_REFUSES_8_AND_9
    from cisco_data.releases import RELEASES

    old = RELEASES.index(exporter) < RELEASES.index(_FIRST_WITHOUT_BUG)
    return old and BULK_IMPORT_REFUSES_8_AND_9.of(importer)


# What clusters make of the files, whatever form those have


class Owned(Protocol):
    """A certificate in a file."""

    @property
    def friendly_name(self) -> str:
        """`CLUSTER/NODE`."""


Certificate_ = TypeVar("Certificate_", bound=Owned, covariant=True)


class BulkContent(Protocol[Certificate_]):
    """A file on the SFTP server."""

    @property
    def type(self) -> BulkType: ...

    @property
    def clusters(self) -> tuple[tuple[str, str], ...]:
        """Whose certificates it has, each with the release that exported them."""

    @property
    def certificates(self) -> Sequence[Certificate_]: ...


File = TypeVar("File", bound=BulkContent[Owned])


def types_of_export(release: str, wanted: BulkType) -> tuple[BulkType, ...]:
    """The types that an export of this one, or of all, writes. Raises ValueError where the page of the release lacks it."""
    offered = bulk_types(release)
    if wanted not in (BulkType.ALL, *offered):
        raise ValueError(wanted)
    return offered if wanted is BulkType.ALL else (wanted,)


def exports_of_node(of: BulkType, services: Iterable[str]) -> bool:
    """Whether an export of this type takes the certificate of a node that runs these services."""
    return of is not BulkType.TFTP or ServiceName.TFTP in services


def files_to_consolidate(exported: Mapping[tuple[str, BulkType], File]) -> Iterator[tuple[BulkType, list[File]]]:
    """By type, what is made one file; `exported` by cluster and type."""
    for each in UNIT_OF_TYPE:
        files = [file for (_, type_), file in exported.items() if type_ is each]
        if files:
            yield each, files


def refused_origin(files: Iterable[BulkContent[Owned]], cluster: str, release: str) -> tuple[str, str] | None:
    """Cluster and release whose certificates make the import of all fail by `BULK_IMPORT_BUG`; None where it does not."""
    origins = dict.fromkeys(each for file in files for each in file.clusters)
    return next((each for each in origins if each[0] != cluster and bulk_import_fails(each[1], release)), None)


def files_imported(files: Iterable[File], release: str) -> list[File]:
    """Those of types for which the page of this release has an entry."""
    offered = bulk_types(release)
    return [file for file in files if file.type in offered]


def foreign(file: BulkContent[Certificate_], cluster: str) -> list[Certificate_]:
    """Its certificates of other clusters."""
    return [one for one in file.certificates if not one.friendly_name.startswith(f"{cluster}/")]
