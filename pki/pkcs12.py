"""PKCS#12 files without a private key: certificates with their friendly names, as Bulk Certificate Management exports them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cryptography.hazmat.primitives import serialization

from pki._identity import by_cryptography
from pki.untrusted import Certificate, load_untrusted


class FriendlyCertificate(NamedTuple):
    """One certificate of such a file."""

    friendly_name: str
    certificate: Certificate


def write_certificates_pkcs12(certificates: Iterable[FriendlyCertificate]) -> bytes:
    """One file without encryption and without a MAC, at least one certificate.

    Raises:
        ValueError: no certificate, or one that cryptography does not take.
    """
    from cryptography.hazmat.primitives.serialization import pkcs12  # only exports pay for it

    bags = [
        pkcs12.PKCS12Certificate(by_cryptography(one.certificate), one.friendly_name.encode()) for one in certificates
    ]
    return pkcs12.serialize_key_and_certificates(None, None, None, bags, serialization.NoEncryption())


def certificates_of_pkcs12(octets: bytes) -> tuple[FriendlyCertificate, ...]:
    """What a file holds that `write_certificates_pkcs12` made, in its order; never of a file from outside, whose iteration count
    nothing limits.

    Raises:
        ValueError: it is no PKCS#12 file, or it wants a password.
    """
    from cryptography.hazmat.primitives.serialization import pkcs12

    return tuple(
        FriendlyCertificate(
            (bag.friendly_name or b"").decode("utf-8", "replace"),
            load_untrusted(bag.certificate.public_bytes(serialization.Encoding.DER)),
        )
        for bag in pkcs12.load_pkcs12(octets, None).additional_certs
    )
