"""Phones of one class are alike: each field and each part of a certificate tells two apart, or is ignored with a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from cisco_data import AuthenticationMode, CertificateKind, ServiceKind
from lab.fleet.model import Described, FleetPhone, Known
from lab.fleet.trust import HeldTrust
from lab.testing import AUTHORITY_SUBJECT
from lab.whatif import classes, key_forms
from lab.whatif.classes import IGNORED, Sorter, compared
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.evaluate import ChangeRequest, evaluate
from pki import Anatomy, Authority, Identity, KeySpec, TrustStore, anatomy_untrusted, capf_authority
from tests.whatif.conftest import DEVICE, NOW, RSA_2048, SINCE, Network, gather
from tests.whatif.made_trust import held
from wire.phone_file import VpnGroup, certificate_hash

OTHER = "SEP0011223344AA"


def names(device: str, *before: x509.NameAttribute) -> list[x509.NameAttribute]:
    return [*before, x509.NameAttribute(NameOID.COMMON_NAME, f"CP-8861-{device}")]


def made(
    network: Network,
    device: str,
    *,
    subject: Sequence[x509.NameAttribute] | None = None,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    key: KeySpec = RSA_2048,
    digest: hashes.HashAlgorithm | None = None,
    issuer: Authority | None = None,
    usage: bool = True,
) -> Known:
    """An LSC of this phone, the same for each phone but for the name, the key and the serial number."""
    authority = issuer or network.capf
    builder = x509.CertificateBuilder(
        authority.certificate.subject,
        x509.Name(names(device) if subject is None else subject),
        network.keys.take(key).public_key(),
        x509.random_serial_number(),
        SINCE,
        NOW + timedelta(days=900),
    )
    if usage:
        builder = builder.add_extension(
            x509.KeyUsage(True, False, True, False, False, False, False, False, False), critical=True
        )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Known(builder.sign(authority.identity.key, digest or hashes.SHA256()))  # type: ignore[arg-type]


def classes_of(network: Network, *phones: FleetPhone, servers: Any = ()) -> int:
    fleet = network.fleet(*phones, servers=servers)
    return len(gather(network, fleet).fleet.phones)


def pair(network: Network, change: Callable[[str], dict[str, Any]] = lambda _: {}) -> tuple[FleetPhone, FleetPhone]:
    """Two phones whose LSCs differ in what `change` says of the second one's."""
    one, other = network.phone(DEVICE), network.phone(OTHER)
    return replace(one, lsc=made(network, DEVICE)), replace(other, lsc=made(network, OTHER, **change(OTHER)))


# Fields


@pytest.mark.parametrize("name", [each.name for each in fields(FleetPhone)])
def test_each_field_of_a_phone_tells_apart_or_is_ignored_with_a_reason(name: str, network: Network) -> None:
    """Whatever it holds, also a field that nobody has thought of here."""
    phone = replace(network.phone(DEVICE), lsc=made(network, DEVICE), mic=made(network, DEVICE))
    fleet = network.fleet(phone)
    sorter = Sorter(fleet, [NOW], CredentialFactory(fleet, network.keys).rekeyed)
    changed = replace(phone)
    object.__setattr__(changed, name, None if name in ("lsc", "mic") else "something else")
    alike = sorter.key(phone) == sorter.key(changed)
    assert alike == (f"FleetPhone.{name}" in IGNORED and name != "device_name")


def test_a_field_that_is_added_later_is_compared_without_a_word_here() -> None:
    @dataclass(frozen=True)
    class Later(FleetPhone):
        new: str = ""

    assert "new" in compared(Later)
    for kind in (FleetPhone, Known, Described, Anatomy):
        left_out = {each.name for each in fields(kind)} - set(compared(kind))
        assert left_out == {name.partition(".")[2] for name in IGNORED if name.startswith(f"{kind.__name__}.")}
    assert all(len(reason) > 5 for reason in IGNORED.values())


