"""A certificate cut into its parts: what cryptography reads is what the parts say, and no untrusted octets do harm."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from pki import KeyPool, Manufacturing, anatomy_untrusted

MANUFACTURING = Manufacturing(KeyPool().ring())
CERTIFICATES = [MANUFACTURING[name].certificate for name in ("Cisco Root CA 2048", "Cisco Manufacturing CA SHA2")]
DERS = [certificate.public_bytes(Encoding.DER) for certificate in CERTIFICATES]


@pytest.mark.parametrize("certificate", CERTIFICATES)
def test_the_parts_are_those_that_cryptography_reads(certificate) -> None:  # type: ignore[no-untyped-def]
    parts = anatomy_untrusted(certificate.public_bytes(Encoding.DER))
    assert parts.issuer == certificate.issuer.public_bytes()
    assert parts.subject == certificate.subject.public_bytes()
    assert parts.public_key == certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert int.from_bytes(parts.serial_number[2:]) == certificate.serial_number
    assert len(parts.extensions) == len(certificate.extensions)
    assert parts.with_key(parts.public_key) == certificate.tbs_certificate_bytes


@given(st.sampled_from(DERS), st.integers(0, 2000), st.integers(0, 255))
@settings(max_examples=80, deadline=None)
def test_an_octet_changed_or_everything_cut_off_is_a_value_error_or_a_certificate(
    der: bytes, at: int, octet: int
) -> None:
    for spoiled in (der[: at % len(der)], der[: at % len(der)] + bytes((octet,)) + der[at % len(der) + 1 :]):
        try:
            parts = anatomy_untrusted(spoiled)
        except ValueError:
            continue
        assert len(parts.before_key) + len(parts.public_key) + len(parts.after_key) < len(spoiled)


@given(st.binary(max_size=300))
def test_noise_is_no_certificate(noise: bytes) -> None:
    with pytest.raises(ValueError):
        anatomy_untrusted(noise)


def test_lengths_that_lie_are_refused() -> None:
    inside = bytes.fromhex("020101")
    for lie in (b"\x30\x84\xff\xff\xff\xff", b"\x30\x80", b"\x30\x88" + bytes(8), b"\x30"):
        with pytest.raises(ValueError):
            anatomy_untrusted(lie + inside)
    with pytest.raises(ValueError, match="none"):
        anatomy_untrusted(bytes((1 << 20) + 1))
