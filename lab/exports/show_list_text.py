"""What `show ctl` and `show itl` print, as a terminal holds it: names, serial numbers and roles, and no certificate.

Values that a terminal has broken into several lines are put together by the length that stands before them. The layout is that of
the published output of `show ctl`. Assumed: `show itl` is the same with ITL for CTL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Literal

from cisco_data.trust_roles import TrustRole
from lab.exports.dates import NoDate, moment_told
from lab.exports.nodes import host_named
from wire.certificate_id import CertificateId
from wire.plain_text import plain
from wire.signed_files import HeaderTag, RecordTag, SignatureDigest

ListName = Literal["CTL", "ITL"]
MAX_RECORDS = 1000
"""Of one list; 64 KiB hold at most some hundreds."""
MAX_LISTS = 1000
_MAX_LINE = 4096
_START = re.compile(r"(?im)^[ \t]*(?:The checksum value of the|Length of) (CTL|ITL) file:[ \t]*(\d{1,9})?[ \t]*$")
_COMMAND = re.compile(r"(?im)^[ \t]*admin[ \t]*:[ \t]*show (?:ctl|itl)[ \t]*$")
_PROMPT = re.compile(r"(?im)^[ \t]*admin[ \t]*:")
_SHA1 = re.compile(r"(?i)\b([0-9a-f]{40})[ \t]*\(SHA1\)")
_LENGTH = re.compile(r"(?im)^[ \t]*Length of (?:CTL|ITL) file:[ \t]*(\d{1,9})[ \t]*$")
_VERSION = re.compile(r"(?im)^[ \t]*Version:[ \t]*(\d{1,3})\.(\d{1,3})[ \t]*$")
_RECORD = re.compile(r"(?im)^[ \t]*(?:CTL|ITL) Record #:?[ \t]*\d{1,6}[ \t]*$")
_ROW = re.compile(r"[ \t]*(\d{1,3})[ \t]+([A-Z0-9]{2,24})[ \t]+(\d{1,6})(?:[ \t]+(.*?))?[ \t]*")
_HEX_ROW = re.compile(r"[ \t]*(?:[0-9A-Fa-f]{2}[ \t:]+){0,63}[0-9A-Fa-f]{2}[ \t:]*")
_PAIR = re.compile(r"[0-9A-Fa-f]{2}")
_NOT_GOOD = re.compile(r"(?i)Verification of the (?:CTL|ITL) file failed|(?:CTL|ITL) file was not verified")
_GOOD = re.compile(r"(?i)The (?:CTL|ITL) file was verified successfully")
_ROLES = {role.function.casefold(): role for role in TrustRole}
_TEXT_TAGS = (RecordTag.DNS_NAME, RecordTag.SUBJECT_NAME, RecordTag.ISSUER_NAME)


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """One record of a list."""

    certificate_id: CertificateId
    role: TrustRole
    dns_name: str
    sha1: bytes
    """Of the certificate; empty where no such row is there."""
    has_address: bool


@dataclass(slots=True)
class ShownList:
    """The answer to one `show ctl` or `show itl`."""

    kind: ListName
    node: str
    """What stands above the command in a file of several nodes; empty for nothing."""
    line: int
    exists: bool = True
    """False where the answer says that there is no such file."""
    sha1: bytes = b""
    """Of the file; empty where the answer does not say."""
    signer: CertificateId | None = None
    version: tuple[int, int] = (1, 2)
    digest: SignatureDigest = SignatureDigest.SHA1
    file_name: str = ""
    timestamp: int = 0
    signature: bytes = b""
    signer_version: tuple[int, int] | None = None
    records: list[ShownRecord] = field(default_factory=list)
    verified: bool | None = None
    """What the answer says of the signature; None for nothing."""
    problem: str = ""
    """Why it cannot be used: a clause. Empty as a rule."""


def has_show_list(octets: bytes) -> bool:
    """Whether there may be such an answer: a look that costs next to nothing."""
    return re.search(rb"(?i)(?:The checksum value of the|Length of) (?:CTL|ITL) file:", octets) is not None


def shown_lists_untrusted(text: str) -> list[ShownList]:
    """All answers in a text, in their order. Never raises."""
    found = []
    starts = list(_starts(text))[:MAX_LISTS]
    prompts = [match.start() for match in _PROMPT.finditer(text)]
    headings = list(_headings(text))
    place = 0
    for number, (kind, start) in enumerate(starts):
        end = starts[number + 1][1] if number + 1 < len(starts) else len(text)
        while place < len(prompts) and prompts[place] <= start:
            place += 1
        if place < len(prompts):
            end = min(end, prompts[place])
        node = next((name for at, name in reversed(headings) if at <= start), "")
        found.append(_answer(kind, node, text.count("\n", 0, start) + 1, text[start:end]))
    return found


def _starts(text: str) -> Iterator[tuple[ListName, int]]:
    """Each answer's kind and first character. The line of the length follows that of the checksum, and begins none then."""
    former, checksum = "", False
    for match in _START.finditer(text):
        kind: ListName = "CTL" if match[1].upper() == "CTL" else "ITL"
        if match[2] is None:
            former, checksum = kind, True
            yield kind, match.start()
        elif not (checksum and former == kind):
            yield kind, match.start()
        else:
            checksum = False


