"""The certificates that a CUCM cluster and its company make: company root, CAPF, those of each node, LSC."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from cryptography import x509

from pki import _der, _profiles
from pki._authority import Authority, Octets, self_signed
from pki._fields import relative_names
from pki._identity import Identity
from pki._keys import RSA_2048, KeySpec, PublicKey
from pki._names import device_common_name, name, product_id
from pki._pool import KeyRing
from pki._profiles import CertificateProfile
from pki._sign import Digest
from pki.untrusted import Certificate, read

_SUBJECT_KEYS = ("C", "O", "OU", "ST", "L")
_COPIED = ("2.5.4.6", "2.5.4.10", "2.5.4.11")
"""C, O and OU: an LSC has those of its CAPF, octet by octet."""


def company_authority(
    *,
    keys: KeyRing,
    subject: Mapping[str, str],
    not_before: datetime,
    octets: Octets = os.urandom,
    name: str = "Company Root CA",
    key_spec: KeySpec = RSA_2048,
    digest: Digest = "sha256",
) -> Authority:
    """A company's own root, which can sign CAPF and CallManager; twenty years.

    Args:
        keys: its key is taken from here.
        subject: C, O, OU, ST, L as far as wanted.
        name: its CN.
    """
    identity = self_signed(
        _profiles.COMPANY_ROOT,
        subject=_cucm_name(subject, name),
        key=keys.take(key_spec),
        not_before=not_before,
        digest=digest,
        octets=octets,
    )
    return Authority(identity, digest, octets)


def capf_authority(
    *,
    keys: KeyRing,
    subject: Mapping[str, str],
    not_before: datetime,
    octets: Octets = os.urandom,
    name: str | None = None,
    issuer: Authority | None = None,
    key_spec: KeySpec = RSA_2048,
    authority_key_identifier: bool = True,
    profile: CertificateProfile = _profiles.CAPF,
    not_after: datetime | None = None,
    digest: Digest = "sha256",
) -> Authority:
    """A cluster's CAPF: signs LSCs; CA:TRUE, pathlen:0, 1825 days less one second.

    Args:
        keys: its key is taken from here.
        subject: C, O, OU, ST, L of the cluster; the DN is C, O, OU, CN, ST, L in this order.
        octets: source of the serial numbers and of the name.
        name: its CN; None means `CAPF-` and eight random hex digits, another one for every generation.
        issuer: the company's authority; None means self-signed.
        authority_key_identifier: False makes its LSCs point at CAPF's name only and not at its key.
        profile: the extensions, for a CAPF that a company signed in its own way.
        not_after: another end than the profile's.
        digest: what it signs LSCs with.

    Raises:
        ValueError: a part of the name that CUCM does not have, or a bad one.
    """
    full = _cucm_name(subject, name or f"CAPF-{octets(4).hex()}")
    key = keys.take(key_spec)
    if issuer is None:
        identity = self_signed(
            profile, subject=full, key=key, not_before=not_before, not_after=not_after, octets=octets
        )
    else:
        certificate = issuer.issue(
            profile, subject=full, public_key=key.public_key(), not_before=not_before, not_after=not_after
        )
        identity = Identity(key, certificate, _above(issuer))
    return Authority(identity, digest, octets, authority_key_identifier)


def node_identity(
    unit: str,
    *,
    keys: KeyRing,
    subject: Mapping[str, str],
    host_name: str,
    not_before: datetime,
    octets: Octets = os.urandom,
    issuer: Authority | None = None,
    key_spec: KeySpec | None = None,
    digest: Digest = "sha256",
    validity: timedelta | None = None,
) -> Identity:
    """One of a node's own certificates with its key: CallManager, CallManager-ECDSA, TVS, ITLRecovery or tomcat.

    Self-signed it has keyCertSign among its usages, no basicConstraints and no alternative name, as CUCM makes it; signed by a
    company it has no keyCertSign and names the host as dNSName.

    Args:
        unit: of `profiles.NODE_CERTIFICATES`, which has its extensions, its lifetime and how its CN is made.
        keys: its key is taken from here.
        subject: C, O, OU, ST, L of the cluster; the DN is C, O, OU, CN, ST, L in this order.
        host_name: of the node.
        issuer: the company's authority; None means self-signed.
        key_spec: None means that of the unit.
        digest: "sha1" for a CUCM up to 11.x; a company signs with its own.
        validity: of a self-signed one; None means that of the unit.

    Raises:
        KeyError: a unit that is none of these.
        ValueError: a part of the name that CUCM does not have, or a bad one.
    """
    made = _profiles.NODE_CERTIFICATES[unit]
    full = _cucm_name(subject, f"{made.prefix}{host_name}{made.suffix}")
    key = keys.take(key_spec or made.key_spec)
    if issuer is None:
        return self_signed(
            made.self_signed if validity is None else replace(made.self_signed, validity=validity),
            subject=full,
            key=key,
            not_before=not_before,
            digest=digest,
            octets=octets,
        )
    certificate = issuer.issue(
        made.signed,
        subject=full,
        public_key=key.public_key(),
        not_before=not_before,
        san=[x509.DNSName(host_name)],
    )
    return Identity(key, certificate, _above(issuer))


def callmanager_identity(
    *,
    keys: KeyRing,
    subject: Mapping[str, str],
    host_name: str,
    not_before: datetime,
    octets: Octets = os.urandom,
    issuer: Authority | None = None,
    key_spec: KeySpec = RSA_2048,
    digest: Digest = "sha256",
) -> Identity:
    """CallManager.pem of one node; also the shape of other servers' certificates. Args and Raises as `node_identity`."""
    return node_identity(
        "CallManager",
        keys=keys,
        subject=subject,
        host_name=host_name,
        not_before=not_before,
        octets=octets,
        issuer=issuer,
        key_spec=key_spec,
        digest=digest,
    )


