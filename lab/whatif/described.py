"""A certificate made after a description: what an inventory row tells, or what CAPF would issue."""

from __future__ import annotations

from cisco_data import CertificateKind
from lab.fleet.model import Described
from pki import Authority, Certificate, PublicKey, device_common_name, lsc, name, profiles

CISCO = (("O", "Cisco Systems Inc."), ("OU", "CTG"))
"""What MICs have in their subjects besides the CN."""


def issue(described: Described, device_name: str, authority: Authority, public_key: PublicKey) -> Certificate:
    """Signed by `authority`, with the dates and the serial number that are told and everything else as is usual."""
    if described.kind is CertificateKind.LSC:
        return lsc(
            authority,
            device_name=device_name,
            model=described.product,
            public_key=public_key,
            not_before=described.not_before,
            not_after=described.not_after,
            octets=lambda size: (described.serial_number & ((1 << 8 * size) - 1)).to_bytes(size),
        )
    return authority.issue(
        profiles.MIC_SHA1 if authority.digest == "sha1" else profiles.MIC_SHA2,
        subject=name(*CISCO, ("CN", device_common_name(described.product, device_name))),
        public_key=public_key,
        not_before=described.not_before,
        not_after=described.not_after,
        serial=described.serial_number or 1,
    )
