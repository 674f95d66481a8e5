"""`.sgn` files: a header of version 1.0 and the signed file verbatim behind it. The reader takes `.enc.sgn` files too."""

from __future__ import annotations

from pki import Identity
from wire.errors import ProtocolError
from wire.signed_files.encrypted import encryption_untrusted
from wire.signed_files.header import ENCRYPTED_VERSION, read_header_untrusted
from wire.signed_files.model import MAX_SIGNED_FILE, SignatureDigest, SignedFile
from wire.signed_files.signing import sign_file

_VERSION = (1, 0)


def read_signed_file_untrusted(data: bytes) -> SignedFile:
    """A `.sgn` or `.enc.sgn` file. Its signature is not checked.

    Raises ProtocolError, for more than MAX_SIGNED_FILE octets too.
    """
    if len(data) > MAX_SIGNED_FILE:
        raise ProtocolError(f"a signed file has at most {MAX_SIGNED_FILE} octets, and this one has {len(data)}")
    header = read_header_untrusted(data)
    encryption = encryption_untrusted(header) if header.version >= ENCRYPTED_VERSION else None
    return SignedFile(header, data[header.length :], encryption)


def write_signed_file(
    content: bytes, signer: Identity, *, file_name: str, digest: SignatureDigest, timestamp: int
) -> bytes:
    """The content, signed: one RSA signature.

    Args:
        file_name: `SEP001122334455.cnf.xml.sgn`.
        timestamp: seconds since 1970.

    Raises:
        ValueError: as `sign_file`.
    """
    return sign_file(content, signer, version=_VERSION, file_name=file_name, digest=digest, timestamp=timestamp)
