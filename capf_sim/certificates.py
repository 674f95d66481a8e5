"""A certificate as CAPF's events show it."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from capf_sim.bearer import certificate_kind
from capf_sim.events import CertificateFetched, LscIssued, LscStored
from pki import KeySpec, oneline


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def lsc_issued(device: str, certificate: x509.Certificate, key: KeySpec) -> LscIssued:
    return LscIssued(
        device=device,
        serial_number=f"{certificate.serial_number:x}",
        subject=oneline(certificate.subject),
        issuer=oneline(certificate.issuer),
        not_before=certificate.not_valid_before_utc.isoformat(),
        not_after=certificate.not_valid_after_utc.isoformat(),
        key=str(key),
    )


def lsc_stored(device: str, certificate: x509.Certificate) -> LscStored:
    return LscStored(device=device, serial_number=f"{certificate.serial_number:x}", issuer=oneline(certificate.issuer))


def certificate_fetched(device: str, certificate: x509.Certificate) -> CertificateFetched:
    return CertificateFetched(
        device=device,
        certificate_kind=certificate_kind(certificate),
        subject=oneline(certificate.subject),
        issuer=oneline(certificate.issuer),
        serial_number=f"{certificate.serial_number:x}",
        not_before=certificate.not_valid_before_utc.isoformat(),
        not_after=certificate.not_valid_after_utc.isoformat(),
        pem=certificate.public_bytes(Encoding.PEM).decode("ascii"),
    )