def _headings(text: str) -> Iterator[tuple[int, str]]:
    """Host names that stand alone above a command `show ctl` or `show itl`: the following answers are of that node."""
    for match in islice(_COMMAND.finditer(text), 2 * MAX_LISTS):
        above = text[max(0, match.start() - 2 * _MAX_LINE) : match.start()].rstrip()
        line = above.rpartition("\n")[2].strip()
        if line and " " not in line and ":" not in line and (name := host_named(line)):
            yield match.start(), name


def _answer(kind: ListName, node: str, line: int, text: str) -> ShownList:
    found = ShownList(kind, node, line)
    length = _LENGTH.search(text)
    if length is not None and int(length[1]) == 0:
        found.exists = False
        return found
    if sha1 := _SHA1.search(text):
        found.sha1 = bytes.fromhex(sha1[1])
    if version := _VERSION.search(text):
        found.version = int(version[1]) & 0xFF, int(version[2]) & 0xFF
    if _NOT_GOOD.search(text):
        found.verified = False
    elif _GOOD.search(text):
        found.verified = True
    parts = _RECORD.split(text)
    if len(parts) - 1 > MAX_RECORDS:
        found.problem = f"has more than {MAX_RECORDS} records"
        return found
    _enter_header(found, parts[0])
    for number, part in enumerate(parts[1:], 1):
        record = _record(part)
        if record is None:
            found.problem = found.problem or f"lacks issuer, serial number or role in its record {number}"
        else:
            found.records.append(record)
    if not found.records and not found.problem:
        found.problem = "has no record that can be read"
    return found


def _enter_header(found: ShownList, text: str) -> None:
    rows = {tag: (length, lines) for tag, length, lines in _rows(text)}
    names = {tag: _value(*rows[tag]) for tag in (HeaderTag.SIGNER_NAME, HeaderTag.CA_NAME) if tag in rows}
    serial = _octets(rows.get(HeaderTag.SERIAL_NUMBER))
    if HeaderTag.CA_NAME in names and serial:
        subject = names.get(HeaderTag.SIGNER_NAME, "")
        found.signer = CertificateId(subject, names[HeaderTag.CA_NAME], int.from_bytes(serial))
    else:
        found.problem = "does not name who signed it"
    found.signature = _octets(rows.get(HeaderTag.SIGNATURE))
    if HeaderTag.FILE_NAME in rows:
        found.file_name = _value(*rows[HeaderTag.FILE_NAME])
    if HeaderTag.DIGEST_ALGORITHM in rows:
        told = _value(*rows[HeaderTag.DIGEST_ALGORITHM])
        try:
            found.digest = SignatureDigest(int(told[:3]))
        except ValueError:
            found.digest = SignatureDigest.SHA512 if "512" in told else SignatureDigest.SHA1
    if HeaderTag.TIMESTAMP in rows:
        found.timestamp = _seconds(_value(*rows[HeaderTag.TIMESTAMP]))
    if HeaderTag.SIGNER_VERSION in rows:
        figures = re.fullmatch(r"(\d{1,3})\.(\d{1,3})", _value(*rows[HeaderTag.SIGNER_VERSION]))
        found.signer_version = (int(figures[1]) & 0xFF, int(figures[2]) & 0xFF) if figures else None


