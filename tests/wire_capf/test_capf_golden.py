"""The exchanges that were observed on real phones and servers, octet by octet (facts/wire.md 1.7), decode and encode."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pki import KeyPool, KeySpec
from wire import capf

NAME = b"SEP001122334455\0".hex()

GOLDEN = {
    "auth request of the open-source server": ("55 01 00000001 0008 070001 03 080001 00", capf.AuthRequest(1, 3, 0)),
    "auth request of CUCM": ("55 01 00000001 0004 070001 03", capf.AuthRequest(1, 3)),
    "auth response with a string": (
        f"55 02 00000001 0025 010001 01 070001 03 0b0007 31323334353600 0d0010 {NAME}",
        capf.AuthResponse(1, 3, "SEP001122334455", password=b"123456"),
    ),
    "auth response with a null string": (
        f"55 02 00000001 001f 010001 01 070001 03 0b0001 00 0d0010 {NAME}",
        capf.AuthResponse(1, 3, "SEP001122334455", password=b""),
    ),
    "key request, RSA 2048": (
        "55 03 00000001 0009 0a0002 0800 110001 00",
        capf.KeyGenerateRequest(1, 2048, capf.KeyType.RSA),
    ),
    "key request of CUCM to Jabber": ("55 03 00000001 0005 0a0002 0800", capf.KeyGenerateRequest(1, 2048)),
    "key request, EC P-256": (
        "55 03 00000001 0008 110001 01 120001 00",
        capf.KeyGenerateRequest(1, key_type=capf.KeyType.EC, curve=capf.Curve.P256),
    ),
    "in progress": ("55 11 00000001 0000", capf.RequestInProgress(1)),
    "key response, declined": ("55 04 00000001 0004 010001 07", capf.KeyGenerateResponse(1, reason=7)),
    "store response": ("55 0a 00000001 0004 010001 01", capf.StoreCertificateResponse(1, 1)),
    "fetch request": ("55 0b 00000001 0000", capf.FetchCertificateRequest(1)),
    "fetch response, none": ("55 0c 00000001 0004 010001 07", capf.FetchCertificateResponse(1, 7)),
    "delete request": ("55 0d 00000001 0000", capf.DeleteCertificateRequest(1)),
    "delete response": ("55 0e 00000001 0004 010001 01", capf.DeleteCertificateResponse(1, 1)),
    "delete response, none": ("55 0e 00000001 0004 010001 07", capf.DeleteCertificateResponse(1, 7)),
    "end, no action": ("55 0f 00000001 0004 010001 00", capf.EndSession(1, 0)),
    "end, done": ("55 0f 00000001 0004 010001 01", capf.EndSession(1, 1)),
    "end, declined": ("55 0f 00000001 0004 010001 07", capf.EndSession(1, 7)),
    "end, unknown device": ("55 0f 00000001 0004 010001 09", capf.EndSession(1, 9)),
}


def decode(octets: bytes) -> capf.Message:
    decoder = capf.CapfDecoder()
    decoder.feed(octets)
    message = decoder.next()
    assert message is not None
    assert not decoder.inside_message
    return message


@pytest.mark.parametrize(("octets", "message"), GOLDEN.values(), ids=GOLDEN)
def test_observed_octets_and_message_are_the_same_thing(octets: str, message: capf.Message) -> None:
    assert capf.push_message(message) == bytes.fromhex(octets)
    assert decode(bytes.fromhex(octets)) == message


def test_jabbers_order_of_elements_is_understood() -> None:
    octets = bytes.fromhex(f"55 02 00000001 001b 070001 02 0d0010 {NAME} 010001 01")
    assert decode(octets) == capf.AuthResponse(1, 2, "SEP001122334455", password=None)


@pytest.mark.parametrize(
    ("spec", "head"),
    [
        (KeySpec("RSA", 2048), "55 04 00000001 0129 09 0126"),
        (KeySpec("EC", 256), "55 04 00000001 005e 09 005b"),
    ],
    ids=str,
)
def test_key_response_has_the_observed_length(spec: KeySpec, head: str) -> None:
    key = KeyPool().ring().take(spec)
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    octets = bytes.fromhex(head) + spki
    assert capf.push_message(capf.KeyGenerateResponse(1, spki)) == octets
    assert decode(octets) == capf.KeyGenerateResponse(1, spki)


def test_store_request_wraps_the_certificate_in_five_octets() -> None:
    der = b"\x30" * 0x35B
    octets = bytes.fromhex("55 09 00000001 0367 030001 01 04 0360 01 035d 00 01") + der
    message = capf.StoreCertificateRequest(1, der, capf.CertificateType.LSC)
    assert capf.push_message(message) == octets
    assert decode(octets) == message


def test_credentials_by_certificate_follow_name_and_version() -> None:
    sudi = capf.Sudi(b"MIC", b"s1", b"s3")
    message = capf.AuthResponse(
        1, 3, "SEP001122334455", certificate=b"LSC", signed_data=b"one", sudi=sudi, sha2_signed_data=b"three"
    )
    octets = bytes.fromhex(
        f"55 02 00000001 004a 010001 01 070001 03 0d0010 {NAME}"
        f" 040008 01 0005 0001 {b'LSC'.hex()} 060003 {b'one'.hex()}"
        f" 100010 00 0003 {b'MIC'.hex()} 01 0002 {b's1'.hex()} 03 0002 {b's3'.hex()}"
        f" 140008 03 0005 {b'three'.hex()}"
    )
    assert capf.push_message(message) == octets
    assert decode(octets) == message
