"""Certificates out of files: PEM among whatever other text, DER, PKCS#7. A private key among them ends it all."""

from __future__ import annotations

import base64
import binascii
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from lab.base import inputs
from lab.base.failures import InvalidInput
from lab.exports.private_keys import refuse_private_key
from lab.exports.wrappings import unwrapped
from lab.fleet.findings import InputFinding
from pki import Certificate, Unreadable, anatomy_untrusted
from pki.untrusted import NamedCertificate, certificates_of_pkcs7_untrusted, load_named_untrusted
from wire.plain_text import plain

MAX_OCTETS = 256 * 1024 * 1024
"""Octets of one file; a CAPF trace of a large cluster has some hundred megabytes at most."""
_LABELS = (b"", b"TRUSTED ", b"X509 ")
_BEGIN, _END = b"-----BEGIN %sCERTIFICATE-----", b"-----END %sCERTIFICATE-----"
_PKCS7 = re.compile(rb"-----BEGIN (PKCS7|CMS|CERTIFICATE)-----([^-]*)-----END \1-----")
_CRL = re.compile(rb"-----BEGIN X509 CRL-----([^-]*)-----END X509 CRL-----")
_UNREADABLE = (ValueError, TypeError, OverflowError, x509.InvalidVersion, UnsupportedAlgorithm)
UNREADABLE = "cannot be read as a certificate"


class UnreadableCertificate(Exception):
    """A file that gives no octets; the message is a clause that says why."""


Parsed = NamedCertificate
"""A certificate, and its names in DER."""


def octets_of(path: str | Path) -> bytes:
    """What an ordinary file holds. Raises CannotRead; never waits for a pipe."""
    try:
        return inputs.read(path, MAX_OCTETS)
    except inputs.CannotRead as problem:
        raise UnreadableCertificate(str(problem)) from None


def certificates_untrusted(octets: bytes, where: str) -> tuple[list[Certificate], list[InputFinding]]:
    """Every certificate in the octets of a file, in their order, and what could not be read. Raises InvalidInput for a key."""
    refuse_private_key(octets, where)
    found, problems = parsed_untrusted(unwrapped(octets), where)
    return [each.certificate for each in found], problems


def parsed_untrusted(octets: bytes, where: str) -> tuple[list[Parsed], list[InputFinding]]:
    """The same with their names. What they are wrapped in was taken off (`wrappings.unwrapped`)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography warns of odd encodings; they cannot be changed here
        return _parsed_all(octets, where)


def _parsed_all(octets: bytes, where: str) -> tuple[list[Parsed], list[InputFinding]]:
    refuse_private_key(octets, where)
    found: list[Parsed] = []
    problems: list[InputFinding] = []
    count = cut = 0
    for der in _pem_blocks(octets):
        if der is None:
            cut += 1
            continue
        count += 1
        try:
            found.append(load_named_untrusted(der))
        except Unreadable as reason:
            several, odd = _of_pkcs7(der)
            found += several
            if not several or odd:
                problem = f"{UNREADABLE}: {reason if not several else odd}"
                problems.append(InputFinding(f"{where}, certificate {count}", problem, grave=True))
    if cut:
        what = "a certificate begins and never ends" if cut == 1 else f"{cut} certificates begin and never end"
        problems.append(InputFinding(where, what, "export it once more", grave=True))
    if not count:
        found, reasons = _whole_file(octets)
        problems += [InputFinding(where, f"{UNREADABLE}: {reason}", grave=True) for reason in reasons]
    return found, problems


def read_file(path: Path) -> bytes:
    """One that the user named. Raises InvalidInput where it cannot be read, or is too large."""
    return inputs.read_named(path, MAX_OCTETS, "a file of certificates")


def certificates_of_file(path: Path) -> list[Certificate]:
    """All that a file holds. Raises InvalidInput for a private key, and for a certificate that cannot be read."""
    found, problems = certificates_untrusted(read_file(path), plain(str(path)))
    if problems:
        raise InvalidInput(f"{problems[0].where}: {problems[0].problem}")
    return found


def unreadable_crls_untrusted(octets: bytes) -> int:
    """How many revocation lists of a PEM file `crls_untrusted` cannot read."""
    blocks = len(_CRL.findall(unwrapped(octets)))
    return blocks - len(crls_untrusted(octets)) if blocks else 0


def crls_untrusted(octets: bytes) -> list[x509.CertificateRevocationList]:
    """Every revocation list in the octets of a file, PEM or DER; what cannot be read is left out."""
    octets = unwrapped(octets)
    blocks: list[bytes | None] = [_decoded(match[1]) for match in _CRL.finditer(octets)]
    if not blocks and octets[:1] == b"\x30":
        blocks = [octets]
    found = []
    for der in blocks:
        try:
            crl = x509.load_der_x509_crl(der or b"")
            _ = crl.next_update_utc
        except _UNREADABLE:
            continue
        found.append(crl)
    return found


def _pem_blocks(octets: bytes) -> Iterator[bytes | None]:
    """DER of each block, empty where its text is no base64; None for one that never ends.

    Not one expression with `.*?`: that is slow over a hundred megabytes, and quadratic where blocks do not end.
    """
    if octets.find(b"CERTIFICATE-----") < 0:
        return
    for label in _LABELS:
        begin, end = _BEGIN % label, _END % label
        at = octets.find(begin)
        while at >= 0:
            at += len(begin)
            following = octets.find(begin, at)
            last = octets.find(end, at, following if following >= 0 else len(octets))
            yield _decoded(octets[at:last], trusted=label == b"TRUSTED ") if last >= 0 else None
            at = following


def _decoded(text: bytes, *, trusted: bool = False) -> bytes:
    try:
        if b"\\" in text:  # in JSON
            text = text.replace(b"\\r", b"").replace(b"\\n", b"")
        der = base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error:
        return b""
    if trusted and der[:2] == b"\x30\x82":  # OpenSSL writes its own notes behind the certificate
        return der[: 4 + int.from_bytes(der[2:4])]
    return der


def _whole_file(octets: bytes) -> tuple[list[Parsed], list[str]]:
    """DER, or PKCS#7 in either form; nothing for anything else. And why something in it cannot be read."""
    if octets[:1] == b"\x30":
        try:
            return [load_named_untrusted(octets)], []
        except Unreadable as reason:
            found, odd = _of_pkcs7(octets)
            return found, [odd] if found and odd else [] if found or not _looks_like_one(octets) else [str(reason)]
    every: list[Parsed] = []
    reasons: list[str] = []
    for match in _PKCS7.finditer(octets):
        found, odd = _of_pkcs7(_decoded(match[2]))
        every += found
        reasons += [odd] if odd else []
    return every, reasons


def _looks_like_one(octets: bytes) -> bool:
    """Whether it has the shape of a certificate: otherwise a revocation list would be called an unreadable one."""
    try:
        anatomy_untrusted(octets)
    except ValueError:
        return False
    return True


def _of_pkcs7(der: bytes) -> tuple[list[Parsed], str]:
    """What it holds, and why a part of that cannot be read."""
    try:
        held = certificates_of_pkcs7_untrusted(der)
    except ValueError:
        try:  # BER, which OpenSSL writes too
            held = [each.public_bytes(Encoding.DER) for each in pkcs7.load_der_pkcs7_certificates(der)]
        except _UNREADABLE:
            return [], ""
    found, reason = [], ""
    for each in held:
        try:
            found.append(load_named_untrusted(each))
        except Unreadable as error:
            reason = str(error)
    return found, reason
