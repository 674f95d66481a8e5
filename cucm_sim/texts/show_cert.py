"""`show cert list own|trust` and `show cert own|trust`: CUCM's own layouts, drawn from the certificates' bytes.

The layout is that of a published output of `show cert own`. Assumed: extensions that it does not hold, EC keys, that a trust
certificate is shown like an own one with its PEM after it, UTC, and line feeds where a real node sends CR LF.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from cucm_sim.certificate_list import CertificateRow, list_certificates
from cucm_sim.cluster import Cluster
from pki import Contents, oneline, read, reversed_commas
from pki.untrusted import Extension, decoded

_SIGNATURES = {
    "1.2.840.113549.1.1.5": "SHA1withRSA",
    "1.2.840.113549.1.1.11": "SHA256withRSA",
    "1.2.840.10045.4.1": "SHA1withECDSA",
    "1.2.840.10045.4.3.2": "SHA256withECDSA",
}
_KEYS = {"RSA": "1.2.840.113549.1.1.1", "EC": "1.2.840.10045.2.1"}
_NAMES = {
    "2.5.29.14": "SubjectKeyIdentifier",
    "2.5.29.15": "KeyUsage",
    "2.5.29.17": "SubjectAlternativeName",
    "2.5.29.19": "BasicConstraints",
    "2.5.29.31": "CRLDistributionPoints",
    "2.5.29.32": "CertificatePolicies",
    "2.5.29.35": "AuthorityKeyIdentifier",
    "2.5.29.37": "ExtKeyUsageSyntax",
    "1.3.6.1.5.5.7.1.1": "AuthorityInfoAccess",
}
_USAGES = (
    ("digital_signature", "digitalSignature"),
    ("content_commitment", "nonRepudiation"),
    ("key_encipherment", "keyEncipherment"),
    ("data_encipherment", "dataEncipherment"),
    ("key_agreement", "keyAgreement"),
    ("key_cert_sign", "keyCertSign"),
    ("crl_sign", "cRLSign"),
)
_KINDS: tuple[Literal["own", "trust"], ...] = ("own", "trust")


def show_cert_list(cluster: Cluster, kind: Literal["own", "trust"]) -> str:
    """`show cert list own` or `trust`: a line for each certificate."""
    rows = (row for row in list_certificates(cluster) if row.trust is (kind == "trust"))
    return "".join(f"{row.path}: {row.description}\n" for row in rows)


def show_all_certificates(cluster: Cluster) -> str:
    """Everything that the command line would show of a cluster's certificates, each answer below its command."""
    rows = list_certificates(cluster)
    commands = [(f"show cert list {kind}", show_cert_list(cluster, kind)) for kind in _KINDS]
    commands += [(f"show cert {'trust' if row.trust else 'own'} {row.path}", shown(row)) for row in rows]
    return "".join(f"admin:{command}\n{answer.rstrip()}\n\n" for command, answer in commands)


def shown(row: CertificateRow) -> str:
    """One certificate, decoded and as PEM."""
    return "\n".join(_lines(row)) + row.certificate.public_bytes(serialization.Encoding.PEM).decode()


def _lines(row: CertificateRow) -> Iterator[str]:
    contents = read(row.certificate)
    oid = contents.signature_oid
    yield "["
    yield f"  Version: V{contents.version}"
    yield f"  Serial Number: {row.serial_number}"
    yield f"  SignatureAlgorithm: {_SIGNATURES.get(oid, oid)} ({oid})"
    yield f"  Issuer Name: {row.issuer}"
    yield f"  Validity From: {_date(row.not_before)}"
    yield f"           To:   {_date(row.not_after)}"
    yield f"  Subject Name: {reversed_commas(contents.subject)}"
    kind, key = _key(contents)
    yield f"  Key: {kind} ({_KEYS.get(kind, kind)})"
    yield f"    Key value: {key.hex()}"
    yield f"  Extensions: {len(contents.extensions)} present"
    for extension in contents.extensions:
        yield "  ["
        yield f"     Extension: {_title(extension.oid)} (OID.{extension.oid})"
        yield f"     Critical: {_word(extension.critical)}"
        for line in _value(extension):
            yield f"     {line}"
        yield "  ]"
    yield ""
    yield "  Signature:"
    yield from _dump(contents.parts.signature)
    yield "]"


