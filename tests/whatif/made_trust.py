"""Lists of a phone of which only the servers matter: no file that a cluster has signed, and none that names a TVS."""

from __future__ import annotations

from cisco_data.trust_roles import TrustRole
from lab.fleet.trust import FleetList, HeldTrust
from pki import Certificate
from wire.certificate_id import CertificateId
from wire.signed_files import SignatureDigest, SignedHeader, TrustListFile, record_of


def held(*servers: Certificate) -> HeldTrust:
    """An ITL that lists each as CallManager and as CAPF. Keys that are neither RSA nor EC are left out."""
    records = []
    for certificate in servers:
        try:
            records += [record_of(certificate, role) for role in (TrustRole.CCM, TrustRole.CAPF)]
        except ValueError:
            continue
    header = SignedHeader((1, 2), CertificateId("", "", 0), SignatureDigest.SHA1, "ITLFile.tlv", 0, b"", 0)
    octets = b"".join(record.certificate or b"" for record in records)
    return HeldTrust(itl=FleetList(octets, TrustListFile(header, tuple(records))))
