"""The wrappings in which people carry certificates around, taken off: what is left is PEM or DER, for the one reader of those.

UTF-16 with and without a byte order mark; hex as `show running-config` of an ASA or IOS prints it (`certificate ca ... quit`), or
as `xxd -p` does; base64 without its BEGIN and END; PEM in quotes, behind `>` of a mail or in quoted-printable; DER with a line end
after it, or several in one file. Nothing here says what a certificate is: a key stays visible as a key.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re

from lab.exports.private_keys import is_key

_SEQUENCE = 0x30
_UTF16 = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (codecs.BOM_UTF8, "utf-8-sig"))
_HEAD = 40
"""Octets by which UTF-16 without a mark is known: every second one is zero in Latin text."""
_LARGEST_TEXT = 4 * 1024 * 1024
"""Octets of a file that may be base64 or hex as a whole; traces are larger, and are PEM."""
_LARGEST_BLOCK = 256 * 1024
_CONFIGURED = re.compile(
    rb"^[^\S\r\n]*certificate(?:[ \t]+[a-z-]+){0,2}[ \t]+[0-9A-Fa-f]{1,64}[^\S\r\n]*\r?\n"
    rb"((?:[^\S\r\n]*[0-9A-Fa-f][0-9A-Fa-f \t]*\r?\n)+)[^\S\r\n]*quit\b",
    re.MULTILINE | re.IGNORECASE,
)
_BEGIN = re.compile(rb"-----BEGIN ((?:TRUSTED |X509 )?CERTIFICATE|PKCS7|CMS)-----")
_BEFORE = b">|#*;'\" \t"
"""What stands before a line in a quoted mail, a comment, or a program's source."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_PLAIN = re.compile(rb"[A-Za-z0-9+/\s]*={0,2}\s*")
_HEX = re.compile(rb"[0-9A-Fa-f]+")


def unwrapped(octets: bytes) -> bytes:
    """The same where there is nothing to take off. Never raises; applied twice it changes nothing more."""
    if octets[:1] == b"\x30" and octets[:2] != b"0x" and not _is_wide(octets):
        return _of_der(octets)
    octets = _in_utf8(octets)
    if _BEGIN.search(octets):
        octets = _with_plain_blocks(octets)
    elif len(octets) <= _LARGEST_TEXT and (der := _bare_text(octets)):
        return der
    if octets.find(b"quit") >= 0:
        found = [_of_hex(match[1]) for match in _CONFIGURED.finditer(octets)]
        octets += b"".join(b"\n" + _in_pem(der) for der in found if der)
        if found:  # so that they are found once
            octets = _CONFIGURED.sub(b"", octets)
    return octets


def _in_utf8(octets: bytes) -> bytes:
    for mark, encoding in _UTF16:
        if octets.startswith(mark):
            return octets.decode(encoding, "replace").encode("utf-8", "replace")
    if _is_wide(octets):
        order = "utf-16-le" if octets[1:_HEAD:2].count(0) > octets[0:_HEAD:2].count(0) else "utf-16-be"
        return octets.decode(order, "replace").encode("utf-8", "replace")
    return octets


def _is_wide(octets: bytes) -> bool:
    """Whether it is UTF-16 of Latin text, without a mark."""
    head = octets[:_HEAD]
    if len(head) < 16 or len(head) % 2:
        return False
    even, odd = head[0::2].count(0), head[1::2].count(0)
    return max(even, odd) * 2 > len(head) * 0.8 and min(even, odd) == 0


def _of_der(octets: bytes) -> bytes:
    """Without what a text editor leaves after it; several in one file each in PEM."""
    parts = _sequences(octets)
    if not parts or (len(parts) == 1 and len(parts[0]) == len(octets)):
        return octets
    return parts[0] if len(parts) == 1 else b"".join(map(_in_pem, parts))


def _sequences(octets: bytes) -> list[bytes]:
    """The SEQUENCEs that a file consists of, with line ends and zeros between and after them; none where it is anything else."""
    found: list[bytes] = []
    at = 0
    while at < len(octets):
        if octets[at] in b"\r\n\t \x00\x1a" and found:
            at += 1
            continue
        end = _end(octets, at)
        if octets[at] != _SEQUENCE or end is None or end > len(octets):
            return []
        found.append(octets[at:end])
        at = end
    return found


