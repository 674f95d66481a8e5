"""Certificates out of files: PEM among whatever other text, DER, PKCS#7. A private key among them ends it all."""

from __future__ import annotations

import base64
import binascii
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from lab import inputs
from lab.exports.private_keys import refuse_private_key
from lab.exports.wrappings import unwrapped
from lab.failures import InvalidInput, plain
from lab.fleet.findings import Finding
from pki import anatomy_untrusted

MOST = 256 * 1024 * 1024
"""Octets of one file; a CAPF trace of a large cluster has some hundred megabytes at most."""
_LABELS = (b"", b"TRUSTED ", b"X509 ")
_BEGIN, _END = b"-----BEGIN %sCERTIFICATE-----", b"-----END %sCERTIFICATE-----"
_PKCS7 = re.compile(rb"-----BEGIN (PKCS7|CMS|CERTIFICATE)-----([^-]*)-----END \1-----")
_CRL = re.compile(rb"-----BEGIN X509 CRL-----([^-]*)-----END X509 CRL-----")
_OF_ONE_PHONE = re.compile(rb"SEP[0-9A-Fa-f]{12}|SN:[0-9A-Z]{11}")
"""What differs between the subjects of two phones' certificates of one kind."""
_UNREADABLE = (ValueError, TypeError, OverflowError, x509.InvalidVersion, UnsupportedAlgorithm)
UNREADABLE = "cannot be read as a certificate"
_known_names: set[bytes] = set()
"""Names that cryptography could decode, so that it does not decode forty thousand issuers."""
_MOST_NAMES = 10_000
_SHORT = 1500
"""Octets of a certificate that cannot hold more extensions than its anatomy allows; cryptography has checked its structure."""
_VERSION = 0xA0


class CannotRead(Exception):
    """A file that gives no octets; the message is a clause that says why."""


class Parsed(NamedTuple):
    """A certificate, and its names in DER, which tell phones and issuers apart without decoding them."""

    certificate: x509.Certificate
    subject: bytes
    issuer: bytes


def octets_of(path: str | Path) -> bytes:
    """What an ordinary file holds. Raises CannotRead; never waits for a pipe."""
    try:
        return inputs.read(path, MOST)
    except inputs.CannotRead as problem:
        raise CannotRead(str(problem)) from None


def certificates_untrusted(octets: bytes, where: str) -> tuple[list[x509.Certificate], list[Finding]]:
    """Every certificate in the octets of a file, in their order, and what could not be read. Raises InvalidInput for a key."""
    refuse_private_key(octets, where)
    found, problems = parsed_untrusted(unwrapped(octets), where)
    return [each.certificate for each in found], problems


def parsed_untrusted(octets: bytes, where: str) -> tuple[list[Parsed], list[Finding]]:
    """The same with their names. What they are wrapped in was taken off (`wrappings.unwrapped`)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography warns of odd encodings; nobody can mend a stranger's here
        return _parsed_all(octets, where)


def _parsed_all(octets: bytes, where: str) -> tuple[list[Parsed], list[Finding]]:
    refuse_private_key(octets, where)
    found: list[Parsed] = []
    problems: list[Finding] = []
    count = cut = 0
    for der in _pem_blocks(octets):
        if der is None:
            cut += 1
            continue
        count += 1
        parsed = _parsed(der)
        if parsed is not None:
            found.append(parsed)
        elif several := _of_pkcs7(der):
            found += several
        else:
            problems.append(Finding(f"{where}, certificate {count}", UNREADABLE, grave=True))
    if cut:
        what = "a certificate begins and never ends" if cut == 1 else f"{cut} certificates begin and never end"
        problems.append(Finding(where, what, "export it once more", grave=True))
    return (found if count else _whole_file(octets)), problems


def read_file(path: Path) -> bytes:
    """One that the user named. Raises InvalidInput where it cannot be read, or is too large."""
    return inputs.read_named(path, MOST, "a file of certificates")


def certificates_of_file(path: Path) -> list[x509.Certificate]:
    """All that a file holds. Raises InvalidInput for a private key, and for a certificate that cannot be read."""
    found, problems = certificates_untrusted(read_file(path), plain(str(path)))
    if problems:
        raise InvalidInput(f"{problems[0].where}: {problems[0].problem}")
    return found


def crls_untrusted(octets: bytes) -> list[x509.CertificateRevocationList]:
    """Every revocation list in the octets of a file, PEM or DER; what cannot be read is none."""
    octets = unwrapped(octets)
    blocks: list[bytes | None] = [_decoded(match[1]) for match in _CRL.finditer(octets)]
    if not blocks and octets[:1] == b"\x30":
        blocks = [octets]
    found = []
    for der in blocks:
        try:
            crl = x509.load_der_x509_crl(der or b"")
            _ = crl.issuer, crl.next_update_utc, crl.last_update_utc, crl.signature_hash_algorithm
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


def _whole_file(octets: bytes) -> list[Parsed]:
    """DER, or PKCS#7 in either form; nothing for anything else."""
    if octets[:1] == b"\x30":
        parsed = _parsed(octets)
        return [parsed] if parsed is not None else _of_pkcs7(octets)
    found = []
    for match in _PKCS7.finditer(octets):
        found += _of_pkcs7(_decoded(match[2]))
    return found


def _of_pkcs7(der: bytes) -> list[Parsed]:
    try:
        held = pkcs7.load_der_pkcs7_certificates(der)
        parsed = [_parsed(each.public_bytes(Encoding.DER)) for each in held]
    except _UNREADABLE:
        return []
    return [each for each in parsed if each is not None]


def _parsed(der: bytes) -> Parsed | None:
    """With all that is asked of it later asked once, as cryptography decodes late and some strangers' certificates are odd."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        if len(der) > _SHORT:
            anatomy_untrusted(der)
        issuer, subject = _names(der)
        kind = _OF_ONE_PHONE.sub(b"", subject)
        if kind not in _known_names or issuer not in _known_names:
            _decode_names(certificate, kind, issuer)
        _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if (
            certificate.serial_number <= 0
        ):  # cryptography warns of it at every reading, and will soon not read it at all
            return None
    except _UNREADABLE:
        return None
    return Parsed(certificate, subject, issuer)


def _names(der: bytes) -> tuple[bytes, bytes]:
    """Issuer and subject of what cryptography has found to be a certificate: a fifth of the price of its whole anatomy."""
    at = _contents(der, _contents(der, 0))
    if der[at] == _VERSION:
        at = _end(der, at)
    issuer_at = _end(der, _end(der, at))  # behind the serial number and the algorithm
    issuer_end = _end(der, issuer_at)
    subject_at = _end(der, issuer_end)  # behind the validity
    return der[issuer_at:issuer_end], der[subject_at : _end(der, subject_at)]


def _contents(der: bytes, at: int) -> int:
    size = der[at + 1]
    return at + 2 + (size & 0x7F if size & 0x80 else 0)


def _end(der: bytes, at: int) -> int:
    size = der[at + 1]
    if size < 0x80:
        return at + 2 + size
    first = at + 2 + (size & 0x7F)
    return first + int.from_bytes(der[at + 2 : first])


def _decode_names(certificate: x509.Certificate, *names: bytes) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        _ = certificate.subject, certificate.issuer
    if not warned and len(_known_names) < _MOST_NAMES:  # else decoded here each time, where the warning goes nowhere
        _known_names.update(names)
