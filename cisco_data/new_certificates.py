"""What a release does by itself after a new certificate of a node, or a new CTL file: restarts, and resets of phones."""

from __future__ import annotations

from cisco_data.release_table import PHONES_RESET, RESTARTS_ITSELF, Release
from cisco_data.services import CertificateUnit, ServiceName

SERVICE_OF_UNIT = {
    CertificateUnit.CALLMANAGER: ServiceName.CALLMANAGER,
    CertificateUnit.CALLMANAGER_ECDSA: ServiceName.CALLMANAGER,
    CertificateUnit.TVS: ServiceName.TVS,
    CertificateUnit.ITL_RECOVERY: ServiceName.TFTP,
    CertificateUnit.CAPF: ServiceName.CAPF,
    CertificateUnit.TOMCAT: ServiceName.TOMCAT,
}
"""Which service reads the certificate, with its key, at its start."""
IN_ONE_ITL_FILE = (CertificateUnit.CALLMANAGER, CertificateUnit.CALLMANAGER_ECDSA)
"""Units of which a node's ITL file lists that node's certificate only."""
_RESETTING = (CertificateUnit.TVS, CertificateUnit.CAPF, CertificateUnit.CALLMANAGER, CertificateUnit.ITL_RECOVERY)


def restarts_itself(unit: str, release: Release) -> bool:
    """Whether its service and Cisco Tftp take up a new certificate of this unit without an administrator."""
    return unit in RESTARTS_ITSELF.of(release.name)


def resets_phones(unit: str, release: Release) -> bool:
    """Whether phones are reset after it, unless an enterprise parameter leaves that to an administrator."""
    return unit in _RESETTING and PHONES_RESET.of(release.name)


def tells_of_ctl_file(release: Release) -> bool:
    """Whether phones are reset after `utils ctl update CTLFile`, unless an enterprise parameter leaves that to an administrator.

    Security Guide 14 (certificates) says so of release 14. Assumed: from the release on that resets phones after a new certificate.
    """
    return PHONES_RESET.of(release.name)
