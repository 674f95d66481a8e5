"""A stranger's certificate in words for the journal: who, by whom, which number; short, and never an exception."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import NamedTuple

from OpenSSL import crypto

from pki import NO_NAME, Certificate, DistinguishedName, names_untrusted
from pki.untrusted import made

MAX_CHARACTERS = 1024
"""Characters of the serial number: OpenSSL takes certificates of 100 KiB, and whoever refuses one still notes it."""
_KEPT, _MAX_KEPT_OCTETS = 4096, 16384
"""How many descriptions, and of certificates of how many octets."""


class Description(NamedTuple):
    subject: DistinguishedName
    issuer: DistinguishedName
    serial_number: str
    """Lower-case hex."""


UNTOLD = Description(NO_NAME, NO_NAME, "")
"""Where nobody listens."""
_described: OrderedDict[bytes, Description] = OrderedDict()


def describe_untrusted(certificate: crypto.X509) -> Description:
    """The certificate in words; kept, since the same few authorities come by with every phone."""
    der = crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)
    key = hashlib.sha256(der).digest()
    words = _described.get(key)
    if words is None:
        number = f"{certificate.get_serial_number():x}"[:MAX_CHARACTERS]
        words = Description(*names_untrusted(der), number)
        if len(der) > _MAX_KEPT_OCTETS:
            return words
        _described[key] = words
        if len(_described) > _KEPT:
            _described.popitem(last=False)
    return words


def certificate_untrusted(certificate: crypto.X509 | None) -> Certificate | None:
    """As certificates travel in this program; None for none. OpenSSL has read it, so it is one."""
    return made(crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)) if certificate is not None else None
