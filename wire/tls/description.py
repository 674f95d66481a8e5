"""A stranger's certificate in words for the journal: who, by whom, which number; short, and never an exception."""

from __future__ import annotations

import hashlib
import warnings
from collections import OrderedDict
from typing import NamedTuple

from cryptography import x509
from OpenSSL import crypto

from pki import oneline

LONGEST = 1024
"""Characters of each word: OpenSSL takes certificates of 100 KiB, and whoever refuses one still notes it."""
_KEPT = 4096

_UNREADABLE = (ValueError, TypeError, OverflowError, x509.InvalidVersion)
"""What cryptography raises for certificates that OpenSSL reads: a fourth version, octets that are no PrintableString."""


class Description(NamedTuple):
    subject: str
    """As `pki.oneline`; empty where the name breaks X.509's rules, as the next."""
    issuer: str
    serial_number: str
    """Lower-case hex."""


UNTOLD = Description("", "", "")
"""Where nobody listens."""
_described: OrderedDict[bytes, Description] = OrderedDict()


def describe_untrusted(certificate: crypto.X509) -> Description:
    """The certificate in words; kept, since the same few authorities come by with every phone."""
    der = crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)
    key = hashlib.sha256(der).digest()
    words = _described.get(key)
    if words is None:
        words = _described[key] = _words(der, certificate.get_serial_number())
        if len(_described) > _KEPT:
            _described.popitem(last=False)
    return words


def readable_untrusted(certificate: crypto.X509 | None) -> x509.Certificate | None:
    """As an object of cryptography's; None for none, and for one that cryptography cannot read."""
    try:
        return certificate.to_cryptography() if certificate is not None else None
    except _UNREADABLE:
        return None


def _words(der: bytes, serial_number: int) -> Description:
    number = f"{serial_number:x}"[:LONGEST]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a stranger's odd encodings, which are nobody's business on this terminal
        try:
            certificate = x509.load_der_x509_certificate(der)
            return Description(oneline(certificate.subject)[:LONGEST], oneline(certificate.issuer)[:LONGEST], number)
        except _UNREADABLE:
            return Description("", "", number)
