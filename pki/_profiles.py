"""Certificate profiles as data: what each kind of certificate in a Cisco phone network carries.

What is tabulated in Cisco's pages and in decoded real certificates is followed; what is not published is assumed and
says so in the comment beside it. Digests belong to the authority that signs, names and dates to the single certificate.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from pki import _der, _sign
from pki._keys import RSA_2048, KeySpec

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
IPSEC_END_SYSTEM = "1.3.6.1.5.5.7.3.5"
IPSEC_TUNNEL = "1.3.6.1.5.5.7.3.6"
IPSEC_USER = "1.3.6.1.5.5.7.3.7"

# CUCM's own certificates and LSCs live five years less one second, by every published example.
FIVE_YEARS = timedelta(days=1825, seconds=-1)
TEN_YEARS = timedelta(days=3652, seconds=-1)
TWENTY_YEARS = timedelta(days=7305, seconds=-1)

_KEY_USAGES = {
    "digitalSignature": "digital_signature",
    "nonRepudiation": "content_commitment",
    "keyEncipherment": "key_encipherment",
    "dataEncipherment": "data_encipherment",
    "keyAgreement": "key_agreement",
    "keyCertSign": "key_cert_sign",
    "cRLSign": "crl_sign",
}


@dataclass(frozen=True, slots=True)
class CertificateProfile:
    """The extensions and the lifetime of one kind of certificate.

    Attributes:
        name: for people.
        ca: basicConstraints CA flag; None means the extension is absent.
        path_length: pathLenConstraint of a CA, or None.
        basic_constraints_critical, key_usage_critical: the critical bits; every other extension is not critical.
        key_usage: RFC 5280 names such as "keyCertSign"; empty means absent.
        extended_key_usage: dotted OIDs in order; empty means absent.
        subject_key_identifier, authority_key_identifier: present or not.
        policy: dotted OID of one certificate policy, or None.
        crl_url, ca_issuers_url, ocsp_url: distribution point and authority information access, or None.
        raw: further extensions as (dotted OID, DER of the value), not critical.
        validity: not_after less not_before when the caller gives no end.
        within_issuer: whether the end is cut to the issuer's own.
    """

    name: str
    ca: bool | None = None
    path_length: int | None = None
    basic_constraints_critical: bool = True
    key_usage: tuple[str, ...] = ()
    key_usage_critical: bool = True
    extended_key_usage: tuple[str, ...] = ()
    subject_key_identifier: bool = True
    authority_key_identifier: bool = True
    policy: str | None = None
    crl_url: str | None = None
    ca_issuers_url: str | None = None
    ocsp_url: str | None = None
    raw: tuple[tuple[str, bytes], ...] = ()
    validity: timedelta = FIVE_YEARS
    within_issuer: bool = False

    def __post_init__(self) -> None:
        for usage in self.key_usage:
            if usage not in _KEY_USAGES:
                raise ValueError(f"A key usage is one of {', '.join(_KEY_USAGES)}; {usage!r} is none of them.")


@functools.cache
def fixed_extensions(profile: CertificateProfile) -> bytes:
    """The DER of all that is the same in every certificate of a profile, joined: worked out once per profile."""
    found: list[bytes] = []
    if profile.ca is not None:
        constraints = x509.BasicConstraints(profile.ca, profile.path_length)
        found.append(encoded(constraints, critical=profile.basic_constraints_critical))
    if profile.key_usage:
        flags = {argument: usage in profile.key_usage for usage, argument in _KEY_USAGES.items()}
        usages = x509.KeyUsage(encipher_only=False, decipher_only=False, **flags)
        found.append(encoded(usages, critical=profile.key_usage_critical))
    if profile.extended_key_usage:
        found.append(encoded(x509.ExtendedKeyUsage([x509.ObjectIdentifier(o) for o in profile.extended_key_usage])))
    if profile.policy:
        policy = x509.PolicyInformation(x509.ObjectIdentifier(profile.policy), None)
        found.append(encoded(x509.CertificatePolicies([policy])))
    if profile.crl_url:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(profile.crl_url)], None, None, None)
        found.append(encoded(x509.CRLDistributionPoints([point])))
    access = [
        x509.AccessDescription(method, x509.UniformResourceIdentifier(url))
        for method, url in (
            (AuthorityInformationAccessOID.CA_ISSUERS, profile.ca_issuers_url),
            (AuthorityInformationAccessOID.OCSP, profile.ocsp_url),
        )
        if url
    ]
    if access:
        found.append(encoded(x509.AuthorityInformationAccess(access)))
    found += [encoded(x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value)) for oid, value in profile.raw]
    return b"".join(found)


def encoded(value: x509.ExtensionType, *, critical: bool = False) -> bytes:
    """One extension, DER."""
    return _sign.extension(_der.object_identifier(value.oid.dotted_string), critical, value.public_bytes())


# --- Cisco's manufacturing authorities. Extension sets, flags and critical bits of decoded real certificates. The file
# names of lists and certificates are published, the folder on Cisco's server is the one its public pages use.
_CRL_2048 = "http://www.cisco.com/security/pki/crl/crca2048.crl"
_CA_2048 = "http://www.cisco.com/security/pki/certs/crca2048.cer"
_CA_VERSION = ("1.3.6.1.4.1.311.21.1", bytes.fromhex("020100"))  # Microsoft's caVersion: V0.0
_TEMPLATE_SUBCA = ("1.3.6.1.4.1.311.20.2", b"\x1e\x0a" + "SubCA".encode("utf-16-be"))

MANUFACTURING_ROOT_SHA1 = CertificateProfile(
    "Cisco root of 2004",
    ca=True,
    key_usage=("digitalSignature", "keyCertSign", "cRLSign"),
    key_usage_critical=False,
    authority_key_identifier=False,
    raw=(_CA_VERSION,),
)
# Three Microsoft usages of the real certificate are counted but not named in any source, so they are left out. That
# the two subordinates carry an authority key identifier is assumed, as RFC 5280 4.2.1.1 demands.
MANUFACTURING_CA_SHA1 = CertificateProfile(
    "Cisco Manufacturing CA of 2005",
    ca=True,
    path_length=0,
    key_usage=("digitalSignature", "keyCertSign", "cRLSign"),
    key_usage_critical=False,
    extended_key_usage=(SERVER_AUTH, CLIENT_AUTH, IPSEC_END_SYSTEM, IPSEC_TUNNEL, IPSEC_USER),
    policy="1.3.6.1.4.1.9.21.1.2.0",
    crl_url=_CRL_2048,
    ca_issuers_url=_CA_2048,
    raw=(_TEMPLATE_SUBCA,),
)
MANUFACTURING_SUDI_CA = CertificateProfile(
    "ACT2 SUDI CA",
    ca=True,
    path_length=0,
    key_usage=("digitalSignature", "nonRepudiation", "keyCertSign", "cRLSign"),
    key_usage_critical=False,
    policy="1.3.6.1.4.1.9.21.1.12.0",
)
MANUFACTURING_ROOT_SHA2 = CertificateProfile(
    "Cisco root of 2012 and later", ca=True, key_usage=("keyCertSign", "cRLSign"), authority_key_identifier=False
)
MANUFACTURING_CA_SHA2 = CertificateProfile(
    "Cisco Manufacturing CA of 2012 and later",
    ca=True,
    path_length=0,
    key_usage=("keyCertSign", "cRLSign"),
    policy="1.3.6.1.4.1.9.21.1.18.0",
    crl_url="http://www.cisco.com/security/pki/crl/crcam2.crl",
    ca_issuers_url="http://www.cisco.com/security/pki/certs/crcam2.cer",
    ocsp_url="http://tools.cisco.com/pki/ocsp",
)
# Nothing but names, serial numbers and days is published of the other authorities that end in 2099. Assumed: their extensions.
MANUFACTURING_CA_2099 = CertificateProfile(
    "Cisco device authority that ends in 2099", ca=True, path_length=0, key_usage=("keyCertSign", "cRLSign")
)

MANUFACTURING_SUDI_CA_2099 = replace(
    MANUFACTURING_CA_2099,
    name="High Assurance SUDI CA",
    key_usage_critical=False,
    policy="1.3.6.1.4.1.9.21.1.30.0",
    crl_url="http://www.cisco.com/security/pki/crl/crca2099.crl",
    ca_issuers_url="http://www.cisco.com/security/pki/certs/crca2099.cer",
    ocsp_url="http://pkicvs.cisco.com/pki/ocsp",
)

# --- Device certificates. No dump of a real MIC or LSC is public; the MIC's extensions are assumed, the LSC's are those of
# the open CAPF that real phones accept, with the two key identifiers (assumed) that RFC 5280 asks for.
MIC_SHA2 = CertificateProfile(
    "MIC",
    ca=False,
    key_usage=("digitalSignature", "keyEncipherment"),
    extended_key_usage=(SERVER_AUTH, CLIENT_AUTH),
    validity=TEN_YEARS,
    within_issuer=True,
)
MIC_SHA1 = replace(MIC_SHA2, name="MIC of the SHA-1 generation", ca=None)
LSC = CertificateProfile(
    "LSC",
    ca=False,
    key_usage=("digitalSignature", "keyEncipherment"),
    extended_key_usage=(SERVER_AUTH, CLIENT_AUTH, IPSEC_END_SYSTEM),
)

# --- CUCM. basicConstraints and key usage of CAPF are Cisco's rule from 14SU2 on; that the key usage is not critical
# follows CUCM's other certificates. No extended key usage, although CUCM's signing request for CAPF asks for serverAuth
# and IPsec: OpenSSL applies the usages of an authority to all below it, and would refuse every LSC as a client.
CAPF = CertificateProfile(
    "CAPF",
    ca=True,
    path_length=0,
    key_usage=("digitalSignature", "keyCertSign"),
    key_usage_critical=False,
)
CAPF_AS_REQUESTED = replace(
    CAPF, name="CAPF with the usages of CUCM's request", extended_key_usage=(SERVER_AUTH, IPSEC_END_SYSTEM)
)
# KU octet 0xBC with keyCertSign and no basicConstraints: odd, but so are the published ones.
CALLMANAGER = CertificateProfile(
    "CallManager, self-signed",
    key_usage=("digitalSignature", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign"),
    key_usage_critical=False,
    extended_key_usage=(SERVER_AUTH, CLIENT_AUTH, IPSEC_END_SYSTEM),
    authority_key_identifier=False,
)
CALLMANAGER_SIGNED = CertificateProfile(
    "CallManager, signed by a company authority",
    ca=False,
    key_usage=("digitalSignature", "keyEncipherment", "dataEncipherment", "keyAgreement"),
    extended_key_usage=(SERVER_AUTH, CLIENT_AUTH, IPSEC_END_SYSTEM),
    validity=timedelta(days=730, seconds=-1),
    within_issuer=True,
)
# CUCM's signing requests for TVS ask for the usages of CallManager, and a published tomcat.pem is made like CallManager.pem.
# Assumed: ITLRecovery is like them too, and a company may sign it.
TVS = replace(CALLMANAGER, name="TVS, self-signed")
TOMCAT = replace(CALLMANAGER, name="tomcat, self-signed")
# Cisco names 20 years in its texts on releases 12 and 14, and 5 in later ones.
ITL_RECOVERY = replace(CALLMANAGER, name="ITLRecovery, self-signed", validity=TWENTY_YEARS)
# Assumed: an EC key can encipher nothing (RFC 5480 section 3), so these lack the two usages that say so.
CALLMANAGER_ECDSA = replace(
    CALLMANAGER, name="CallManager-ECDSA, self-signed", key_usage=("digitalSignature", "keyAgreement", "keyCertSign")
)
CALLMANAGER_ECDSA_SIGNED = replace(
    CALLMANAGER_SIGNED,
    name="CallManager-ECDSA, signed by a company authority",
    key_usage=("digitalSignature", "keyAgreement"),
)
COMPANY_ROOT = CertificateProfile(
    "company root",
    ca=True,
    key_usage=("keyCertSign", "cRLSign"),
    authority_key_identifier=False,
    validity=TWENTY_YEARS,
)


@dataclass(frozen=True, slots=True)
class NodeCertificate:
    """How a node of CUCM makes one of its own certificates.

    Attributes:
        self_signed, signed: its profile, and that of one which a company signs.
        prefix, suffix: what its CN has before and after the node's host name.
        key_spec: its key where the administrator chooses no other.
    """

    self_signed: CertificateProfile
    signed: CertificateProfile = CALLMANAGER_SIGNED
    prefix: str = ""
    suffix: str = ""
    key_spec: KeySpec = RSA_2048


# Assumed: the CNs of ITLRecovery and of CallManager-ECDSA, and P-384 for the latter.
NODE_CERTIFICATES: Mapping[str, NodeCertificate] = MappingProxyType(
    {
        "CallManager": NodeCertificate(CALLMANAGER),
        "CallManager-ECDSA": NodeCertificate(
            CALLMANAGER_ECDSA, CALLMANAGER_ECDSA_SIGNED, suffix="-EC", key_spec=KeySpec("EC", 384)
        ),
        "TVS": NodeCertificate(TVS),
        "ITLRecovery": NodeCertificate(ITL_RECOVERY, prefix="ITLRECOVERY_"),
        "tomcat": NodeCertificate(TOMCAT),
    }
)
"""By unit, as OS Administration > Certificate Management names them. CAPF is apart: it is an authority (`capf_authority`)."""
