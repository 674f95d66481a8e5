"""What a CAPF server asks of a phone, judged before the phone acts on it."""

from __future__ import annotations

from enum import StrEnum

from pki import Certificate, KeySpec, PrivateKey, Unreadable, load_untrusted, read
from wire import capf


class StoreFault(StrEnum):
    """Why a phone does not keep a certificate."""

    UNREADABLE = "not a certificate"
    OTHER_KEY = "not for the key that this phone just made"
    NOT_AN_LSC = "not called an LSC"
    FLASH = "flash cannot be written"


def key_to_make_untrusted(request: capf.KeyGenerateRequest) -> KeySpec | None:
    """The key that is meant; None for one that no phone page could have asked for. Never raises."""
    try:
        if request.key_type in (None, capf.KeyType.RSA):
            return KeySpec("RSA", request.key_size or 0)
        if request.key_type == capf.KeyType.EC and request.curve is not None:
            return KeySpec("EC", capf.CURVE_BITS[capf.Curve(request.curve)])
    except ValueError:
        pass
    return None


def certificate_to_store_untrusted(request: capf.StoreCertificateRequest, key: PrivateKey) -> Certificate | StoreFault:
    """The certificate, if it is an LSC for the public half of `key`. Never raises."""
    if request.certificate_type not in (None, capf.CertificateType.LSC):
        return StoreFault.NOT_AN_LSC
    try:
        certificate = load_untrusted(request.certificate)
    except Unreadable:
        return StoreFault.UNREADABLE
    contents = read(certificate)
    if contents.problem or contents.public_key is None:
        return StoreFault.UNREADABLE
    return certificate if contents.public_key == key.public_key() else StoreFault.OTHER_KEY
