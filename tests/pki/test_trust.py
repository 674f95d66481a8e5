"""A trust store keeps one certificate per subject, the newer; and it never changes in place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from pki import KeyRing, KeySpec, Manufacturing, TrustStore, name, self_signed, trust_file_name
from pki._profiles import COMPANY_ROOT

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def store(cisco: Manufacturing) -> TrustStore:
    return TrustStore("CallManager-trust", cisco.default_ca_list())


def make(ring: KeyRing, cn: str, days: int = 0, serial: int | None = None) -> x509.Certificate:
    start = NOW + timedelta(days=days)
    key = ring.take(KeySpec("EC", 256))
    return self_signed(COMPANY_ROOT, subject=name(("CN", cn)), key=key, not_before=start, serial=serial).certificate


def test_newer_start_date_wins(store: TrustStore, ring: KeyRing) -> None:
    old, new = make(ring, "CAPF-1", -10), make(ring, "CAPF-1")
    updated = store.with_certificate(old).with_certificate(new)
    assert new in updated
    assert old not in updated
    assert len(updated) == len(store) + 1


def test_adding_an_older_one_changes_nothing(store: TrustStore, ring: KeyRing) -> None:
    with_new = store.with_certificate(make(ring, "CAPF-1"))
    assert with_new.with_certificate(make(ring, "CAPF-1", -10)) == with_new


def test_of_two_that_start_together_the_later_added_stays(store: TrustStore, ring: KeyRing) -> None:
    one, two = make(ring, "CAPF-1"), make(ring, "CAPF-1")
    assert two in TrustStore("CAPF-trust", [one, two])
    assert one in TrustStore("CAPF-trust", [two, one])


def test_the_rule_holds_in_the_constructor_whatever_the_order(ring: KeyRing) -> None:
    old, new = make(ring, "CAPF-1", -10), make(ring, "CAPF-1")
    assert TrustStore("x", [old, new]) == TrustStore("x", [new, old]) == TrustStore("x", [new])


def test_other_names_do_not_disturb(store: TrustStore, ring: KeyRing) -> None:
    assert len(store.with_certificate(make(ring, "CAPF-1")).with_certificate(make(ring, "CAPF-2"))) == len(store) + 2


def test_snapshot_does_not_change(store: TrustStore, ring: KeyRing) -> None:
    before = store.certificates
    store.with_certificate(make(ring, "CAPF-1"))
    store.without(before[0])
    assert store.certificates == before
    with pytest.raises(AttributeError):
        store.certificates = ()  # type: ignore[misc]


def test_removal(store: TrustStore) -> None:
    gone = store.certificates[0]
    smaller = store.without(gone)
    assert gone not in smaller
    assert smaller.name == "CallManager-trust"
    with pytest.raises(KeyError, match="CallManager-trust does not hold CAP-RTP-001"):
        smaller.without(gone)


def test_find_by_part_of_the_name_or_by_serial(store: TrustStore, cisco: Manufacturing) -> None:
    assert store.find("manufacturing ca sha2") == (cisco["Cisco Manufacturing CA SHA2"].certificate,)
    assert len(store.find("Cisco Manufacturing")) == 2
    old = cisco["Cisco Manufacturing CA"].certificate
    assert store.find("6A6967B3000000000003") == store.find("6a:69:67:b3:00:00:00:00:00:03") == (old,)
    assert cisco["Cisco Root CA M2"].certificate in store.find("01")
    assert store.find("no such thing") == ()


def test_by_subject(store: TrustStore, cisco: Manufacturing) -> None:
    own = cisco["Cisco Root CA M2"].certificate
    assert store.by_subject(own.subject) == own
    assert store.by_subject(name(("CN", "nobody"))) is None


def test_revocation_lists_stay_through_changes(cisco: Manufacturing, ring: KeyRing) -> None:
    crl = cisco["Cisco Root CA M2"].crl([1], this_update=NOW, next_update=NOW)
    store = TrustStore("x").with_crl(crl)
    own = make(ring, "a")
    assert store.with_certificate(own).without(own).crls == (crl,)


def test_equal_stores_have_equal_hashes(store: TrustStore) -> None:
    same = TrustStore("CallManager-trust", reversed(store.certificates))
    assert (same, hash(same)) == (store, hash(store))
    assert store != TrustStore("CAPF-trust", store.certificates)
    assert store != "CallManager-trust"
    assert "CAP-RTP-001" in repr(store)


@pytest.mark.parametrize(
    ("cn", "serial", "file"),
    [
        ("CAPF-36205338", 5, "CAPF-36205338.pem"),
        ("Cisco Root CA M2", 1, "Cisco_Root_CA_M2_01.pem"),
        ("a/b c", 0xABC, "a_b_c_0abc.pem"),
    ],
)
def test_file_names_are_cucms(cn: str, serial: int, file: str, ring: KeyRing) -> None:
    assert trust_file_name(make(ring, cn, serial=serial)) == file
