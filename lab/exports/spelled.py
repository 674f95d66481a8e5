"""How CUCM, its pages, its files and people spell names and serial numbers of certificates, and whether a spelling fits one.

A name is compared by its parts whatever their order is: `show cert` and the database print the last part first, OpenSSL and trust
lists the first one first.
"""

from __future__ import annotations

import functools
import re

from pki import Certificate, read, trust_file_name

_MAX_LENGTH = 8192
"""Characters of a name; longer ones fit nothing."""
_PART = re.compile(r"\s*(OID\.[\d.]+|[A-Za-z][A-Za-z0-9]*|\d+(?:\.\d+)+)\s*=\s*")
_STARTS = re.compile(r"\s*/?" + _PART.pattern)
_SLASHED = re.compile(r"(?<!\\)/(?=(?:[A-Za-z][A-Za-z0-9]*|\d+(?:\.\d+)+)=)")
_KINDS = {"S": "ST", "SP": "ST", "E": "EMAILADDRESS", "EMAIL": "EMAILADDRESS", "SN": "SERIALNUMBER"}
_HEX = re.compile(r"(?:0x)?([0-9a-f]{1,64})", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s:\-']")
_ENDING = re.compile(r"(?i)\.(?:pem|der|cer|crt)$")
Parts = tuple[tuple[str, str], ...]
"""Kinds in capitals, and values."""


@functools.lru_cache(maxsize=1024)
def parts_told(text: str) -> Parts:
    """The parts of a distinguished name in any spelling: `/C=AU/O=x/CN=y`, `L=x, CN=y`, `CN=y;O=x`; none of anything else."""
    text = text.strip().strip('"')
    if len(text) > _MAX_LENGTH or not _STARTS.match(text):
        return ()
    pieces = _SLASHED.split(text) if text.startswith("/") else _pieces(text)
    found = []
    for piece in filter(None, map(str.strip, pieces)):
        kind = _PART.match(piece)
        if kind is None:
            return ()
        named = kind[1].upper().removeprefix("OID.")
        found.append((_KINDS.get(named, named), _value(piece[kind.end() :])))
    return tuple(found)


def _pieces(text: str) -> list[str]:
    """Cut at commas, semicolons, plus signs and line ends that are neither quoted nor escaped and stand before another part."""
    pieces, start, at, quoted = [], 0, 0, False
    while at < len(text):
        letter = text[at]
        if letter == "\\":
            at += 1
        elif letter == '"':
            quoted = not quoted
        elif letter in ",;+\n" and not quoted and (_PART.match(text, at + 1) or not text[at + 1 :].strip()):
            pieces.append(text[start:at])
            start = at + 1
        at += 1
    return [*pieces, text[start:]]


def _value(text: str) -> str:
    """Without quotes and escapes (RFC 4514 section 2.4)."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    octets = re.sub(
        r"(?:\\[0-9A-Fa-f]{2})+",
        lambda found: bytes.fromhex(found[0].replace("\\", "")).decode("utf-8", "replace"),
        text,
    )
    return re.sub(r"\\(.)", r"\1", octets)


def common_name_told(text: str) -> str:
    """The CN of a distinguished name, the last one; the text itself where it is none, or has no CN."""
    found = [value for kind, value in parts_told(text) if kind == "CN"]
    return found[-1] if found else text.strip().strip('"')


def name_fits(certificate: Certificate, parts: Parts) -> bool:
    """Whether the subject has all these parts; capitals and repeated blanks do not count."""
    own = [(kind.upper(), _alike(value)) for kind, value in read(certificate).subject.parts]
    return bool(parts) and all((kind, _alike(value)) in own for kind, value in parts)


def alike(cn: str) -> str:
    """`Cisco_Manufacturing_CA.pem` and `Cisco Manufacturing CA` are one."""
    return _alike(_ENDING.sub("", cn).replace("_", " "))


def _alike(text: str) -> str:
    return " ".join(text.split()).casefold()


def is_file_name_of(certificate: Certificate, text: str) -> bool:
    """Whether CUCM lists the certificate under this name: `Cisco_Manufacturing_CA_SHA2_02.pem`, with or without the ending."""
    own = _ENDING.sub("", trust_file_name(certificate)).casefold()
    told = _ENDING.sub("", text.strip()).casefold()
    return told in (own, read(certificate).subject.cn.replace(" ", "_").replace("/", "_").casefold())


def serials_told(text: str) -> frozenset[int]:
    """The numbers that a serial number may be: in hex with or without colons, or in decimal as OS Administration shows it."""
    figures = text if text.isalnum() else _BETWEEN.sub("", text.strip())
    found = _HEX.fullmatch(figures)
    if found is None:
        return frozenset()
    return frozenset({int(found[1], 16), *([int(figures)] if figures.isdecimal() and figures.isascii() else [])})
