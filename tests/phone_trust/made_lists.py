"""Certificates, and lists that hold them as records."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import pki
from cisco_data.trust_roles import TrustRole
from lab.testing import cluster_certificates
from lab.testing.authorities import AUTHORITY_SUBJECT, SINCE
from phone_sim.trust.held_lists import HeldList
from pki import Certificate, Identity, read
from wire.certificate_id import CertificateId, certificate_id
from wire.signed_files import SignatureDigest, SignedHeader, TrustListFile, TrustListRecord


def encoded(key: object) -> bytes:
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)  # type: ignore[attr-defined, no-any-return]


@cache
def identity(name: str) -> Identity:
    """`capf` is an authority; `renewed` has the name of `callmanager`; `ec` has an EC key."""
    cluster = cluster_certificates()
    if name == "callmanager":
        return cluster.server
    if name == "capf":
        return cluster.capf.identity
    host = "cucm-pub" if name == "renewed" else name
    spec = pki.KeySpec("EC", 256) if name == "ec" else pki.RSA_2048
    return pki.callmanager_identity(
        keys=cluster.keys, subject=AUTHORITY_SUBJECT, not_before=SINCE, host_name=host, key_spec=spec
    )


def record(certificate: Certificate, role: TrustRole, /, **other: Any) -> TrustListRecord:
    made: dict[str, Any] = {
        "public_key": encoded(read(certificate).usable_key),
        "certificate": certificate.public_bytes(Encoding.DER),
        **other,
    }
    return TrustListRecord(certificate_id(certificate), role, **made)


def header(signer: CertificateId, digest: SignatureDigest = SignatureDigest.SHA1) -> SignedHeader:
    return SignedHeader((1, 2), signer, digest, "ITLFile.tlv", 0, b"signature", 464)


def made_list(signer: str, *listed: tuple[str, TrustRole], digest: SignatureDigest = SignatureDigest.SHA1) -> HeldList:
    """Octets that differ where the content does; who can check them is up to the test."""
    records = tuple(record(identity(name).certificate, role) for name, role in listed)
    content = TrustListFile(header(certificate_id(identity(signer).certificate), digest), records)
    return HeldList(repr((signer, listed, digest)).encode(), content)


@dataclass
class SignedBy:
    """Stands for the signature: right for the key of this identity and for no other."""

    name: str

    def __call__(self, octets: bytes, key: object) -> bool:
        return key == identity(self.name).key.public_key()


R = TrustRole
ITL = made_list(
    "itlrecovery",
    ("itlrecovery", R.SAST),
    ("callmanager", R.SAST),
    ("callmanager", R.CCM_TFTP),
    ("tvs", R.TVS),
    ("capf", R.CAPF),
)
CTL = made_list("callmanager", ("callmanager", R.SAST), ("callmanager", R.CCM_TFTP), ("capf", R.CAPF))
ROLLBACK = made_list("itlrecovery", ("itlrecovery", R.SAST), ("capf", R.CAPF))
CAPF_ONLY = made_list("callmanager", ("capf", R.CAPF))
