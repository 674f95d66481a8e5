"""Issuing: what is written is what was asked for, and is strict DER."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from pki import Authority, Identity, KeyPool, KeyRing, KeySpec, name, new_serial, self_signed, tampered
from pki import _der as der
from pki._profiles import COMPANY_ROOT, LSC

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CURVE = KeySpec("EC", 256)


@pytest.fixture
def root(ring: KeyRing, octets: Callable[[int], bytes]) -> Authority:
    own = self_signed(COMPANY_ROOT, subject=name(("CN", "Root")), key=ring.take(CURVE), not_before=NOW, octets=octets)
    return Authority(own, octets=octets)


def issue(root: Authority, ring: KeyRing, not_before: datetime = NOW, **changes: object) -> x509.Certificate:
    key = ring.take(CURVE)
    return root.issue(LSC, subject=name(("CN", "x")), public_key=key.public_key(), not_before=not_before, **changes)  # type: ignore[arg-type]


def test_serial_number_as_given_or_sixteen_octets(root: Authority, ring: KeyRing) -> None:
    assert issue(root, ring, serial=7).serial_number == 7
    assert 0 < issue(root, ring).serial_number < 1 << 127


def test_serial_number_is_never_zero_nor_negative() -> None:
    assert new_serial(bytes) == 1
    assert new_serial(lambda size: b"\xff" * size) == (1 << 127) - 1


def test_dates_are_cut_to_the_second_and_moved_to_utc(root: Authority, ring: KeyRing) -> None:
    east = datetime(2026, 11, 1, 22, 0, 0, 999999, tzinfo=timezone(timedelta(hours=10)))
    assert issue(root, ring, east).not_valid_before_utc == NOW


@pytest.mark.parametrize("year", [1950, 2049, 2050, 2099])
def test_both_spellings_of_dates(year: int, root: Authority, ring: KeyRing) -> None:
    start = datetime(year, 1, 1, tzinfo=UTC)
    assert issue(root, ring, start).not_valid_before_utc == start


def test_date_without_time_zone_is_refused(root: Authority, ring: KeyRing) -> None:
    naive = NOW.replace(tzinfo=None)
    for not_before, changes in ((naive, {}), (naive, {"not_after": NOW}), (NOW, {"not_after": naive})):
        with pytest.raises(ValueError, match="time zone"):
            issue(root, ring, not_before, **changes)
    with pytest.raises(ValueError, match="time zone"):
        root.crl([], this_update=naive, next_update=NOW)


def test_end_before_the_start_is_refused(root: Authority, ring: KeyRing) -> None:
    with pytest.raises(ValueError, match="cannot end"):
        issue(root, ring, not_after=NOW - timedelta(days=1))


def test_end_is_cut_to_the_issuers_only_where_the_profile_says_so(root: Authority, ring: KeyRing) -> None:
    late = root.certificate.not_valid_after_utc - timedelta(days=1)
    assert issue(root, ring, late).not_valid_after_utc > root.certificate.not_valid_after_utc
    capped = dataclasses.replace(LSC, within_issuer=True)
    key = ring.take(CURVE).public_key()
    own = root.issue(capped, subject=name(("CN", "x")), public_key=key, not_before=late)
    assert own.not_valid_after_utc == root.certificate.not_valid_after_utc


def test_issuer_without_identifier_is_named_by_the_hash_of_its_key(ring: KeyRing) -> None:
    bare = dataclasses.replace(COMPANY_ROOT, subject_key_identifier=False)
    root = Authority(self_signed(bare, subject=name(("CN", "Root")), key=ring.take(CURVE), not_before=NOW))
    found = issue(root, ring).extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert found == x509.SubjectKeyIdentifier.from_public_key(root.identity.key.public_key()).digest


def test_revocation_list(root: Authority) -> None:
    crl = root.crl([3, 1, 3], this_update=NOW, next_update=NOW + timedelta(days=7), number=9)
    assert [entry.serial_number for entry in crl] == [1, 3]
    assert crl.is_signature_valid(root.identity.key.public_key())
    assert (crl.last_update_utc, crl.next_update_utc) == (NOW, NOW + timedelta(days=7))
    assert crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 9
    assert crl.issuer == root.subject


def test_revocation_list_of_a_whole_company(root: Authority) -> None:
    crl = root.crl(range(1, 5001), this_update=NOW, next_update=NOW)
    assert len(crl) == 5000
    assert crl.get_revoked_certificate_by_serial_number(4711) is not None


def test_empty_revocation_list(root: Authority) -> None:
    assert list(root.crl([], this_update=NOW, next_update=NOW)) == []


def test_tampering_changes_the_signature_alone(root: Authority, ring: KeyRing) -> None:
    good = issue(root, ring)
    bad = tampered(good)
    assert bad.tbs_certificate_bytes == good.tbs_certificate_bytes
    assert bad.signature != good.signature


def test_same_octets_and_keys_make_the_same_certificate(pool: KeyPool) -> None:
    """RSA signatures of PKCS#1 v1.5 hold nothing random, so a lab can be the same to the bit."""
    key = pool.ring().take(KeySpec("RSA", 2048))
    one, two = (
        self_signed(LSC, subject=name(("CN", "x")), key=key, not_before=NOW, octets=bytes).certificate for _ in "12"
    )
    assert one == two


def test_extensions_hold_alternative_names_only_when_given(root: Authority, ring: KeyRing) -> None:
    with pytest.raises(x509.ExtensionNotFound):
        issue(root, ring).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    names = issue(root, ring, san=[x509.DNSName("a.b")]).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert names.value.get_values_for_type(x509.DNSName) == ["a.b"]


@given(st.integers(min_value=0, max_value=1 << 160))
def test_integers_are_shortest_and_positive(value: int) -> None:
    written = der.integer(value)
    assert int.from_bytes(written[2:], signed=True) == value
    assert len(written) == 3 or written[2] or written[3] & 0x80


@given(st.integers(0, 2), st.integers(0, 39), st.lists(st.integers(0, 1 << 40), max_size=6))
def test_object_identifiers_agree_with_cryptography(first: int, second: int, rest: list[int]) -> None:
    dotted = ".".join(map(str, (first, second, *rest)))
    attribute = x509.Name([x509.NameAttribute(x509.ObjectIdentifier(dotted), "x")]).public_bytes()
    assert der.object_identifier(dotted) in attribute


@pytest.mark.parametrize("size", [0, 127, 128, 255, 256, 65535, 65536])
def test_lengths_of_every_form(size: int) -> None:
    written = der.octet_string(bytes(size))
    assert written[: len(written) - size] in (
        bytes((4, size & 0xFF)),
        bytes((4, 0x81, size & 0xFF)),
        bytes((4, 0x82)) + (size & 0xFFFF).to_bytes(2),
        bytes((4, 0x83)) + size.to_bytes(3),
    )
    assert len(written) == size + 2 + (size > 127) + (size > 255) + (size > 65535)


def test_identity_is_frozen(root: Authority) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        root.identity.key = None  # type: ignore[misc, assignment]
    assert isinstance(root.identity, Identity)
