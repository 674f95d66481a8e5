"""Fleets and phones as octets for another process: pickle, which cannot take what cryptography holds, helped out with DER.

A batch goes to processes that this one started, or to a Dask cluster that its owner trusts with code anyway; nothing
from anywhere else is unpacked. Keys in it are the lab's own mock keys; inputs from a real network have none.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import replace
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from lab.fleet.trust import FleetList, fleet_list_untrusted
from pki import Certificate, PrivateKey, TrustStore, made


def pack(what: Any) -> bytes:
    """Octets that `unpack` makes the same of; an object that is in it twice is there once."""
    held = io.BytesIO()
    _Packer(held, protocol=5).dump(what)
    return held.getvalue()


def unpack(octets: bytes) -> Any:
    return pickle.loads(octets)


class _Packer(pickle.Pickler):
    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, Certificate):
            return _certificate, (thing.public_bytes(Encoding.DER),)
        if isinstance(thing, x509.CertificateRevocationList):
            return _crl, (thing.public_bytes(Encoding.DER),)
        if isinstance(thing, PrivateKey):
            return _private_key, (thing.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),)
        if isinstance(thing, FleetList):  # what it says is read from its octets
            return _fleet_list, (thing.octets, thing.signed_with, thing.origin)
        if isinstance(thing, TrustStore):  # by what it was made of: it keeps names, and those do not travel
            return TrustStore, (thing.name, thing.certificates, thing.crls)
        return NotImplemented


# cryptography's own functions are written in Rust and have no module that pickle could import.


def _fleet_list(octets: bytes, signed_with: bytes, origin: str) -> FleetList:
    return replace(fleet_list_untrusted(octets), signed_with=signed_with, origin=origin)


def _certificate(der: bytes) -> Certificate:
    return made(der)


def _crl(der: bytes) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(der)


def _private_key(der: bytes) -> Any:
    # OpenSSL's own check costs 39 ms a key, and these come from this lab.
    return load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
