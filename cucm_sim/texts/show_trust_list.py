"""`show ctl` and `show itl`: a CTL or ITL file as a node's command line prints it, made from its octets.

The layout is that of a published output of `show ctl`, two misspelt tags included. Assumed: `show itl` is the same with ITL for
CTL; the values of tags 8, 10, 11, 14 and 15; the rows of the signature; UTC; the line for a signature that is not good; and the
names of tags that the published output does not have.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

from cisco_data.trust_roles import TrustRole
from wire.errors import ProtocolError
from wire.plain_text import plain
from wire.signed_files import (
    HeaderTag,
    RecordTag,
    SignedHeader,
    TlvElement,
    TrustListRecord,
    read_trust_list_untrusted,
    verifies_itself_untrusted,
)
from wire.signed_files.elements import HEADER_TAGS, text

TrustListKind = Literal["CTL", "ITL"]

_COLUMNS = "BYTEPOS\tTAG\t\tLENGTH\tVALUE\n-------\t---\t\t------\t-----"
_MISSPELT: dict[int, str] = {
    HeaderTag.DIGEST_ALGORITHM: "DIGESTALGORTITHM",
    HeaderTag.SIGNATURE_ALGORITHM: "SIGNATUREALGORTITHM",
    HeaderTag.SIGNATURE_ALGORITHM_INFO: "SIGNATUREALGOINFO",
}
"""And one that is shortened; all other names are those of the tags without their underscores."""
_SHOWN_ABOVE = (HeaderTag.VERSION, HeaderTag.HEADER_LENGTH)
_CONTAINERS = (
    HeaderTag.SIGNER_ID,
    HeaderTag.SIGNATURE_INFO,
    HeaderTag.SIGNATURE_ALGORITHM_INFO,
    HeaderTag.ENCRYPTION_INFO,
    HeaderTag.CIPHER_INFO,
    HeaderTag.KEY_INFO,
)
_HEADER_TEXTS = (HeaderTag.SIGNER_NAME, HeaderTag.CA_NAME, HeaderTag.FILE_NAME)
_RECORD_TEXTS = (RecordTag.DNS_NAME, RecordTag.SUBJECT_NAME, RecordTag.ISSUER_NAME)
_MAX_NUMBER = 2
"""Octets of a header's value that is shown as a number."""
_TAB = 8
_ROW = 16
"""Octets in a row of the signature."""


def kind_of(header: SignedHeader) -> TrustListKind:
    """Which of the two a file is, by the name in its header: CTL where that begins with it."""
    return "CTL" if header.file_name.upper().startswith("CTL") else "ITL"


def role_name(record: TrustListRecord) -> str:
    """As the row FUNCTION has it: `CCM+TFTP`."""
    if record.role is TrustRole.UNKNOWN and (
        found := [one for one in record.elements if one.tag == RecordTag.FUNCTION]
    ):
        return str(int.from_bytes(found[0].value, "big"))
    return record.role.function


def show_trust_list(data: bytes, modified: datetime, kind: TrustListKind) -> str:
    """The answer to `show ctl` or `show itl` for a file with these octets, which was last changed at `modified`.

    Assumed: without a record of its signer nothing is said about its signature.
    """
    return "".join(f"{line}\n" for line in _lines(data, modified, kind))


def show_no_trust_list(kind: TrustListKind) -> str:
    """The answer where there is no such file. Assumed for ITL."""
    lines = [f"Length of {kind} file: 0", f"{kind} File not found ."]
    if kind == "CTL":
        lines[1] += " Please run CTLClient plugin or run the CLI - utils ctl.. to generate the CTL file."
    return "".join(f"{line}\n" for line in (*lines, f"Error parsing the {kind} File."))


def show_header(header: SignedHeader) -> str:
    """Version, length and table of a header, as of a CTL file."""
    return "".join(f"{line}\n" for line in _header_lines(header))


