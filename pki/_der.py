"""The few DER shapes of which a certificate and a revocation list are made (X.690), for writing; and how two of them are read."""

from __future__ import annotations

from datetime import UTC, datetime


def element(tag: int, *contents: bytes) -> bytes:
    """One tag-length-value around the joined contents."""
    body = b"".join(contents)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + body


def sequence(*contents: bytes) -> bytes:
    """SEQUENCE, or SEQUENCE OF."""
    return element(0x30, *contents)


def explicit(number: int, content: bytes) -> bytes:
    """[number] EXPLICIT."""
    return element(0xA0 | number, content)


def integer(value: int) -> bytes:
    """INTEGER, of a value that is not negative."""
    return element(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def bit_string(octets: bytes) -> bytes:
    """BIT STRING of whole octets."""
    return element(0x03, b"\0", octets)


def octet_string(octets: bytes) -> bytes:
    """OCTET STRING."""
    return element(0x04, octets)


def object_identifier(dotted: str) -> bytes:
    """OBJECT IDENTIFIER from "2.5.29.15"."""
    first, second, *rest = map(int, dotted.split("."))
    octets = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        octets += bytes(reversed(groups))
    return element(0x06, bytes(octets))


def utc(moment: datetime) -> datetime:
    """The same moment in UTC.

    Raises:
        ValueError: a datetime without a time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("A certificate needs a date with its time zone, such as datetime(2026, 1, 1, tzinfo=UTC).")
    return moment.astimezone(UTC)


def time(moment: datetime) -> bytes:
    """UTCTime through 2049 and GeneralizedTime from 2050 on (RFC 5280 section 4.1.2.5); fractions are cut off."""
    moment = utc(moment)
    # Not strftime, which asks the locale every time and costs three times as much.
    digits = f"{moment.month:02}{moment.day:02}{moment.hour:02}{moment.minute:02}{moment.second:02}Z"
    if 1950 <= moment.year < 2050:
        return element(0x17, f"{moment.year % 100:02}{digits}".encode())
    return element(0x18, f"{moment.year:04}{digits}".encode())


def key_bits(spki: bytes) -> bytes:
    """The subjectPublicKey octets inside a SubjectPublicKeyInfo: what a key identifier hashes."""
    _, start = header(spki, 0)
    _, algorithm_body = header(spki, start)
    algorithm_size, _ = header(spki, start)
    _, bits_body = header(spki, algorithm_body + algorithm_size)
    return spki[bits_body + 1 :]


def header(der: bytes, at: int) -> tuple[int, int]:
    """Size of the contents, and where they start, of the element at `at`, whose tag is one octet.

    Raises:
        IndexError: the octets end in the middle of it.
        ValueError: a length of more than four octets, or of none (which BER has and DER has not).
    """
    first = der[at + 1]
    if first < 0x80:
        return first, at + 2
    octets = first & 0x7F
    if not 0 < octets <= 4:
        raise ValueError("This is not DER.")
    return int.from_bytes(der[at + 2 : at + 2 + octets]), at + 2 + octets


def dotted(octets: bytes) -> str:
    """`2.5.29.15` from the octets of an OBJECT IDENTIFIER (X.690 section 8.19).

    Raises:
        ValueError: it does not end, or has an arc of more than 128 bits.
    """
    if not octets or octets[-1] & 0x80:
        raise ValueError("no OBJECT IDENTIFIER")
    arcs, arc = [], 0
    for octet in octets:
        arc = arc << 7 | octet & 0x7F
        if arc.bit_length() > 128:
            raise ValueError("no registered OID")
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
