"""Keys, certificates, authorities and trust of a Cisco phone network, without its phones, its sockets or its date."""

from __future__ import annotations

from pki import _profiles as profiles
from pki._anatomy import Anatomy, anatomy_untrusted
from pki._authority import Authority, Octets, new_serial, self_signed
from pki._capf import callmanager_identity, capf_authority, company_authority, lsc, node_identity
from pki._cisco import AUTHORITIES as CISCO_AUTHORITIES
from pki._cisco import DEFAULT_CA_LIST
from pki._identity import Identity
from pki._keys import RSA_2048, KeySpec, PrivateKey, PublicKey, generate, is_prime, spec_of
from pki._manufacturing import MOCK, Manufacturing
from pki._names import (
    commas,
    common_name,
    device_common_name,
    name,
    names_device,
    oneline,
    parts_of,
    product_id,
    reversed_commas,
    semicolons,
)
from pki._pool import KeyPool, KeyRing, cache_folder
from pki._profiles import CertificateProfile
from pki._sign import Digest, rsa_signature, tampered
from pki._signatures import signed_by
from pki._trust import TrustStore, is_newer, trust_file_name
from pki.names import NO_NAME, CertificateNames, DistinguishedName, name_untrusted, names_of, names_untrusted
from pki.untrusted import (
    Certificate,
    Contents,
    LooseCertificate,
    Unreadable,
    day,
    iso,
    load_pem_untrusted,
    load_untrusted,
    made,
    read,
)

__all__ = [
    "CISCO_AUTHORITIES",
    "DEFAULT_CA_LIST",
    "MOCK",
    "NO_NAME",
    "RSA_2048",
    "Anatomy",
    "Authority",
    "Certificate",
    "CertificateNames",
    "CertificateProfile",
    "Contents",
    "Digest",
    "DistinguishedName",
    "Identity",
    "KeyPool",
    "KeyRing",
    "KeySpec",
    "LooseCertificate",
    "Manufacturing",
    "Octets",
    "PrivateKey",
    "PublicKey",
    "TrustStore",
    "Unreadable",
    "anatomy_untrusted",
    "cache_folder",
    "callmanager_identity",
    "capf_authority",
    "commas",
    "common_name",
    "company_authority",
    "day",
    "device_common_name",
    "generate",
    "is_newer",
    "is_prime",
    "iso",
    "load_pem_untrusted",
    "load_untrusted",
    "lsc",
    "made",
    "name",
    "name_untrusted",
    "names_device",
    "names_of",
    "names_untrusted",
    "new_serial",
    "node_identity",
    "oneline",
    "parts_of",
    "product_id",
    "profiles",
    "read",
    "reversed_commas",
    "rsa_signature",
    "self_signed",
    "semicolons",
    "signed_by",
    "spec_of",
    "tampered",
    "trust_file_name",
]
