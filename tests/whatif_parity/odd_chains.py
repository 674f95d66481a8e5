"""Chains as nobody should make them, drawn by hypothesis: links, what is sent, what is trusted, each right or wrong in its way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from hypothesis import strategies as st

from cisco_data import DeviceSecurityMode, ServiceKind
from cisco_data.models import TLS_1_0, TLS_1_2, TLS_1_3
from lab.fleet.model import FleetPhone
from pki import Identity, KeyPool, KeySpec, PrivateKey, TrustStore, _der, _sign, device_common_name, name
from tests.whatif.conftest import DEVICE, NOW, SINCE, make_network
from tests.whatif_parity.conftest import MODEL, Case, of_lab

KEYS = KeyPool().ring()
KINDS = (KeySpec("RSA", 2048), KeySpec("EC", 256), KeySpec("EC", 384), KeySpec("RSA", 1024))
DATES = {
    "valid": (SINCE, NOW + timedelta(days=400)),
    "expired": (SINCE, NOW - timedelta(days=1)),
    "not yet valid": (NOW + timedelta(days=1), NOW + timedelta(days=400)),
}
PURPOSES = {
    "client": [ExtendedKeyUsageOID.CLIENT_AUTH],
    "server": [ExtendedKeyUsageOID.SERVER_AUTH],
    "any": [ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE],
}
STRANGE = ObjectIdentifier("1.3.6.1.4.1.99999.1")
OFFERS = (TLS_1_0, TLS_1_2, TLS_1_3)
Sent = Literal["nothing", "issuer", "all", "backwards", "twice", "namesake first", "Ed25519 too", "itself too"]


@dataclass(frozen=True)
class Link:
    """One certificate: the phone's or an authority's."""

    key: KeySpec = KINDS[0]
    own_key: bool = True
    """False: the one key that every such link shares."""
    ca: bool | None = True
    """None: no basicConstraints."""
    path_length: int | None = None
    usage: str = "sign"
    """`sign`, `certify`, `none` (no such extension), `encipher`."""
    purpose: str = ""
    dates: str = "valid"
    signed_by: str = "the one above"
    """or `itself` (its own key under the other's name), `another key`, `nobody` (a bit of the signature turned over)."""
    digest: _sign.Digest = "sha256"
    subject_key_identifier: str = "right"
    authority_key_identifier: str = "right"
    """`right`, `wrong`, `absent`, or `serial` (issuer and serial number of a namesake)."""
    named: str = "its own"
    """or `as the one above`, `empty`."""
    critical_unknown: bool = False
    """An extension that nobody knows, and critical."""


class Made(NamedTuple):
    key: PrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True)
class Chain:
    """`links`: the root first, the phone's certificate last."""

    links: tuple[Link, ...]
    sent: Sent = "all"
    trusted: frozenset[int] = frozenset({0})
    """Which links are in the store; -1 for the phone's own."""
    namesake_trusted: bool = False
    """Another certificate of the issuer's name, with another key, and younger."""
    all_known: bool = True
    """Whether what-if knows every authority, or those alone that are trusted or sent."""
    keys_known: frozenset[int] = frozenset()
    """Of which authorities what-if has the keys, where it has not all."""
    offer: int = 1
    kind: ServiceKind = ServiceKind.CALLMANAGER
    security_level: int = 0


def spec_key(link: Link, level: int) -> PrivateKey:
    return KEYS.named(link.key, f"odd chain, level {level}" if link.own_key else "odd chain, shared")


def subject_of(links: tuple[Link, ...], level: int) -> x509.Name:
    if level == len(links) - 1:
        return name(("O", "Odd"), ("CN", device_common_name(MODEL, DEVICE)))
    link = links[level]
    if link.named == "as the one above" and level:
        return subject_of(links, level - 1)
    return name() if link.named == "empty" else name(("O", "Odd"), ("CN", f"CAPF-odd{level}"))


def make(links: tuple[Link, ...], level: int, above: Made | None, serial: int) -> Made:
    link, key, subject = links[level], spec_key(links[level], level), subject_of(links, level)
    issuer = above.certificate.subject if above is not None else subject
    signing = {
        "the one above": above.key if above is not None else key,
        "itself": key,
        "another key": KEYS.named(link.key, "odd chain, another"),
        "nobody": above.key if above is not None else key,
    }[link.signed_by]
    der = _sign.certificate(
        signing,
        link.digest,
        serial=serial,
        issuer=issuer.public_bytes(),
        not_before=DATES[link.dates][0],
        not_after=DATES[link.dates][1],
        subject=subject.public_bytes(),
        spki=_sign.public_octets(key.public_key()),
        extensions=_extensions(link, key, above),
    )
    made = x509.load_der_x509_certificate(der)
    return Made(key, _sign.tampered(made) if link.signed_by == "nobody" else made)


def _extensions(link: Link, key: PrivateKey, above: Made | None) -> bytes:
    found: list[tuple[x509.ExtensionType, bool]] = []
    if link.ca is not None:
        found.append((x509.BasicConstraints(link.ca, link.path_length if link.ca else None), True))
    if link.usage != "none":
        found.append((_usage(link.usage), True))
    if link.purpose:
        found.append((x509.ExtendedKeyUsage(PURPOSES[link.purpose]), False))
    if link.subject_key_identifier != "absent":
        right = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        found.append((right if link.subject_key_identifier == "right" else x509.SubjectKeyIdentifier(b"wrong"), False))
    if above is not None and link.authority_key_identifier != "absent":
        found.append((_authority_key_identifier(link, above), False))
    if link.critical_unknown:
        found.append((x509.UnrecognizedExtension(STRANGE, b"\x05\x00"), True))
    return b"".join(
        _sign.extension(_der.object_identifier(each.oid.dotted_string), critical, each.public_bytes())
        for each, critical in found
    )


