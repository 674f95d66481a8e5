"""The openssl command verifies every signature that we write, and decrypts what we encrypt."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cisco_data.trust_roles import TrustRole
from pki import Identity
from tests.wire_signed_files.test_signing import CONTENT, NAME, encrypted
from wire.signed_files import SignatureDigest, record_of, write_signed_file, write_trust_list

pytestmark = pytest.mark.peer("openssl")


def elements(data: bytes, start: int, end: int) -> dict[int, tuple[int, bytes]]:
    """Tag: place and value of each element; padding ends them."""
    found: dict[int, tuple[int, bytes]] = {}
    while start < end and data[start] != 13:
        size = int.from_bytes(data[start + 1 : start + 3], "big")
        found[data[start]] = start, data[start + 3 : start + 3 + size]
        start += 3 + size
    return found


def openssl(*arguments: str | Path, stdin: bytes = b"") -> bytes:
    done = subprocess.run(["openssl", *map(str, arguments)], input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def verify(data: bytes, digest: SignatureDigest, signer: Identity, folder: Path) -> None:
    length = int.from_bytes(data[8:10], "big")
    at, signature = elements(data, 0, length)[12]
    key, file = folder / "key.pem", folder / "signature"
    key.write_bytes(signer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    file.write_bytes(signature)
    signed = data[:at] + data[at + 3 + len(signature) :]
    said = openssl("dgst", f"-{digest.name.lower()}", "-verify", key, "-signature", file, stdin=signed)
    assert said == b"Verified OK\n"


@pytest.mark.parametrize("digest", SignatureDigest)
def test_openssl_verifies_lists_and_signed_files(digest: SignatureDigest, signer: Identity, tmp_path: Path) -> None:
    records = [record_of(signer.certificate, role, dns_name="pub") for role in (TrustRole.SAST, TrustRole.CCM_TFTP)]
    verify(
        write_trust_list(records, signer, file_name="ITLFile.tlv", digest=digest, timestamp=1), digest, signer, tmp_path
    )
    verify(write_signed_file(CONTENT, signer, file_name=NAME, digest=digest, timestamp=1), digest, signer, tmp_path)


def test_openssl_verifies_and_decrypts_an_encrypted_file(signer: Identity, small: Identity, tmp_path: Path) -> None:
    data = encrypted(CONTENT, signer, small)
    verify(data, SignatureDigest.SHA512, signer, tmp_path)
    length = int.from_bytes(data[8:10], "big")
    header = elements(data, 0, length)
    outer = elements(header[16][1], 0, len(header[16][1]))
    cipher, wrapped = (elements(outer[tag][1], 0, len(outer[tag][1])) for tag in (17, 21))
    key = tmp_path / "phone.pem"
    key.write_bytes(small.key_pem())
    secret = openssl("pkeyutl", "-decrypt", "-inkey", key, "-pkeyopt", "rsa_padding_mode:pkcs1", stdin=wrapped[25][1])
    plain = openssl(
        *("enc", "-d", "-aes-128-cbc", "-nopad", "-K", secret.hex(), "-iv", cipher[19][1].hex()), stdin=data[length:]
    )
    pads = int.from_bytes(cipher[20][1], "big")
    assert plain == CONTENT + b"\r" * pads
    assert openssl("dgst", "-sha512", "-binary", stdin=CONTENT) == header[27][1]
