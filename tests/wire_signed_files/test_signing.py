"""Signed and encrypted files: what was written is read, and a changed octet is noticed."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import shake_128
from itertools import count

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from cisco_data.trust_roles import TrustRole
from pki import Identity
from wire.errors import ProtocolError
from wire.signed_files import (
    MAX_SIGNED_FILE,
    SignatureDigest,
    decrypt_untrusted,
    read_signed_file_untrusted,
    read_trust_list_untrusted,
    record_key_untrusted,
    record_of,
    verifies_itself_untrusted,
    verify_untrusted,
    write_encrypted_file,
    write_signed_file,
    write_trust_list,
)

CONTENT = b"<device>\n<fullConfig>true</fullConfig>\n</device>\n"
NAME = "SEP001122334455.cnf.xml.sgn"
ENCRYPTED_NAME = "SEP001122334455.cnf.xml.enc.sgn"


def octets() -> Callable[[int], bytes]:
    calls = count()
    return lambda size: shake_128(bytes([next(calls)])).digest(size)


def encrypted(content: bytes, signer: Identity, phone: Identity) -> bytes:
    key = phone.key.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    return write_encrypted_file(
        content,
        signer,
        key,
        file_name=ENCRYPTED_NAME,
        digest=SignatureDigest.SHA512,
        timestamp=1,
        octets=octets(),
    )


@pytest.mark.parametrize("digest", SignatureDigest)
def test_a_signed_file_holds_the_file_verbatim(digest: SignatureDigest, signer: Identity, small: Identity) -> None:
    data = write_signed_file(CONTENT, signer, file_name=NAME, digest=digest, timestamp=7)
    found = read_signed_file_untrusted(data)
    assert data.endswith(CONTENT)
    assert (found.payload, found.encryption) == (CONTENT, None)
    assert (found.header.version, found.header.digest, found.header.file_name) == ((1, 0), digest, NAME)
    assert (found.header.timestamp, found.header.signer_version) == (7, None)
    assert verify_untrusted(data, signer.certificate)
    assert verify_untrusted(data, signer.key.public_key())
    assert not verify_untrusted(data, small.certificate)
    assert not verify_untrusted(data, None)


def test_every_part_of_the_file_is_signed(signer: Identity) -> None:
    data = write_signed_file(CONTENT, signer, file_name=NAME, digest=SignatureDigest.SHA1, timestamp=7)
    length = read_signed_file_untrusted(data).header.length
    for at in (20, length - 30, length - 1 - 3, length, len(data) - 1):  # names, file name, timestamp, payload
        changed = bytearray(data)
        changed[at] ^= 1
        assert not verify_untrusted(bytes(changed), signer.certificate), at
    assert not verify_untrusted(data + b"\n", signer.certificate)


def test_a_list_is_verified_by_its_own_record_of_its_signer(signer: Identity, small: Identity) -> None:
    def write(identity: Identity) -> bytes:
        records = [record_of(small.certificate, TrustRole.TFTP), record_of(signer.certificate, TrustRole.SAST)]
        return write_trust_list(records, identity, file_name="ITLFile.tlv", digest=SignatureDigest.SHA1, timestamp=1)

    good = write(signer)
    assert verifies_itself_untrusted(good) is True
    assert verifies_itself_untrusted(good[:-1] + bytes([good[-1] ^ 1])) is False
    assert verifies_itself_untrusted(write(small)) is None  # listed, but not as SAST


def test_the_key_of_a_record_is_that_of_its_certificate(
    signer: Identity, elliptic: Identity, another: Callable[..., Identity]
) -> None:
    for identity in (signer, elliptic, *(another(bits, algorithm="EC") for bits in (384, 521))):
        assert record_key_untrusted(record_of(identity.certificate, TrustRole.TVS)) == identity.key.public_key()


def test_a_key_of_elliptic_curves_verifies_nothing(signer: Identity, elliptic: Identity) -> None:
    data = write_signed_file(CONTENT, signer, file_name=NAME, digest=SignatureDigest.SHA1, timestamp=7)
    assert not verify_untrusted(data, elliptic.certificate)


def test_a_key_too_small_for_the_digest_is_refused(another: Callable[[int, str], Identity]) -> None:
    tiny = another(512, "old")
    arguments = {"file_name": NAME, "timestamp": 1}
    assert verify_untrusted(
        write_signed_file(CONTENT, tiny, digest=SignatureDigest.SHA1, **arguments), tiny.certificate
    )
    with pytest.raises(ValueError):
        write_signed_file(CONTENT, tiny, digest=SignatureDigest.SHA512, **arguments)


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 2000])
def test_the_phone_that_a_file_is_for_decrypts_it(size: int, signer: Identity, small: Identity) -> None:
    assert isinstance(small.key, rsa.RSAPrivateKey)
    data = encrypted(bytes(size), signer, small)
    found = read_signed_file_untrusted(data)
    assert found.header.version == (2, 0)
    assert found.encryption is not None
    assert found.encryption.pads == 16 - size % 16
    assert [one.tag for one in found.header.elements][-14:] == [14, 15, *range(16, 28)]
    assert decrypt_untrusted(found, small.key) == bytes(size)
    assert verify_untrusted(data, signer.certificate)


def test_another_phone_does_not(signer: Identity, small: Identity) -> None:
    found = read_signed_file_untrusted(encrypted(CONTENT, signer, small))
    assert isinstance(signer.key, rsa.RSAPrivateKey)
    with pytest.raises(ProtocolError, match="does not decrypt with this key"):
        decrypt_untrusted(found, signer.key)


def test_a_file_that_is_not_encrypted_is_not_decrypted(signer: Identity) -> None:
    data = write_signed_file(CONTENT, signer, file_name=NAME, digest=SignatureDigest.SHA1, timestamp=7)
    assert isinstance(signer.key, rsa.RSAPrivateKey)
    with pytest.raises(ProtocolError, match="is not encrypted"):
        decrypt_untrusted(read_signed_file_untrusted(data), signer.key)


def test_an_encrypted_file_without_its_key_or_vector_is_refused(signer: Identity, small: Identity) -> None:
    data = encrypted(CONTENT, signer, small)
    for tag, says in ((0x14, "tag 20"), (0x19, "tag 25"), (0x1B, "tag 27")):
        element = next(one for one in read_signed_file_untrusted(data).header.elements if one.tag == tag)
        renamed = data[: element.at - 3] + b"\x63" + data[element.at - 2 :]
        with pytest.raises(ProtocolError, match=says):
            read_signed_file_untrusted(renamed)


def test_a_changed_or_missing_ciphertext_is_noticed_by_its_hash(signer: Identity, small: Identity) -> None:
    assert isinstance(small.key, rsa.RSAPrivateKey)
    data = encrypted(CONTENT, signer, small)
    start = read_signed_file_untrusted(data).header.length
    changed = data[:start] + bytes([data[start] ^ 1]) + data[start + 1 :]
    for damaged, says in ((changed, "does not decrypt"), (data[:start], "has 0 octets")):
        with pytest.raises(ProtocolError, match=says):
            decrypt_untrusted(read_signed_file_untrusted(damaged), small.key)


@pytest.mark.parametrize(
    ("tag", "value", "says"),
    [
        (18, b"\1", "unknown value 1"),
        (22, b"\1", "unknown value 1"),
        (24, b"\0", "unknown value 0"),
        (20, b"\0\0", "0 octets of padding"),
        (20, b"\0\x11", "17 octets of padding"),
    ],
)
def test_encryption_that_no_phone_knows_is_refused(
    tag: int, value: bytes, says: str, signer: Identity, small: Identity
) -> None:
    data = encrypted(CONTENT, signer, small)
    at = next(one.at for one in read_signed_file_untrusted(data).header.elements if one.tag == tag)
    with pytest.raises(ProtocolError, match=says):
        read_signed_file_untrusted(data[:at] + value + data[at + len(value) :])


def test_a_signed_file_over_the_limit_of_a_phone_is_refused(signer: Identity) -> None:
    data = write_signed_file(CONTENT, signer, file_name=NAME, digest=SignatureDigest.SHA1, timestamp=7)
    assert read_signed_file_untrusted(data.ljust(MAX_SIGNED_FILE, b" ")).header.length < MAX_SIGNED_FILE
    with pytest.raises(ProtocolError, match="at most 2097152 octets"):
        read_signed_file_untrusted(data.ljust(MAX_SIGNED_FILE + 1, b" "))


def test_an_encrypted_file_is_no_list(signer: Identity, small: Identity) -> None:
    with pytest.raises(ProtocolError, match=r"version 2\.0"):
        read_trust_list_untrusted(encrypted(CONTENT, signer, small))
