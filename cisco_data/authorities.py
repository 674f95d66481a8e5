"""Cisco's manufacturing authorities by name: who signs MICs, who signed whom, and which issuer's name makes a certificate a MIC.

Sources: decoded certificates and lists of trust stores of CUCM 14; Cisco's Field Notices 72302 and 72593 and the release notes of
PhoneOS 5.0(1). Serial numbers, keys and extensions are in `pki`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

CAP_RTP_001 = "CAP-RTP-001"
CAP_RTP_002 = "CAP-RTP-002"
MANUFACTURING = "Cisco Manufacturing CA"
MANUFACTURING_SHA2 = "Cisco Manufacturing CA SHA2"
MANUFACTURING_III = "Cisco Manufacturing CA III"
ACT2 = "ACT2 SUDI CA"
HIGH_ASSURANCE_SUDI = "High Assurance SUDI CA"
DEVICE_IDENTITY_SUB_2099 = "Device Identity Basic Assurance Sub CA 2099"
ROOT_2048 = "Cisco Root CA 2048"
ROOT_M2 = "Cisco Root CA M2"
BASIC_ASSURANCE_ROOT_2099 = "Cisco Basic Assurance Root CA 2099"
ROOT_2099 = "Cisco Root CA 2099"
DEVICE_IDENTITY_ROOT_2099 = "Device Identity Basic Assurance Root CA 2099"

END_OF_ROOT_2048 = datetime(2029, 5, 14, 20, 25, 42, tzinfo=UTC)
"""Of Cisco Root CA 2048, of all that it signed, and so of every MIC below it."""


@dataclass(frozen=True, slots=True)
class ManufacturingAuthority:
    """One authority of Cisco's that devices, or other authorities of Cisco's, have certificates of."""

    common_name: str
    organization: str
    root: str
    """CN of the root above it; its own CN where it is one."""
    signs_devices: bool = True


def _of(common_name: str, organization: str, root: str = "", *, signs_devices: bool = True) -> ManufacturingAuthority:
    return ManufacturingAuthority(common_name, organization, root or common_name, signs_devices)


# Assumed: the O of the authorities of which no certificate is public (CA III, Basic Assurance Root, both Device Identity ones).
MANUFACTURING_AUTHORITIES: dict[str, ManufacturingAuthority] = {
    each.common_name: each
    for each in (
        _of(CAP_RTP_001, "Cisco Systems"),
        _of(CAP_RTP_002, "Cisco Systems"),
        _of(MANUFACTURING, "Cisco Systems", ROOT_2048),
        _of(MANUFACTURING_SHA2, "Cisco", ROOT_M2),
        _of(MANUFACTURING_III, "Cisco", BASIC_ASSURANCE_ROOT_2099),
        _of(ACT2, "Cisco", ROOT_2048),
        _of(HIGH_ASSURANCE_SUDI, "Cisco", ROOT_2099),
        _of(DEVICE_IDENTITY_SUB_2099, "Cisco", DEVICE_IDENTITY_ROOT_2099),
        _of(ROOT_2048, "Cisco Systems", signs_devices=False),
        _of(ROOT_M2, "Cisco", signs_devices=False),
        _of(BASIC_ASSURANCE_ROOT_2099, "Cisco", signs_devices=False),
        _of(ROOT_2099, "Cisco", signs_devices=False),
        _of(DEVICE_IDENTITY_ROOT_2099, "Cisco", signs_devices=False),
    )
}
"""By CN."""
_LOOKS_LIKE_ONE = re.compile(r"\b(?:manufacturing|sudi|cap-rtp|device identity)\b", re.IGNORECASE)


def signs_mics(common_name: str, organization: str) -> bool:
    """Whether what the authority of this name signed is a MIC; if not, a phone's certificate of it is an LSC.

    Nothing else in a certificate tells them apart. The O alone does not: a CAPF has its company's, and some companies' names
    begin with Cisco. Nor does the CN alone, where the O is another company's. A Cisco authority that is not in the table,
    such as Cisco Manufacturing CA II, is known by the words of its CN.

    Args:
        common_name: of the issuer.
        organization: the O of the issuer; empty where it has none.
    """
    is_ciscos = organization.casefold().startswith("cisco")
    if common_name in MANUFACTURING_AUTHORITIES:
        return is_ciscos or not organization
    return is_ciscos and _LOOKS_LIKE_ONE.search(common_name) is not None
