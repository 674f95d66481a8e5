"""Distinguished names: how one is made, and the spellings in which logs, phones and tables print it."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Protocol

from cryptography import x509
from cryptography.x509.oid import NameOID

# Short names in the order in which `show ctl` prints them. Certificates of CUCM hold C, O, OU, CN, ST, L instead.
_KINDS = {
    "CN": NameOID.COMMON_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "L": NameOID.LOCALITY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "C": NameOID.COUNTRY_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
}
SHORT_NAMES = {oid: short for short, oid in _KINDS.items()} | {
    NameOID.EMAIL_ADDRESS: "emailAddress",
    NameOID.DOMAIN_COMPONENT: "DC",
    NameOID.USER_ID: "UID",
    NameOID.GIVEN_NAME: "GN",
    NameOID.SURNAME: "SN",
    NameOID.TITLE: "title",
}
_SHOW_ORDER = {short: place for place, short in enumerate(_KINDS)}


def name(*parts: tuple[str, str]) -> x509.Name:
    """A name of one attribute per part, in the given order: `name(("C", "AU"), ("O", "Lab"), ("CN", "cucm-pub"))`.

    Parts with an empty value are left out, since CUCM asks for some of them and not for others.

    Raises:
        ValueError: a kind other than C, O, OU, CN, ST, L, serialNumber; a country that is not two letters; a value
            longer than X.520 allows (64 characters, ST and L 128).
    """
    return x509.Name([_attribute(kind, value) for kind, value in parts if value or kind not in _KINDS])


@functools.lru_cache(maxsize=256)
def _attribute(kind: str, value: str) -> x509.NameAttribute[str]:
    """Kept, because thousands of phones share all but two of theirs."""
    if kind not in _KINDS:
        raise ValueError(f"A name has the parts {', '.join(_KINDS)}; {kind!r} is none of them.")
    return x509.NameAttribute(_KINDS[kind], value)


class HasParts(Protocol):
    """A name that was read without cryptography (`pki.names`)."""

    @property
    def cn(self) -> str: ...
    @property
    def parts(self) -> tuple[tuple[str, str], ...]: ...


def common_name(subject: x509.Name | HasParts) -> str:
    """The CN, the last one where there are several, "" where there is none."""
    if not isinstance(subject, x509.Name):
        return subject.cn
    found = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return _text(found[-1].value) if found else ""


def parts_of(subject: x509.Name | HasParts) -> tuple[tuple[str, str], ...]:
    """The attributes as (short name, value), in the order of the certificate."""
    if not isinstance(subject, x509.Name):
        return subject.parts
    return tuple((SHORT_NAMES.get(part.oid, part.oid.dotted_string), _text(part.value)) for part in subject)


def oneline(subject: x509.Name) -> str:
    """`/C=AU/O=x/CN=y`: OpenSSL's old form, in the order of the certificate, that phone logs print.

    Octets outside printable ASCII become `\\xC3`, and OpenSSL of today marks `/` and `+` in a value with a backslash.
    """
    return oneline_of(parts_of(subject))


def oneline_of(parts: Iterable[tuple[str, str]]) -> str:
    """The same of (short name, value) pairs: the one place that writes this form."""
    return "".join(f"/{kind}={_printable(value)}" for kind, value in parts)


def semicolons(subject: x509.Name) -> str:
    """`CN=..;OU=..;O=..;L=..;ST=..;C=..`: the form and the order of `show ctl`; other parts follow at the end."""
    ordered = sorted(parts_of(subject), key=lambda part: _SHOW_ORDER.get(part[0], len(_SHOW_ORDER)))
    return ";".join(f"{kind}={value}" for kind, value in ordered)


def commas(subject: x509.Name) -> str:
    """`CN=CAPF-lab,O=Lab,OU=Test`: RFC 4514 escapes but in the order of the certificate, as trust lists hold it."""
    return ",".join(f"{kind}={escaped(value)}" for kind, value in parts_of(subject))


def reversed_commas(subject: x509.Name | HasParts) -> str:
    """`L=GB, ST=LN, CN=LAB-PUB, OU=LAB, O=ORG, C=GB`: `show cert` and the web pages, last part first."""
    return ", ".join(f"{kind}={escaped(value)}" for kind, value in reversed(parts_of(subject)))


def product_id(model: str) -> str:
    """`CP-8861` for "8861" as well as for "CP-8861"."""
    return model if model.startswith("CP-") else f"CP-{model}"


def device_common_name(model: str, device_name: str) -> str:
    """The CN of a phone's own certificate, MIC or LSC: `CP-7965G-SEP001122334455`."""
    return f"{product_id(model)}-{device_name}"


def names_device(subject: x509.Name | HasParts, device_name: str) -> bool:
    """Whether this subject is the device's: its CN is the name, or `CP-`, a model, `-` and the name."""
    cn = common_name(subject)
    return bool(device_name) and (cn == device_name or (cn.startswith("CP-") and cn.endswith(f"-{device_name}")))


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.hex()


def _printable(value: str) -> str:
    marked = value.replace("/", "\\/").replace("+", "\\+")
    return "".join(chr(octet) if 0x20 <= octet <= 0x7E else f"\\x{octet:02X}" for octet in marked.encode())


def escaped(value: str) -> str:
    """RFC 4514 section 2.4."""
    escaped = "".join(f"\\{letter}" if letter in ',+"\\<>;' else letter for letter in value).replace("\0", "\\00")
    if escaped.startswith((" ", "#")):
        escaped = f"\\{escaped}"
    if value.endswith(" ") and len(value) > 1:
        escaped = f"{escaped[:-1]}\\ "
    return escaped