def _record(text: str) -> ShownRecord | None:
    rows = {tag: (length, lines) for tag, length, lines in _rows(text)}
    told = {tag: _value(*rows[tag]) for tag in (*_TEXT_TAGS, RecordTag.FUNCTION) if tag in rows}
    serial = _octets(rows.get(RecordTag.SERIAL_NUMBER))
    if RecordTag.ISSUER_NAME not in told or RecordTag.FUNCTION not in told or not serial:
        return None
    names = CertificateId(told.get(RecordTag.SUBJECT_NAME, ""), told[RecordTag.ISSUER_NAME], int.from_bytes(serial))
    sha1 = _octets(rows.get(RecordTag.CERTIFICATE), 20)
    return ShownRecord(
        *(names, _role(told[RecordTag.FUNCTION]), plain(told.get(RecordTag.DNS_NAME, ""))),
        sha1 if len(sha1) == 20 else b"",
        RecordTag.IP_ADDRESS in rows,
    )


def _role(text: str) -> TrustRole:
    if text.isdecimal() and len(text) < 4 and int(text) in list(TrustRole):
        return TrustRole(int(text))
    return _ROLES.get(" ".join(text.casefold().split()), TrustRole.UNKNOWN)


def _rows(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Tag, length and value of each row, with the lines that follow it up to the next row."""
    tag, length, lines = 0, 0, list[str]()
    for line in text.split("\n"):
        row = _ROW.fullmatch(line) if len(line) <= _MAX_LINE else None
        if row is not None and not _goes_on(tag, length, lines, line):
            if tag:
                yield tag, length, lines
            tag, length, lines = int(row[1]), int(row[3]), [row[4] or ""]
        elif tag and len(line) <= _MAX_LINE and not line.startswith("This etoken"):
            lines.append(line.strip("\r"))
    if tag:
        yield tag, length, lines


def _goes_on(tag: int, length: int, lines: list[str], line: str) -> bool:
    """Whether a line that looks like a row is one more of hex, as of the signature: `12 34 56`."""
    return bool(tag and _HEX_ROW.fullmatch(line) and len(_PAIR.findall(" ".join(lines))) < length)


def _value(length: int, lines: list[str]) -> str:
    """A text of `length` octets with its NUL, put together of as many lines as that takes."""
    whole = lines[0]
    for line in lines[1:]:
        missing = length - 1 - len(whole.encode())
        if missing <= 0 or not line.strip():
            break
        whole += " " + line.strip() if len(line.strip().encode()) == missing - 1 else line.strip()
    return whole.strip()


def _octets(row: tuple[int, list[str]] | None, count: int | None = None) -> bytes:
    """Hex of so many octets, as many as the length of the row says where that is None; nothing where there are fewer."""
    if row is None:
        return b""
    count = row[0] if count is None else count
    text = re.sub(r"\(SHA1 Hash HEX\)", "", " ".join(row[1]))
    pairs = re.findall(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{2}(?![0-9A-Za-z])", text)
    return bytes.fromhex("".join(pairs[:count])) if 0 < count <= len(pairs) else b""


def _seconds(text: str) -> int:
    try:
        return max(0, min(int(moment_told(text).astimezone(UTC).timestamp()), 0xFFFF_FFFF))
    except (NoDate, OverflowError):
        return int(datetime.fromtimestamp(0, UTC).timestamp())
