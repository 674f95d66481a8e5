"""What `utils itl reset` and `utils ctl reset localkey` write: the list of the certificates of now, and whose key signs it.

The signer is the other one of those that phones know: where ITLRecovery signs, CallManager.pem of the publisher, and the other way
round.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from cisco_data import CertificateUnit
from cisco_data.release_table import CTL_SAST, ITL_SIGNER, Release
from cisco_data.trust_roles import TrustRole
from cucm_sim.trust_lists import (
    ListedCertificate,
    ListingCluster,
    ListingNode,
    TrustListContent,
    ctl_content,
    itl_content,
)
from pki import Certificate

_OTHER_SIGNER: Final = {
    CertificateUnit.ITL_RECOVERY.value: CertificateUnit.CALLMANAGER.value,
    CertificateUnit.CALLMANAGER.value: CertificateUnit.ITL_RECOVERY.value,
}


def itl_reset_signer(release: Release) -> CertificateUnit:
    """The unit of the publisher whose key signs after `utils itl reset localkey`."""
    return CertificateUnit(_OTHER_SIGNER[ITL_SIGNER.of(release.name)])


def ctl_reset_signer(release: Release) -> CertificateUnit | None:
    """The unit of the publisher whose key signs after `utils ctl reset localkey`; None where a CTL file has one signer only."""
    units = CTL_SAST.of(release.name)
    return CertificateUnit(units[1]) if len(units) > 1 else None


def itl_reset_content(publisher: ListingNode, signer: Certificate) -> TrustListContent:
    """The publisher's ITL file with another signer, which it lists among those that may sign lists."""
    content = itl_content(publisher)
    if not any(one.certificate == signer and one.role is TrustRole.SAST for one in content.listed):
        imported = ListedCertificate(signer, TrustRole.SAST, publisher.name, publisher.address)
        content = replace(content, listed=(imported, *content.listed))
    return replace(content, signer=signer)


def ctl_reset_content(cluster: ListingCluster, signer: Certificate) -> TrustListContent:
    """The CTL file that `utils ctl update CTLFile` would make, with another signer."""
    return replace(ctl_content(cluster), signer=signer)
