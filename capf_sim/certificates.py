"""A certificate as CAPF's events show it."""

from __future__ import annotations

from typing import Final, TypedDict

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from capf_sim.bearer import certificate_kind
from capf_sim.events import CertificateFetched, LscIssued, LscStored
from pki import NO_NAME, DistinguishedName, KeySpec, names_of


class CertificateFields(TypedDict):
    """The serial number in lower-case hex, dates in UTC, ISO 8601."""

    subject: DistinguishedName
    issuer: DistinguishedName
    serial_number: str
    not_before: str
    not_after: str


NO_CERTIFICATE: Final = CertificateFields(
    subject=NO_NAME, issuer=NO_NAME, serial_number="", not_before="", not_after=""
)


def certificate_fields(certificate: x509.Certificate) -> CertificateFields:
    subject, issuer = names_of(certificate)
    return CertificateFields(
        subject=subject,
        issuer=issuer,
        serial_number=f"{certificate.serial_number:x}",
        not_before=certificate.not_valid_before_utc.isoformat(),
        not_after=certificate.not_valid_after_utc.isoformat(),
    )


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def lsc_issued(device: str, certificate: x509.Certificate, key: KeySpec) -> LscIssued:
    return LscIssued(device=device, key=str(key), **certificate_fields(certificate))


def lsc_stored(device: str, certificate: x509.Certificate) -> LscStored:
    return LscStored(device=device, serial_number=f"{certificate.serial_number:x}", issuer=names_of(certificate).issuer)


def certificate_fetched(device: str, certificate: x509.Certificate) -> CertificateFetched:
    return CertificateFetched(
        device=device,
        certificate_kind=certificate_kind(certificate),
        pem=certificate.public_bytes(Encoding.PEM).decode("ascii"),
        **certificate_fields(certificate),
    )