def test_each_field_of_a_described_certificate_tells_apart_or_is_ignored_with_a_reason(network: Network) -> None:
    described = Described(
        CertificateKind.LSC, "8861", "CAPF-1", network.capf.certificate, 5, SINCE, NOW + timedelta(days=9), "row 1"
    )
    for each in fields(Described):
        changed = replace(described)
        object.__setattr__(changed, each.name, described.not_before if each.name.startswith("not_") else "else")
        phones = [replace(network.phone(DEVICE), lsc=held) for held in (described, changed)]
        fleet = network.fleet()
        sorter = Sorter(fleet, [NOW], CredentialFactory(fleet, network.keys).rekeyed)
        alike = sorter.key(phones[0]) == sorter.key(phones[1])
        expected = f"Described.{each.name}" in IGNORED and each.name != "not_after"  # which would have ended
        assert alike == expected, each.name


# Parts of a certificate

EKU = x509.ExtendedKeyUsage
CHANGES: dict[str, Callable[[str], dict[str, Any]]] = {
    "another string type in the subject": lambda device: {
        "subject": [x509.NameAttribute(NameOID.COMMON_NAME, f"CP-8861-{device}", _ASN1Type.BMPString)]
    },
    "one more name in the subject": lambda device: {
        "subject": names(device, x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lab"))
    },
    "the name in small letters": lambda device: {"subject": names(device.lower())},
    "another phone's name": lambda _: {"subject": names("SEPFFEEDDCCBBAA")},
    "the MAC without SEP": lambda device: {"subject": names(device.removeprefix("SEP"))},
    "no CN": lambda _: {"subject": [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lab")]},
    "an alternative name": lambda device: {
        "extensions": [(x509.SubjectAlternativeName([x509.DNSName(device)]), False)]
    },
    "an alternative name of another form": lambda device: {
        "extensions": [(x509.SubjectAlternativeName([x509.RFC822Name(f"{device}@example.com")]), False)]
    },
    "an extended key usage": lambda _: {"extensions": [(EKU([ExtendedKeyUsageOID.SERVER_AUTH]), False)]},
    "an extension that OpenSSL does not know": lambda _: {
        "extensions": [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]
    },
    "no key usage": lambda _: {"usage": False},
    "a subject key identifier": lambda _: {"extensions": [(x509.SubjectKeyIdentifier(bytes(20)), False)]},
    "an EC key": lambda _: {"key": KeySpec("EC", 256)},
    "a longer key": lambda _: {"key": KeySpec("RSA", 4096)},
    "a shorter key": lambda _: {"key": KeySpec("RSA", 1024)},
    "another exponent": lambda _: {"key": KeySpec("RSA", 2048, 3)},
    "another signature algorithm": lambda _: {"digest": hashes.SHA384()},
}


def test_names_keys_and_serial_numbers_alone_are_one_class(network: Network) -> None:
    assert classes_of(network, *pair(network)) == 1
    san = lambda device: {"extensions": [(x509.SubjectAlternativeName([x509.DNSName(device)]), False)]}  # noqa: E731
    one, other = pair(network, san)
    assert classes_of(network, replace(one, lsc=made(network, DEVICE, **san(DEVICE))), other) == 1


@pytest.mark.parametrize("what", CHANGES)
def test_each_part_of_a_certificate_tells_apart(what: str, network: Network) -> None:
    assert classes_of(network, *pair(network, CHANGES[what])) == 2


def test_identifiers_of_keys_tell_apart_by_their_length_only(network: Network) -> None:
    def identified(octets: bytes) -> Callable[[str], dict[str, Any]]:
        return lambda _: {"extensions": [(x509.SubjectKeyIdentifier(octets), False)]}

    one, other = pair(network, identified(b"a" * 20))
    same = replace(one, lsc=made(network, DEVICE, **identified(b"b" * 20)(DEVICE)))
    assert classes_of(network, same, other) == 1
    longer = replace(one, lsc=made(network, DEVICE, **identified(b"b" * 21)(DEVICE)))
    assert classes_of(network, longer, other) == 2


@pytest.mark.parametrize("constrains", [False, True])
def test_the_serial_number_of_the_chassis_counts_only_where_names_are_constrained(
    constrains: bool, network: Network
) -> None:
    def of(number: str, device: str) -> list[x509.NameAttribute]:
        return names(device, x509.NameAttribute(NameOID.SERIAL_NUMBER, f"PID:CP-8861 SN:{number}"))

    phones = [
        replace(network.phone(device), lsc=made(network, device, subject=of(number, device)))
        for number, device in (("FCH0000A001", DEVICE), ("FCH0000A002", OTHER))
    ]
    servers: Any = ()
    if constrains:
        trust = network.settings().trust.with_certificate(constraining(network).certificate)
        servers = (network.server(ServiceKind.CALLMANAGER, network.settings(trust=trust)),)
    assert classes_of(network, *phones, servers=servers) == (2 if constrains else 1)


def constraining(network: Network) -> Authority:
    """A CAPF that may sign for the DNS names of one domain only."""
    key = network.keys.take(RSA_2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CAPF-constrained")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 99, SINCE, NOW + timedelta(days=900))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(x509.NameConstraints([x509.DNSName("lab.example")], None), critical=True)
    return Authority(Identity(key, builder.sign(key, hashes.SHA256())))  # type: ignore[arg-type]


# As --every-phone


def told(
    network: Network, *phones: FleetPhone, servers: Any = (), identities: bool = True
) -> list[list[tuple[str, bool]]]:
    """By classes and phone by phone: which phone is accepted where."""
    fleet = network.fleet(*phones, servers=servers)
    found = []
    for every_phone in (False, True):
        answer = evaluate(ChangeRequest(fleet, (), "a test"), network.keys, propose=False, every_phone=every_phone)
        found.append(
            [
                (f"{device} {line.server_after}", bool(line.after.outcome and line.after.outcome.accepted))
                for device, _, line in answer.rows()
            ]
        )
    return found


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_said_by_classes_is_what_is_said_phone_by_phone(what: str, network: Network) -> None:
    uses = ("ise", "asa")
    phones = [replace(phone, uses=uses) for phone in pair(network, CHANGES[what])]
    by_classes, every_phone = told(network, *phones)
    assert by_classes == every_phone


REFUSED = (
    "an extended key usage",
    "an extension that OpenSSL does not know",
    "another phone's name",
    "no CN",
)


@pytest.mark.parametrize("what", REFUSED)
def test_a_part_that_makes_a_service_refuse_one_of_two_phones_is_not_said_of_both(what: str, network: Network) -> None:
    one, other = pair(network, CHANGES[what])
    by_classes, _ = told(network, replace(one, uses=("asa",)), replace(other, uses=("asa",)))
    accepted = dict(by_classes)
    assert all(ok for device, ok in accepted.items() if device.startswith(DEVICE))
    assert not all(ok for device, ok in accepted.items() if device.startswith(OTHER))


def test_names_that_an_authority_does_not_allow_refuse_one_of_two_phones(network: Network) -> None:
    issuer = constraining(network)
    trust = network.settings().trust.with_certificate(issuer.certificate)
    servers = (network.server(ServiceKind.CALLMANAGER, network.settings(trust=trust)),)

    def named(device: str, domain: str) -> Known:
        dns = x509.SubjectAlternativeName([x509.DNSName(f"phone.{domain}")])
        return made(network, device, issuer=issuer, extensions=[(dns, False)])

    phones = [
        replace(network.phone(DEVICE), lsc=named(DEVICE, "lab.example")),
        replace(network.phone(OTHER), lsc=named(OTHER, "elsewhere.example")),
    ]
    by_classes, every_phone = told(network, *phones, servers=servers)
    assert by_classes == every_phone
    assert [ok for _, ok in by_classes] == [True, False]


def test_the_hashes_of_a_vpn_group_refuse_one_of_two_phones(network: Network) -> None:
    der = network.gateway.certificate.public_bytes(Encoding.DER)
    groups = [
        VpnGroup(("https://asa.example.com/phones",), (certificate_hash(octets),)) for octets in (der, b"another")
    ]
    phones = [
        replace(phone, uses=("asa",), vpn_group=group) for phone, group in zip(pair(network), groups, strict=True)
    ]
    assert classes_of(network, *phones) == 2
    by_classes, every_phone = told(network, *phones, servers=(network.server(ServiceKind.VPN),))
    assert by_classes == every_phone == [(f"{DEVICE} asa", True), (f"{OTHER} asa", False)]


def test_authentication_modes_at_capf_refuse_one_of_two_phones(network: Network) -> None:
    one, other = (
        replace(phone, lsc=made(network, phone.device_name, issuer=network.other_capf)) for phone in pair(network)
    )
    phones = one, replace(other, capf_mode=AuthenticationMode.BY_NULL_STRING)
    by_classes, every_phone = told(network, *phones, servers=(network.server(ServiceKind.CAPF),))
    assert by_classes == every_phone == [(f"{DEVICE} CAPF of hq", False), (f"{OTHER} CAPF of hq", True)]


def test_revocation_lists_of_servers_that_a_phone_trusts_tell_apart(network: Network) -> None:
    lists = [TrustStore("list", [network.capf.certificate]), TrustStore("list", [network.capf.certificate])]
    builder = x509.CertificateRevocationListBuilder(network.capf.certificate.subject, SINCE, NOW)
    crl = builder.sign(network.capf.identity.key, hashes.SHA256())  # type: ignore[arg-type]
    phones = [replace(phone, dot1x_trusted_servers=store) for phone, store in zip(pair(network), lists, strict=True)]
    assert classes_of(network, *phones) == 1
    assert classes_of(network, phones[0], replace(phones[1], dot1x_trusted_servers=lists[1].with_crl(crl))) == 2


def test_phones_with_the_same_lists_are_alike_whatever_objects_these_are(network: Network) -> None:
    one, other = pair(network)
    capf, callmanager = network.capf.certificate, network.callmanager.certificate
    assert classes_of(network, replace(one, lists=held(capf)), replace(other, lists=held(capf))) == 1
    assert classes_of(network, replace(one, lists=held(capf)), replace(other, lists=held(callmanager))) == 2
    assert classes_of(network, replace(one, lists=held(capf)), replace(other, lists=HeldTrust())) == 2
    assert classes_of(network, replace(one, lists=HeldTrust()), other) == 2


def test_an_authority_that_a_step_brings_counts_before_it_comes(network: Network) -> None:
    from lab.operations import steps

    certificate = capf_authority(keys=network.keys, subject=AUTHORITY_SUBJECT, not_before=SINCE).certificate
    fleet = network.fleet(network.phone(lsc=network.lsc()))
    change_request = ChangeRequest(fleet, (steps.AddCertificateStep(certificate, "CallManager of hq"),), "a test")
    assert certificate in change_request.with_its_authorities().fleet.certificates
    assert ChangeRequest(fleet, (), "a test").with_its_authorities().fleet is fleet


# Strangers' octets


@settings(max_examples=80)
@given(st.binary(max_size=60))
def test_any_octets_have_a_form(octets: bytes) -> None:
    for form in (
        key_forms.key_form(octets),
        key_forms.subject_form(octets, DEVICE, keep_serial_number=False),
        key_forms.subject_key_identifier_form(octets),
        key_forms.masked(octets, DEVICE),
    ):
        hash(form)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_change_of_one_octet_of_a_key_form_is_a_change_of_its_numbers_or_of_the_form(data: st.DataObject) -> None:
    """A form that two keys share has the same algorithm, size and exponent, as cryptography reads them."""
    der = bytearray(SPKI)
    der[data.draw(st.integers(0, len(der) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    if key_forms.key_form(bytes(der)) != key_forms.key_form(SPKI):
        return
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    key, same = load_der_public_key(bytes(der)), load_der_public_key(SPKI)
    assert isinstance(key, rsa.RSAPublicKey)
    assert isinstance(same, rsa.RSAPublicKey)
    assert (key.key_size, key.public_numbers().e) == (same.key_size, same.public_numbers().e)


def _spki() -> bytes:
    from cryptography.hazmat.primitives.serialization import PublicFormat

    from pki import KeyPool

    return KeyPool().ring().take(RSA_2048).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


SPKI = _spki()


def test_what_the_key_leaves_out_is_what_the_anatomy_has(network: Network) -> None:
    """Parts that are looked into one by one are all there."""
    parts = anatomy_untrusted(made(network, DEVICE).certificate.public_bytes(Encoding.DER))
    assert {"subject", "extensions"} <= {each.name for each in fields(Anatomy)}
    assert parts.before_key.endswith(parts.subject)
    assert classes._OF_PARTS == ("version", "algorithm", "issuer", "unique_ids", "outer_algorithm")
