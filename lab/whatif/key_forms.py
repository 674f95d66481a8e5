"""Parts of a certificate without what is one phone's own: its name in a name, the numbers of its key.

What cannot be cut in two stays whole, so that two certificates are taken to be alike only where that is known.
"""

from __future__ import annotations

_NAME, _MAC, _SMALL = b"\x00<device name>", b"\x00<MAC address>", b" in small letters"
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 :.-")
"""What each string type of a name may hold."""
_MAC_DIGITS = 12
_PREFIX = "SEP"
_SERIAL_NUMBER = bytes.fromhex("0603550405")
"""OID serialNumber, 2.5.4.5 (RFC 5280 appendix A), a whole element."""
_RSA = bytes.fromhex("06092a864886f70d010101")
"""OID rsaEncryption (RFC 8017 appendix C), a whole element."""
_EC = bytes.fromhex("06072a8648ce3d0201")
"""OID id-ecPublicKey (RFC 5480 2.1.1), likewise."""
_SEQUENCE, _SET, _INTEGER, _BITS, _OCTETS, _BOOLEAN, _OID = 0x30, 0x31, 0x02, 0x03, 0x04, 0x01, 0x06


def masked(octets: bytes, device_name: str) -> bytes:
    """Octets in which marks stand for the phone's own name and MAC address, by the letters in which they are written.

    Lengths around them stay, so a longer or shorter name is never taken for another one.
    """
    for written, mark in _spellings(device_name):
        octets = octets.replace(written, mark)
    return octets


def _spellings(device_name: str) -> list[tuple[bytes, bytes]]:
    if not device_name or not device_name.isascii():
        return []
    found = [(device_name.encode(), _NAME), (device_name.lower().encode(), _NAME + _SMALL)]
    mac = device_name.removeprefix(_PREFIX)
    if device_name.startswith(_PREFIX) and len(mac) == _MAC_DIGITS:
        found += [(mac.encode(), _MAC), (mac.lower().encode(), _MAC + _SMALL)]
    return found


def subject_form(subject: bytes, device_name: str, *, keep_serial_number: bool) -> object:
    """Of a Name (RFC 5280 4.1.2.4): each part `masked`.

    Args:
        keep_serial_number: False to leave out the value of serialNumber where it is plain letters, but not its string type.
    """
    outer = _size(subject, 0, _SEQUENCE)
    if outer is None or outer[1] != len(subject):
        return masked(subject, device_name)
    parts: list[object] = []
    at = outer[0]
    while at < len(subject):
        part = _size(subject, at, _SET)
        if part is None:
            return masked(subject, device_name)
        found = None if keep_serial_number else _serial_number(subject, *part)
        parts.append(found or masked(subject[at : part[1]], device_name))
        at = part[1]
    return tuple(parts)


def _serial_number(name: bytes, at: int, end: int) -> tuple[bytes, int] | None:
    """A part that is one serialNumber, without its value; None for any other."""
    one = _size(name, at, _SEQUENCE)
    if one is None or one[1] != end or not name.startswith(_SERIAL_NUMBER, one[0]):
        return None
    value_at = one[0] + len(_SERIAL_NUMBER)
    value = _size(name, value_at, name[value_at]) if value_at < end else None
    if value is None or value[1] != end or not set(name[value[0] : end]) <= _PLAIN:
        return None
    return _SERIAL_NUMBER, name[value_at]


def key_form(spki: bytes) -> object:
    """Of a SubjectPublicKeyInfo (RFC 5280 4.1.2.7): all octets but the numbers of the key, and how large these are.

    Of RSA the modulus is left out, and its size in bits is told; of EC the point, and its form and size are told. Any other
    key, and what cannot be cut in two, stays whole.
    """
    outer = _size(spki, 0, _SEQUENCE)
    algorithm = _size(spki, outer[0], _SEQUENCE) if outer is not None else None
    bits = _size(spki, algorithm[1], _BITS) if algorithm is not None else None
    if outer is None or algorithm is None or bits is None or not bits[1] == outer[1] == len(spki):
        return spki
    if bits[0] == bits[1] or spki[bits[0]] != 0:
        return spki
    at = bits[0] + 1
    if spki.startswith(_RSA, algorithm[0]):
        return _rsa_form(spki, at) or spki
    if spki.startswith(_EC, algorithm[0]):
        return spki[: at + 1], len(spki)
    return spki


def _rsa_form(spki: bytes, at: int) -> tuple[bytes, int, bytes] | None:
    both = _size(spki, at, _SEQUENCE)
    modulus = _size(spki, both[0], _INTEGER) if both is not None else None
    exponent = _size(spki, modulus[1], _INTEGER) if modulus is not None else None
    if both is None or modulus is None or exponent is None or not exponent[1] == both[1] == len(spki):
        return None
    number = spki[modulus[0] : modulus[1]]
    if not number or number[0] & 0x80 or (len(number) > 1 and not number[0] and not number[1] & 0x80):
        return None  # negative, or longer than it need be
    return spki[: modulus[0]], int.from_bytes(number).bit_length(), spki[modulus[1] :]


def subject_key_identifier_form(extension: bytes) -> object:
    """How it is encoded and how long it is: what signs nothing is never looked for by its identifier (RFC 5280 4.2.1.2)."""
    outer = _size(extension, 0, _SEQUENCE)
    oid = _size(extension, outer[0], _OID) if outer is not None else None
    if outer is None or oid is None:
        return extension
    critical = _size(extension, oid[1], _BOOLEAN)
    value = _size(extension, critical[1] if critical is not None else oid[1], _OCTETS)
    inner = _size(extension, value[0], _OCTETS) if value is not None else None
    if value is None or inner is None or not inner[1] == value[1] == outer[1] == len(extension):
        return extension
    return extension[: inner[0]], len(extension)


def _size(der: bytes, at: int, tag: int) -> tuple[int, int] | None:
    """Where the contents of the element at `at` begin and end; None where there is no whole one with this tag."""
    if at + 2 > len(der) or der[at] != tag:
        return None
    size, body = der[at + 1], at + 2
    if size >= 0x80:
        count = size & 0x7F
        if not 1 <= count <= 3 or body + count > len(der):
            return None
        size, body = int.from_bytes(der[body : body + count]), body + count
    return (body, body + size) if body + size <= len(der) else None