def _date(moment: datetime | None) -> str:
    if moment is None:
        return "unreadable"
    return f"{moment:%a %b %d %H:%M:%S} UTC {moment:%Y}"


def _key(contents: Contents) -> tuple[str, bytes]:
    """RSAPublicKey of PKCS #1, the point of an EC key, or the whole SubjectPublicKeyInfo of any other."""
    public = contents.public_key
    if isinstance(public, ec.EllipticCurvePublicKey):
        encoding = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        return "EC", public.public_bytes(*encoding)
    if not isinstance(public, rsa.RSAPublicKey):
        return "Unknown", contents.parts.public_key
    return "RSA", public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)


def _title(oid: str) -> str:
    return _NAMES.get(oid, "Unknown")


def _word(flag: bool) -> str:
    return str(flag).lower()


def _trailing(words: Iterable[str]) -> str:
    """Each with a comma and a blank after it, the last too, as CUCM prints them."""
    return "".join(f"{word}, " for word in words)


def _usages(value: x509.KeyUsage) -> Iterator[str]:
    yield f"Usages: {_trailing(name for attribute, name in _USAGES if getattr(value, attribute))}"


def _constraints(value: x509.BasicConstraints) -> Iterator[str]:
    yield f"CA: {_word(value.ca)}"
    if value.path_length is not None:
        yield f"PathLen: {value.path_length}"


def _authority_key(value: x509.AuthorityKeyIdentifier) -> Iterator[str]:
    if value.key_identifier is not None:
        yield f"keyID: {value.key_identifier.hex()}"


def _points(value: x509.CRLDistributionPoints) -> Iterator[str]:
    for point in value:
        yield f"Distribution point: {_trailing(map(_name, point.full_name or ()))}"


def _access(value: x509.AuthorityInformationAccess) -> Iterator[str]:
    for description in value:
        method = description.access_method.dotted_string
        yield f"{method}: {_name(description.access_location)}"


def _name(name: x509.GeneralName) -> str:
    value: object = name.value
    return oneline(value) if isinstance(value, x509.Name) else str(value)


_VALUES: dict[type[x509.ExtensionType], Callable[[Any], Iterable[str]]] = {
    x509.KeyUsage: _usages,
    x509.ExtendedKeyUsage: lambda value: [f"Usage oids: {_trailing(oid.dotted_string for oid in value)}"],
    x509.SubjectKeyIdentifier: lambda value: [f"keyID: {value.digest.hex()}"],
    x509.AuthorityKeyIdentifier: _authority_key,
    x509.BasicConstraints: _constraints,
    x509.SubjectAlternativeName: lambda value: [f"Names: {_trailing(map(_name, value))}"],
    x509.CRLDistributionPoints: _points,
    x509.CertificatePolicies: lambda value: [
        f"Policies: {_trailing(policy.policy_identifier.dotted_string for policy in value)}"
    ],
    x509.AuthorityInformationAccess: _access,
}


def _value(extension: Extension) -> Iterable[str]:
    """In hex where no format is published, and where it cannot be read."""
    value = decoded(extension)
    rule = _VALUES.get(type(value)) if value is not None else None
    return rule(value) if rule is not None else [f"Value: {extension.value.hex()}"]


def _dump(octets: bytes) -> Iterator[str]:
    for start in range(0, len(octets), 16):
        row = octets[start : start + 16]
        text = "".join(chr(octet) if 0x20 <= octet < 0x7F else "." for octet in row)
        yield f"  {start:04x}: {row.hex(' ')} [{text}]"