def lsc(
    capf: Authority,
    *,
    device_name: str,
    model: str,
    public_key: PublicKey,
    not_before: datetime,
    days: int = 1825,
    serial_number: str = "",
    octets: Octets | None = None,
    profile: CertificateProfile = _profiles.LSC,
    not_after: datetime | None = None,
) -> Certificate:
    """A locally significant certificate; SHA-256; C, O and OU are copied from CAPF.

    Args:
        device_name: "SEP" and twelve hex digits; also the alternative name, as a URI without a scheme.
        model: "7965G" or "CP-7965G", which leads the CN.
        days: CAPF's service parameter; the end is one second earlier. It may lie beyond CAPF's own.
        serial_number: of the chassis; "" leaves `serialNumber=PID:.. SN:..` out of the subject.
        octets: source of the certificate's serial number; None means CAPF's own.
        profile, not_after: for an LSC that is not as it should be.
    """
    issuing = capf if octets is None else replace(capf, octets=octets)
    copied = [rdn for kind, rdn in relative_names(read(capf.certificate).parts.subject) if kind in _COPIED]
    chassis = _relative("serialNumber", f"PID:{product_id(model)} SN:{serial_number}" if serial_number else "")
    own = _relative("CN", device_common_name(model, device_name))
    return issuing.issue(
        profile,
        subject=_der.sequence(*chassis, *copied, *own),
        public_key=public_key,
        not_before=not_before,
        not_after=not_before + timedelta(days=days, seconds=-1) if not_after is None else not_after,
        san=[x509.UniformResourceIdentifier(device_name)],
    )


def _relative(kind: str, value: str) -> list[bytes]:
    """None for an empty value."""
    return [rdn for _, rdn in relative_names(name((kind, value)).public_bytes())]


def _above(issuer: Authority) -> tuple[Certificate, ...]:
    """What a server signed by `issuer` sends after its leaf: intermediates, never a root."""
    own = issuer.certificate
    return () if read(own).is_self_issued else (own, *issuer.identity.chain)


def _cucm_name(subject: Mapping[str, str] | Iterable[tuple[str, str]], common_name: str) -> x509.Name:
    """C, O, OU, CN, ST, L: the order of real CUCM certificates."""
    parts = dict(subject)
    if unknown := set(parts) - set(_SUBJECT_KEYS):
        raise ValueError(f"CUCM's names have C, O, OU, ST and L; {', '.join(sorted(unknown))} is none of them.")
    ordered = [(kind, parts.get(kind, "")) for kind in ("C", "O", "OU")]
    ordered.append(("CN", common_name))
    ordered += [(kind, parts.get(kind, "")) for kind in ("ST", "L")]
    return name(*ordered)