def _lines(data: bytes, modified: datetime, kind: TrustListKind) -> Iterator[str]:
    yield f"The checksum value of the {kind} file:"
    yield f"{hashlib.md5(data, usedforsecurity=False).hexdigest()}(MD5)"
    yield f"{hashlib.sha1(data, usedforsecurity=False).hexdigest()}(SHA1)"
    yield ""
    yield f"Length of {kind} file: {len(data)}"
    yield f"The {kind} File was last modified on {_date(modified)}"
    yield ""
    try:
        listed = read_trust_list_untrusted(data)
    except ProtocolError:
        yield f"Error parsing the {kind} File."
        return
    yield f"Parse {kind} File"
    yield "----------------"
    yield ""
    yield from _header_lines(listed.header)
    for place, record in enumerate(listed.records, 1):
        yield ""
        yield f"\t{kind} Record #:{place}"
        yield "\t  ----"
        yield _COLUMNS
        yield from (_record_row(one, record) for one in record.elements)
        if record.role is TrustRole.SAST:
            signed = "was" if record.certificate_id == listed.header.signer else "was not"
            yield f"This etoken {signed} used to sign the {kind} file."
    verified = verifies_itself_untrusted(data)
    if verified is not None:
        yield ""
        yield f"The {kind} file was verified successfully." if verified else f"Verification of the {kind} file failed."


def _header_lines(header: SignedHeader) -> Iterator[str]:
    yield "Version:\t{}.{}".format(*header.version)
    yield f"HeaderLength:\t{header.length} (BYTES)"
    yield ""
    yield _COLUMNS
    for one in header.elements:
        if one.tag not in _SHOWN_ABOVE:
            yield _header_row(one)
        if one.tag == HeaderTag.SIGNATURE:
            yield from (one.value[at : at + _ROW].hex(" ") for at in range(0, len(one.value), _ROW))


def _header_row(one: TlvElement) -> str:
    value, length = "", len(one.value)
    name = _name(HeaderTag, one.tag)
    if one.tag in _CONTAINERS:
        value, length = str(length), 2
    elif one.tag in _HEADER_TEXTS:
        value = plain(text(one))
    elif one.tag == HeaderTag.SERIAL_NUMBER:
        value = one.value.hex(":").upper()
    elif one.tag == HeaderTag.SIGNER_VERSION:
        value = ".".join(map(str, one.value))
    elif one.tag == HeaderTag.TIMESTAMP:
        value = _date(datetime.fromtimestamp(int.from_bytes(one.value, "big"), UTC))
    elif one.tag in HEADER_TAGS and length <= _MAX_NUMBER:
        value = str(int.from_bytes(one.value, "big"))
    return _row(one.tag, _MISSPELT.get(one.tag, name), length, value)


def _record_row(one: TlvElement, record: TrustListRecord) -> str:
    value = ""
    if one.tag in _RECORD_TEXTS:
        value = plain(text(one))
    elif one.tag == RecordTag.RECORD_LENGTH:
        value = str(int.from_bytes(one.value, "big"))
    elif one.tag == RecordTag.FUNCTION:
        value = role_name(record)
    elif one.tag == RecordTag.SERIAL_NUMBER:
        value = one.value.hex(":").upper()
    elif one.tag == RecordTag.CERTIFICATE:
        value = f"{hashlib.sha1(one.value, usedforsecurity=False).digest().hex(' ').upper()} (SHA1 Hash HEX)"
    return _row(one.tag, _name(RecordTag, one.tag), len(one.value), value)


def _name(tags: type[HeaderTag] | type[RecordTag], tag: int) -> str:
    try:
        return tags(tag).name.replace("_", "")
    except ValueError:
        return "UNKNOWN"


def _row(tag: int, name: str, length: int, value: str) -> str:
    gap = "\t" if len(name) >= _TAB else "\t\t"
    return f"{tag}\t{name}{gap}{length}\t{value}".rstrip()


def _date(moment: datetime) -> str:
    return f"{moment:%a %b %d %H:%M:%S} UTC {moment:%Y}"
