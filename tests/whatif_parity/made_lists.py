"""Lists of a phone of which only the trusted servers are known, as in what-if's data: no file that a cluster has signed."""

from __future__ import annotations

from cisco_data.trust_roles import TrustRole
from phone_sim.trust.held_lists import HeldList, HeldLists
from pki import TrustStore
from wire.certificate_id import CertificateId
from wire.signed_files import SignatureDigest, SignedHeader, TrustListFile, record_of


def lists_of(servers: TrustStore | None) -> HeldLists:
    """An ITL that lists each as CallManager and as CAPF; no list for None. Keys that are neither RSA nor EC are left out."""
    if servers is None:
        return HeldLists()
    records = []
    for certificate in servers:
        try:
            records += [record_of(certificate, role) for role in (TrustRole.CCM, TrustRole.CAPF)]
        except ValueError:
            continue
    header = SignedHeader((1, 2), CertificateId("", "", 0), SignatureDigest.SHA1, servers.name, 0, b"", 0)
    octets = b"".join((servers.name.encode(), *(record.certificate or b"" for record in records)))
    return HeldLists(itl=HeldList(octets, TrustListFile(header, tuple(records))))
