"""What certificate management does with each certificate of a node, as one table: who must know its signer, which lists hold it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from cisco_data import CertificateUnit, StoreName
from cisco_data.release_table import (
    CALLMANAGER_ECDSA,
    CAPF_KEY_SIZE,
    ITLRECOVERY_EXISTS,
    ITLRECOVERY_OF_CLUSTER,
    ITLRECOVERY_YEARS,
    LSC_DIGEST,
    Release,
)
from pki import Digest, KeySpec, profiles


@dataclass(frozen=True, slots=True)
class UnitRules:
    """One certificate.

    Attributes:
        issuer_store: must hold who signed it before CUCM takes a signed one.
        publisher_only: one for the cluster, which the publisher has, in every release.
        in_ctl, in_itl: whether the trust lists of phones hold it.
    """

    issuer_store: StoreName
    publisher_only: bool = False
    in_ctl: bool = False
    in_itl: bool = True


UNIT_RULES: Mapping[str, UnitRules] = MappingProxyType(
    {
        CertificateUnit.CALLMANAGER: UnitRules(StoreName.CALLMANAGER, in_ctl=True),
        CertificateUnit.CALLMANAGER_ECDSA: UnitRules(StoreName.CALLMANAGER),
        CertificateUnit.TVS: UnitRules(StoreName.TVS),
        CertificateUnit.ITL_RECOVERY: UnitRules(StoreName.CALLMANAGER, in_ctl=True),
        CertificateUnit.CAPF: UnitRules(StoreName.CAPF, publisher_only=True, in_ctl=True),
        CertificateUnit.TOMCAT: UnitRules(StoreName.TOMCAT, in_itl=False),
    }
)
"""By unit; `cisco_data.trust_store_copies.COPIED_TO` says where CUCM copies it.

Assumed: the store that must hold a signer is the unit's own, and CallManager-trust for ITLRecovery.
"""


def other_units(release: Release, *, is_publisher: bool) -> tuple[CertificateUnit, ...]:
    """Certificates that a node of this release has besides CallManager and CAPF."""
    found = [CertificateUnit.TVS, CertificateUnit.TOMCAT]
    if release.cell(CALLMANAGER_ECDSA).value:
        found.append(CertificateUnit.CALLMANAGER_ECDSA)
    if release.cell(ITLRECOVERY_EXISTS).value and (is_publisher or not release.cell(ITLRECOVERY_OF_CLUSTER).value):
        found.append(CertificateUnit.ITL_RECOVERY)
    return tuple(found)


_DIGESTS: dict[str, Digest] = {"SHA-1": "sha1", "SHA-256": "sha256"}


def capf_key(release: Release) -> KeySpec:
    """Of CAPF, at the installation and where its certificate is made again."""
    return KeySpec("RSA", release.cell(CAPF_KEY_SIZE).value)


def lsc_digest(release: Release) -> Digest:
    """With which CAPF signs LSCs."""
    return _DIGESTS[release.cell(LSC_DIGEST).value]


def lifetime(unit: str, release: Release) -> timedelta | None:
    """How long a self-signed one is valid; None for as long as its profile says."""
    if unit != CertificateUnit.ITL_RECOVERY:
        return None
    return {5: profiles.FIVE_YEARS, 20: profiles.TWENTY_YEARS}[release.cell(ITLRECOVERY_YEARS).value]
