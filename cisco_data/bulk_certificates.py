"""Bulk Certificate Management: which certificates a type exports, and into which trust stores an import puts them.

Cisco document 215539. An import puts CallManager.pem and ITLRecovery of another cluster where its TVS finds signers of trust lists
(Phone-SAST-trust), and where CallManager and Cisco Tftp trust peers (CallManager-trust); CAPF.pem where CallManager accepts LSCs.
"""

from __future__ import annotations

from enum import StrEnum

from cisco_data.services import CertificateUnit, StoreName


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
