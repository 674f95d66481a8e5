"""Whether octets hold a private key, in any of the wrappings in which people carry them around."""

from __future__ import annotations

import re
import warnings

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_private_key

from lab.base.failures import InvalidInput
from wire.plain_text import plain

_PEM = re.compile(rb"-{4,5} ?BEGIN [A-Z0-9 ]*PRIVATE KEY")
_PKCS12 = re.compile(rb"\x30(?:\x82..|\x83...|\x84....|[\x04-\x7f]|\x81.|\x80)\x02\x01\x03\x30", re.DOTALL)
"""How a PKCS#12 file begins: a sequence, and version 3."""
_JAVA = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
"""How key stores of Java begin, JKS and JCEKS."""
_MAX_OCTETS = 64 * 1024
"""Octets of a key in DER."""


def refuse_private_key(octets: bytes, where: str) -> None:
    """Raises InvalidInput where there is one: a private key should stay where it was made, and nothing here needs it."""
    if _PKCS12.match(octets) or octets.startswith(_JAVA):
        what = "is a key store (PKCS#12 or Java), which is made to hold a private key"
    elif _is_text_of_key(octets) or _is_der_key(octets):
        what = "holds a private key"
    else:
        return
    raise InvalidInput(
        f"{plain(where)} {what}: nothing here needs one, and it should never leave its server; take it out of this"
        " folder, and think about who else may have it"
    )


def is_key(octets: bytes) -> bool:
    """Whether these octets as a whole are a private key or a key store, in DER."""
    return _PKCS12.match(octets) is not None or octets.startswith(_JAVA) or _is_der_key(octets)


def _is_text_of_key(octets: bytes) -> bool:
    """Looked for in two steps, as the first one costs next to nothing in a hundred megabytes."""
    if octets.startswith(b"PuTTY-User-Key-File-"):
        return True
    return octets.find(b"PRIVATE KEY") >= 0 and _PEM.search(octets) is not None


def _is_der_key(octets: bytes) -> bool:
    if octets[:1] != b"\x30" or len(octets) > _MAX_OCTETS:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            load_der_private_key(octets, None, unsafe_skip_rsa_key_validation=True)
    except TypeError:
        return True  # one with a password
    except (ValueError, OverflowError, UnsupportedAlgorithm):
        return False
    return True
