"""How trust lists, signed files and TVS name a certificate: subject, issuer and serial number, without the certificate itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from pki import Certificate, DistinguishedName, names_of, read

_ORDER = ("CN", "OU", "O", "L", "ST", "C")


@dataclass(frozen=True, slots=True)
class CertificateId:
    """Two are equal where issuer and serial number are: phones compare nothing else. CUCM joins attributes with `;` from CN to C,
    other writers with `,` in the certificate's order; the lab takes both for the same name.
    """

    subject: str = field(compare=False)
    """As in the file, without its NUL: `CN=pub;OU=lab;O=company;L=place;ST=state;C=DE`."""
    issuer: str = field(compare=False)
    serial_number: int
    key: str = field(init=False)
    """What is compared of the issuer."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", _unordered(self.issuer))


def _unordered(written: str) -> str:
    return ",".join(sorted(written.replace(";", ",").split(",")))


def certificate_id(certificate: Certificate) -> CertificateId:
    """Of a certificate, names in CUCM's form. A negative serial number counts as 0."""
    names = names_of(certificate)
    return CertificateId(cisco_name(names.subject), cisco_name(names.issuer), max(0, read(certificate).serial_number))


def cisco_name(name: DistinguishedName) -> str:
    """`CN=..;OU=..;O=..;L=..;ST=..;C=..`, in this order whatever the certificate's own is (`show ctl`).

    Assumed: attributes of other types follow in the order of the certificate.
    """
    parts = name.parts
    known = [f"{kind}={value}" for wanted in _ORDER for kind, value in parts if kind == wanted]
    return ";".join(known + [f"{kind}={value}" for kind, value in parts if kind not in _ORDER])
