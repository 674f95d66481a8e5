"""The header of signed files: who signed them, how, under which name and when."""

from __future__ import annotations

from wire.certificate_id import CertificateId
from wire.errors import ProtocolError
from wire.signed_files.elements import (
    HEADER_TAGS,
    HeaderTag,
    TlvElement,
    block_untrusted,
    by_tag,
    element,
    flattened_untrusted,
    number,
    serial_number,
    text,
    text_element,
    version,
)
from wire.signed_files.model import SignatureDigest, SignedHeader

ENCRYPTED_VERSION = (2, 0)
_WHAT = "the header"
_SIGNED = {0: {HeaderTag.SIGNER_ID, HeaderTag.SIGNATURE_INFO}, 7: {HeaderTag.SIGNATURE_ALGORITHM_INFO}}
_ENCRYPTED = {
    **_SIGNED,
    0: {*_SIGNED[0], HeaderTag.ENCRYPTION_INFO},
    16: {HeaderTag.CIPHER_INFO, HeaderTag.KEY_INFO},
}
_ONLY_ENCRYPTED = range(HeaderTag.ENCRYPTION_INFO, HeaderTag.SIGNER_VERSION)
"""Tags without a meaning in other files: in those they are skipped, however often they occur."""
_REQUIRED = (
    HeaderTag.VERSION,
    HeaderTag.CA_NAME,
    HeaderTag.SERIAL_NUMBER,
    HeaderTag.DIGEST_ALGORITHM,
    HeaderTag.SIGNATURE,
)


def read_header_untrusted(data: bytes) -> SignedHeader:
    """The header that the file begins with. Its elements may come in any order, unknown ones are skipped.

    Raises:
        ProtocolError: it has no signer, digest or signature, or an element that does not fit.
    """
    top, length = block_untrusted(data, 0, HeaderTag.HEADER_LENGTH, _WHAT, padding=HeaderTag.PADDING)
    kind = version(
        by_tag(top, _REQUIRED[:1], _WHAT).get(HeaderTag.VERSION, TlvElement(HeaderTag.VERSION, 3, b"")), _WHAT
    )
    encrypted = kind >= ENCRYPTED_VERSION
    elements = tuple(flattened_untrusted(top, _ENCRYPTED if encrypted else _SIGNED, _WHAT))
    found = by_tag(elements, HEADER_TAGS if encrypted else HEADER_TAGS.difference(_ONLY_ENCRYPTED), _WHAT)
    if missing := [tag for tag in _REQUIRED if tag not in found]:
        raise ProtocolError(f"{_WHAT} has no element with tag {missing[0]:d}")
    signer = CertificateId(
        text(found.get(HeaderTag.SIGNER_NAME)),
        text(found[HeaderTag.CA_NAME]),
        int.from_bytes(found[HeaderTag.SERIAL_NUMBER].value, "big"),
    )
    time, signer_version = found.get(HeaderTag.TIMESTAMP), found.get(HeaderTag.SIGNER_VERSION)
    return SignedHeader(
        version=kind,
        signer=signer,
        digest=digest_untrusted(found[HeaderTag.DIGEST_ALGORITHM]),
        file_name=text(found.get(HeaderTag.FILE_NAME)),
        timestamp=number(time, 4, _WHAT) if time is not None else 0,
        signature=found[HeaderTag.SIGNATURE].value,
        length=length,
        signer_version=version(signer_version, _WHAT) if signer_version is not None else None,
        elements=elements,
    )


def digest_untrusted(of: TlvElement) -> SignatureDigest:
    """Raises ProtocolError for a number that is none."""
    try:
        return SignatureDigest(number(of, 1, _WHAT))
    except ValueError:
        raise ProtocolError(
            f"the element with tag {of.tag} at octet {of.at - 3} of {_WHAT} is no digest: {of.value.hex()}"
        ) from None


def signed_octets(data: bytes, header: SignedHeader) -> bytes:
    """What the signature is over: the whole file without the element of the signature itself."""
    signature = next(one for one in header.elements if one.tag == HeaderTag.SIGNATURE)
    return data[: signature.at - 3] + data[signature.at + len(signature.value) :]


def write_header(
    *,
    version: tuple[int, int],
    signer: CertificateId,
    digest: SignatureDigest,
    modulus: int,
    signature_octets: int,
    file_name: str,
    timestamp: int,
    signer_version: tuple[int, int] | None,
    encryption: bytes,
) -> tuple[bytes, bytes]:
    """What stands before the signature's element and what behind it, in CUCM's order.

    Args:
        modulus: the number of the signature key's size.
        encryption: elements behind the timestamp.
    """
    tag = HeaderTag
    before = b"".join(
        (
            element(tag.SIGNER_VERSION, bytes(signer_version)) if signer_version is not None else b"",
            element(
                tag.SIGNER_ID,
                text_element(tag.SIGNER_NAME, signer.subject),
                element(tag.SERIAL_NUMBER, serial_number(signer.serial_number)),
                text_element(tag.CA_NAME, signer.issuer),
            ),
            element(
                tag.SIGNATURE_INFO,
                element(tag.DIGEST_ALGORITHM, bytes([digest])),
                element(
                    tag.SIGNATURE_ALGORITHM_INFO,
                    element(tag.SIGNATURE_ALGORITHM, b"\0"),
                    element(tag.SIGNATURE_MODULUS, bytes([modulus])),
                ),
            ),
        )
    )
    behind = text_element(tag.FILE_NAME, file_name) + element(tag.TIMESTAMP, timestamp.to_bytes(4, "big")) + encryption
    length = 5 + 5 + len(before) + 3 + signature_octets + len(behind)
    pads = -length % 4
    first = element(tag.VERSION, bytes(version)) + element(tag.HEADER_LENGTH, (length + pads).to_bytes(2, "big"))
    return first + before, behind + bytes([tag.PADDING]) * pads
