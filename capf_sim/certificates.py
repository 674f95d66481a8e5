"""A certificate as CAPF's events show it."""

from __future__ import annotations

from typing import Final, TypedDict

from cryptography.hazmat.primitives.serialization import Encoding

from capf_sim.events import CertificateFetched, LscIssued, LscStored
from capf_sim.proof_of_possession import certificate_kind
from pki import NO_NAME, Certificate, DistinguishedName, KeySpec, iso, names_of, read


class CertificateFields(TypedDict):
    """The serial number in lower-case hex, dates in UTC, ISO 8601, empty where they cannot be read."""

    subject: DistinguishedName
    issuer: DistinguishedName
    serial_number: str
    not_before: str
    not_after: str


NO_CERTIFICATE: Final = CertificateFields(
    subject=NO_NAME, issuer=NO_NAME, serial_number="", not_before="", not_after=""
)


def certificate_fields(certificate: Certificate) -> CertificateFields:
    contents = read(certificate)
    return CertificateFields(
        subject=contents.subject,
        issuer=contents.issuer,
        serial_number=f"{contents.serial_number:x}",
        not_before=iso(contents.not_before),
        not_after=iso(contents.not_after),
    )


def der(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def lsc_issued(device: str, certificate: Certificate, key: KeySpec) -> LscIssued:
    return LscIssued(device=device, key=str(key), **certificate_fields(certificate))


def lsc_stored(device: str, certificate: Certificate) -> LscStored:
    return LscStored(
        device=device, serial_number=f"{read(certificate).serial_number:x}", issuer=names_of(certificate).issuer
    )


def certificate_fetched(device: str, certificate: Certificate) -> CertificateFetched:
    return CertificateFetched(
        device=device,
        certificate_kind=certificate_kind(certificate),
        pem=certificate.public_bytes(Encoding.PEM).decode("ascii"),
        **certificate_fields(certificate),
    )