def _usage(what: str) -> x509.KeyUsage:
    return x509.KeyUsage(
        what == "sign",
        False,
        what == "encipher",
        False,
        False,
        what in ("sign", "certify"),
        what == "sign",
        False,
        False,
    )


def _authority_key_identifier(link: Link, above: Made) -> x509.AuthorityKeyIdentifier:
    if link.authority_key_identifier == "wrong":
        return x509.AuthorityKeyIdentifier(b"somebody else", None, None)
    if link.authority_key_identifier == "serial":
        named = [x509.DirectoryName(above.certificate.issuer)]
        return x509.AuthorityKeyIdentifier(None, named, above.certificate.serial_number + 1)
    try:
        own = above.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        own = b"not there"
    return x509.AuthorityKeyIdentifier(own, None, None)


def namesake_of(certificate: x509.Certificate) -> x509.Certificate:
    """Self-signed, of the same name, with another key, and younger."""
    key = KEYS.named(KINDS[0], "odd chain, namesake")
    builder = x509.CertificateBuilder(
        certificate.subject,
        certificate.subject,
        key.public_key(),
        9,
        NOW - timedelta(days=1),
        NOW + timedelta(days=400),
        [x509.Extension(x509.BasicConstraints.oid, True, x509.BasicConstraints(True, None))],
    )
    return builder.sign(key, hashes.SHA256())


def of_a_strange_kind() -> x509.Certificate:
    """A certificate that can have no re-keyed certificate."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(b"odd" * 10 + b"ed")
    subject = name(("CN", "Ed25519"))
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 8, SINCE, NOW + timedelta(days=9))
    return builder.sign(key, None)


class Odd(NamedTuple):
    case: Case
    some: tuple[Identity, ...]
    """The authorities whose keys what-if has where it has not all."""


def case_of(chain: Chain) -> Odd:
    made: list[Made] = []
    for level in range(len(chain.links)):
        made.append(make(chain.links, level, made[-1] if made else None, 100 + level))
    leaf = made[-1]
    authorities = made[:-1]
    between = tuple(each.certificate for each in reversed(authorities))
    last = between[0] if between else leaf.certificate
    sent = {
        "nothing": (),
        "issuer": between[:1],
        "all": between,
        "backwards": between[::-1],
        "twice": between + between,
        "namesake first": (namesake_of(last), *between),
        "Ed25519 too": (*between, of_a_strange_kind()),
        "itself too": (leaf.certificate, *between),
    }[chain.sent]
    trusted = [made[level].certificate for level in sorted(chain.trusted) if level < len(made)]
    store = TrustStore("odd", trusted + ([namesake_of(last)] if chain.namesake_trusted else []))
    phone = FleetPhone(
        DEVICE,
        MODEL,
        OFFERS[chain.offer],
        "hq",
        DeviceSecurityMode.ENCRYPTED,
        of_lab(Identity(leaf.key, leaf.certificate, sent)),
    )
    settings = replace(make_network().settings(chain.kind), trust=store, security_level=chain.security_level)
    known = tuple(each.certificate for each in authorities) if chain.all_known else ()
    everybody = tuple(Identity(each.key, each.certificate) for each in authorities)
    some = tuple(identity for level, identity in enumerate(everybody) if level in chain.keys_known)
    return Odd(Case(chain.kind, phone, settings, known, everybody), some)


def _one_of(right: Any, *wrong: Any) -> st.SearchStrategy[Any]:
    """Mostly right: with every choice open at once, nearly every chain would fail at its first link."""
    return st.sampled_from([right] * (7 * len(wrong)) + list(wrong))


def links(*, authority: bool) -> st.SearchStrategy[Link]:
    return st.builds(
        Link,
        key=st.sampled_from([KINDS[0], *KINDS]),
        own_key=_one_of(True, False),
        ca=_one_of(authority or None, not authority, False if authority else None),
        path_length=_one_of(None, 0, 1),
        usage=_one_of("sign", "certify", "none", "encipher"),
        purpose=_one_of("", "client", "server", "any"),
        dates=_one_of("valid", "expired", "not yet valid"),
        signed_by=_one_of("the one above", "itself", "another key", "nobody"),
        digest=_one_of("sha256", "sha1"),
        subject_key_identifier=_one_of("right", "wrong", "absent"),
        authority_key_identifier=_one_of("right", "wrong", "absent", "serial"),
        named=_one_of("its own", "as the one above", "empty") if authority else st.just("its own"),
        critical_unknown=_one_of(False, True),
    )


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    above = draw(st.lists(links(authority=True), min_size=0, max_size=4))
    levels = st.integers(0, max(0, len(above) - 1))
    trusted = _one_of(frozenset({0}), frozenset(), frozenset({len(above)}), frozenset(range(len(above))))
    return Chain(
        (*above, draw(links(authority=False))),
        draw(_one_of("all", "nothing", "issuer", "backwards", "twice", "namesake first", "Ed25519 too", "itself too")),
        draw(trusted | st.frozensets(levels, max_size=2)),
        draw(_one_of(False, True)),
        draw(_one_of(True, False)),
        draw(st.frozensets(levels, max_size=3)),
        draw(st.integers(0, 2)),
        draw(st.sampled_from([ServiceKind.CALLMANAGER, ServiceKind.CALLMANAGER, ServiceKind.VPN, ServiceKind.CAPF])),
        draw(_one_of(0, 1, 2)),
    )
