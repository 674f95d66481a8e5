"""`.enc.sgn` files: the content under AES-128-CBC, its key under the public key of the phone's LSC or MIC, all of it signed.

The content is padded with octets 0x0D, at least one. The header says how many there are, and has a hash of the content.
"""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from pki import Identity, Octets
from wire.errors import ProtocolError
from wire.signed_files.elements import HEADER_TAGS, HeaderTag, by_tag, element, number
from wire.signed_files.header import ENCRYPTED_VERSION, digest_untrusted
from wire.signed_files.model import Encryption, SignatureDigest, SignedFile, SignedHeader
from wire.signed_files.signing import DIGESTS, sign_file

_BLOCK = 16
"""Octets of an AES block, of the vector and of an AES-128 key."""
_PAD = b"\x0d"
_WHAT = "the header"
_ALGORITHMS = {HeaderTag.CIPHER: (1, 0), HeaderTag.KEY_ALGORITHM: (1, 0), HeaderTag.KEY_PADDING: (1, 1)}
"""Octets and the only known value of each."""


def encryption_untrusted(header: SignedHeader) -> Encryption:
    """What the header of an encrypted file says about its payload. Raises ProtocolError."""
    found = by_tag(header.elements, HEADER_TAGS, _WHAT)
    try:
        for tag, (size, known) in _ALGORITHMS.items():
            if (value := number(found[tag], size, _WHAT)) != known:
                raise ProtocolError(f"the element with tag {tag:d} of {_WHAT} has the unknown value {value}")
        vector, key = found[HeaderTag.INITIALIZATION_VECTOR], found[HeaderTag.WRAPPED_KEY]
        pads = number(found[HeaderTag.PADS], 2, _WHAT)
        digest, hashed = digest_untrusted(found[HeaderTag.PLAINTEXT_DIGEST]), found[HeaderTag.PLAINTEXT_HASH]
    except KeyError as missing:
        raise ProtocolError(f"{_WHAT} has no element with tag {missing.args[0]:d}") from None
    number(vector, _BLOCK, _WHAT)
    if not 1 <= pads <= _BLOCK:
        raise ProtocolError(f"{_WHAT} tells of {pads} octets of padding, not of 1 to {_BLOCK}")
    return Encryption(vector.value, pads, key.value, digest, hashed.value)


def write_encrypted_file(
    content: bytes,
    signer: Identity,
    phone_key: rsa.RSAPublicKey,
    *,
    file_name: str,
    digest: SignatureDigest,
    timestamp: int,
    octets: Octets,
) -> bytes:
    """The content, encrypted and signed: one RSA signature.

    Args:
        phone_key: of the phone's LSC or MIC.
        file_name: `SEP001122334455.cnf.xml.enc.sgn`.
        timestamp: seconds since 1970.
        octets: gives so many random octets, for the key, the vector and the padding of the wrapped key.

    Raises:
        ValueError: as `sign_file`.
    """
    key, vector, tag = octets(_BLOCK), octets(_BLOCK), HeaderTag
    pads = _BLOCK - len(content) % _BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    body = encryptor.update(content + _PAD * pads) + encryptor.finalize()
    encryption = element(
        tag.ENCRYPTION_INFO,
        element(
            tag.CIPHER_INFO,
            element(tag.CIPHER, b"\0"),
            element(tag.INITIALIZATION_VECTOR, vector),
            element(tag.PADS, pads.to_bytes(2, "big")),
        ),
        element(
            tag.KEY_INFO,
            element(tag.KEY_ALGORITHM, b"\0"),
            element(tag.KEY_BITS, phone_key.key_size.to_bytes(2, "big")),
            element(tag.KEY_PADDING, b"\1"),
            element(tag.WRAPPED_KEY, _wrapped(key, phone_key, octets)),
        ),
    )
    encryption += element(tag.PLAINTEXT_DIGEST, bytes([digest])) + element(tag.PLAINTEXT_HASH, _hash(content, digest))
    return sign_file(
        body,
        signer,
        version=ENCRYPTED_VERSION,
        file_name=file_name,
        digest=digest,
        timestamp=timestamp,
        encryption=encryption,
    )


def decrypt_untrusted(file: SignedFile, key: rsa.RSAPrivateKey) -> bytes:
    """The content of an encrypted file.

    Raises:
        ProtocolError: it is not encrypted, or for another key, or damaged.
    """
    about, body = file.encryption, file.payload
    if about is None:
        raise ProtocolError("the file is not encrypted")
    if not body or len(body) % _BLOCK:
        raise ProtocolError(f"the encrypted content has {len(body)} octets, which is no multiple of {_BLOCK}")
    try:
        secret = key.decrypt(about.wrapped_key, padding.PKCS1v15())
    except ValueError:
        secret = b""
    if len(secret) == _BLOCK:  # where the padding is wrong, OpenSSL gives octets of a random number instead of an error
        decryptor = Cipher(algorithms.AES(secret), modes.CBC(about.initialization_vector)).decryptor()
        content = (decryptor.update(body) + decryptor.finalize())[: -about.pads]
        if hmac.compare_digest(_hash(content, about.digest), about.plaintext_hash):
            return content
    raise ProtocolError("the file does not decrypt with this key")


def _wrapped(secret: bytes, key: rsa.RSAPublicKey, octets: Octets) -> bytes:
    """RFC 8017 section 7.2.1. cryptography takes its padding from OpenSSL's generator and not from `octets`."""
    size = (key.key_size + 7) // 8
    filling = octets(size - len(secret) - 3).replace(b"\0", b"\1")  # which may hold no zero
    numbers = key.public_numbers()
    message = int.from_bytes(b"\0\2" + filling + b"\0" + secret, "big")
    return pow(message, numbers.e, numbers.n).to_bytes(size, "big")


def _hash(content: bytes, digest: SignatureDigest) -> bytes:
    hashing = hashes.Hash(DIGESTS[digest])
    hashing.update(content)
    return hashing.finalize()
