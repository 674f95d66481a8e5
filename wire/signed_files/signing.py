"""Signatures of signed files: RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2) over the whole file without the signature's own element."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from pki import Certificate, Identity, PublicKey, read, rsa_signature
from wire.certificate_id import certificate_id
from wire.signed_files.elements import HeaderTag, element
from wire.signed_files.header import read_header_untrusted, signed_octets, write_header
from wire.signed_files.model import SignatureDigest, TrustListRecord

DIGESTS = {
    SignatureDigest.SHA1: hashes.SHA1(),
    SignatureDigest.SHA256: hashes.SHA256(),
    SignatureDigest.SHA512: hashes.SHA512(),
}
_MODULUS = {512: 0, 1024: 1, 2048: 2, 4096: 3}
"""Bits of the key: header tag 11."""


def sign_file(
    payload: bytes,
    signer: Identity,
    *,
    version: tuple[int, int],
    file_name: str,
    digest: SignatureDigest,
    timestamp: int,
    signer_version: tuple[int, int] | None = None,
    encryption: bytes = b"",
) -> bytes:
    """The payload behind a header with its signature: one RSA signature.

    Args:
        version: header tag 1.
        timestamp: seconds since 1970.
        signer_version: header tag 28; None for none.
        encryption: header elements of an encrypted payload.

    Raises:
        ValueError: the signer's key is not RSA with 512, 1024, 2048 or 4096 bits, or too small for the digest.
    """
    key = signer.key
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(_NO_KEY)
    before, behind = _around_signature(
        signer.certificate, key.key_size, version, file_name, digest, timestamp, signer_version, encryption
    )
    signature = rsa_signature(key, before + behind + payload, DIGESTS[digest])
    return b"".join((before, element(HeaderTag.SIGNATURE, signature), behind, payload))


def unsigned_file(
    payload: bytes,
    signer: Certificate,
    *,
    version: tuple[int, int],
    file_name: str,
    digest: SignatureDigest,
    timestamp: int,
    signer_version: tuple[int, int] | None = None,
) -> bytes:
    """The same with zeros for a signature, where only the signer's certificate is known: for data, never for phones.

    Raises ValueError as `sign_file`.
    """
    key = read(signer).usable_key
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError(_NO_KEY)
    before, behind = _around_signature(signer, key.key_size, version, file_name, digest, timestamp, signer_version)
    return b"".join((before, element(HeaderTag.SIGNATURE, bytes(key.key_size // 8)), behind, payload))


_NO_KEY = "Signed files are signed with an RSA key of 512, 1024, 2048 or 4096 bits."


def _around_signature(
    signer: Certificate,
    bits: int,
    version: tuple[int, int],
    file_name: str,
    digest: SignatureDigest,
    timestamp: int,
    signer_version: tuple[int, int] | None,
    encryption: bytes = b"",
) -> tuple[bytes, bytes]:
    """The header before the signature's element, and behind it."""
    if bits not in _MODULUS:
        raise ValueError(_NO_KEY)
    return write_header(
        version=version,
        signer=certificate_id(signer),
        digest=digest,
        modulus=_MODULUS[bits],
        signature_octets=bits // 8,
        file_name=file_name,
        timestamp=timestamp,
        signer_version=signer_version,
        encryption=encryption,
    )


def verify_untrusted(data: bytes, key: Certificate | PublicKey | None) -> bool:
    """Whether that certificate's key, or that key, has signed the file; names are not compared. False for any key but RSA.

    Raises ProtocolError where the file has no header that can be read.
    """
    header = read_header_untrusted(data)
    public = key if isinstance(key, PublicKey) or key is None else read(key).usable_key
    if not isinstance(public, rsa.RSAPublicKey):
        return False
    try:
        public.verify(header.signature, signed_octets(data, header), padding.PKCS1v15(), DIGESTS[header.digest])
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def record_key_untrusted(record: TrustListRecord) -> PublicKey | None:
    """The key of a record's element 7, RSA or EC; None where it cannot be read.

    Assumed: phones use this element and not the key in the record's certificate, which some files do not have.
    """
    curves = {65: ec.SECP256R1(), 97: ec.SECP384R1(), 133: ec.SECP521R1()}
    octets = record.public_key
    try:
        if (curve := curves.get(len(octets))) is not None and octets[0] == 4:
            return ec.EllipticCurvePublicKey.from_encoded_point(curve, octets)
        key = serialization.load_der_public_key(octets)
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, PublicKey) else None


def record_key_octets(certificate: Certificate) -> bytes:
    """A certificate's key as element 7 of a record has it. Raises ValueError for a key that is neither RSA nor EC."""
    key = read(certificate).usable_key
    if key is None:
        raise ValueError("A record's certificate has an RSA or an EC key.")
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