def _end(octets: bytes, at: int) -> int | None:
    if at + 2 > len(octets):
        return None
    size = octets[at + 1]
    if size < 0x80:
        return at + 2 + size
    count = size & 0x7F
    if not 1 <= count <= 4 or at + 2 + count > len(octets):
        return None
    return at + 2 + count + int.from_bytes(octets[at + 2 : at + 2 + count])


def _bare_text(octets: bytes) -> bytes:
    """Base64 or hex of DER, the whole file or each part between empty lines; nothing for any other text."""
    parts = [part for part in re.split(rb"(?:\r?\n[ \t]*){2,}", octets.strip()) if part.strip()]
    found = []
    for part in parts:
        text = b"".join(b"".join(map(_without_mark, part.splitlines())).split())
        der = _of_hex(text) or _of_base64(text)
        if not der or not _is_of_interest(der):
            return b""
        found.append(der)
    return b"".join(map(_in_pem, found))


def _of_base64(text: bytes) -> bytes:
    if not text.startswith(b"MI") or not _BASE64.fullmatch(text):
        return b""
    try:
        der = base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
    return der if len(_sequences(der)) == 1 else b""


def _of_hex(text: bytes) -> bytes:
    figures = re.sub(rb"(?i)[\s:,]|0x|\\x", b"", text)
    if not figures.startswith(b"30") or len(figures) % 2 or not _HEX.fullmatch(figures):
        return b""
    der = bytes.fromhex(figures.decode("ascii"))
    parts = _sequences(der)
    return parts[0] if len(parts) == 1 else b""


def _with_plain_blocks(octets: bytes) -> bytes:
    """Each block that does not decode as it is without quotes, or out of quoted-printable, whichever decodes.

    Searched for step by step, as one expression would take quadratic time where blocks do not end.
    """
    kept: list[bytes] = []
    done = 0
    begin = _BEGIN.search(octets)
    while begin is not None:
        following = _BEGIN.search(octets, begin.end())
        end = b"-----END %s-----" % begin[1]
        last = octets.find(end, begin.end(), following.start() if following else len(octets))
        fits = last >= 0 and last - begin.end() <= _LARGEST_BLOCK
        if fits and _PLAIN.fullmatch(octets, begin.end(), last) is None:
            kept += [octets[done : begin.end()], _plain_block(octets[begin.end() : last])]
            done = last
        begin = following
    return b"".join([*kept, octets[done:]]) if kept else octets


def _plain_block(text: bytes) -> bytes:
    bare = _without_marks(text)
    for tried in (bare, quopri.decodestring(text), quopri.decodestring(bare)):
        if _decodes(tried):
            return b"\n%s\n" % b"\n".join(tried.split())
    return text


def _without_marks(text: bytes) -> bytes:
    lines = text.splitlines()
    if len(lines) > 2:  # what stands behind BEGIN and before END on their lines is no base64
        lines = lines[1:] if text.endswith((b"\n", b"\r")) else lines[1:-1]
    return b"\n".join(map(_without_mark, lines))


def _without_mark(line: bytes) -> bytes:
    line = line.strip()
    while line[:1] and (line[0] in _BEFORE or line.startswith((b"- ", b"// "))):
        if line[:1] in (b'"', b"'") and (end := line.find(line[:1], 1)) > 0:
            line = line[1:end]  # what stands behind a quoted text is not part of it
        else:
            line = line[1 if line[0] in _BEFORE else 2 :].lstrip(_BEFORE) if line[0] not in b"\"'" else line[1:]
    return line.rstrip(b"\"',; \t").removesuffix(b"\\n").removesuffix(b"\\r")


def _decodes(text: bytes) -> bool:
    text = b"".join(text.split())
    return bool(_BASE64.fullmatch(text)) and len(text) % 4 == 0


def _in_pem(der: bytes) -> bytes:
    """Labelled so that a key is seen as one."""
    label = b"PRIVATE KEY" if is_key(der) else b"CERTIFICATE"
    return b"-----BEGIN %s-----\n%s-----END %s-----\n" % (label, base64.encodebytes(der), label)


def _is_of_interest(der: bytes) -> bool:
    """Whether it may be a certificate (a sequence in a sequence), PKCS#7 (which begins with an OID), or is a key."""
    inner = 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)
    return der[inner : inner + 1] in (b"\x30", b"\x06") or is_key(der)
