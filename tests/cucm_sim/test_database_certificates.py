"""Certificates in their tables: own ones in place, trust stores by the difference, hashes and roles as CUCM has them."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from cisco_data import STORE_OF, StoreName
from cisco_data.trust_roles import ROLES_OF_UNIT
from cucm_sim.database import TYPE_TABLES, Database
from pki import Authority, KeyPool, KeySpec, TrustStore, capf_authority, lsc

RSA, EC = KeySpec("RSA", 2048), KeySpec("EC", 256)
START = datetime(2026, 2, 1, tzinfo=UTC)
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def capf(name: str, start: datetime = START, *, another_key: bool = False) -> Authority:
    ring = KeyPool().ring()
    if another_key:
        ring.take(RSA)
    return capf_authority(
        keys=ring,
        subject={"C": "AU", "O": "A, B", "ST": "NSW"},
        not_before=start,
        name=name,
        octets=lambda size: hashlib.sha256(f"{name}{start}".encode()).digest()[:size],
    )


@pytest.fixture(scope="module")
def one() -> Any:
    return capf("CAPF-11111111")


@pytest.fixture(scope="module")
def two() -> x509.Certificate:
    return capf("CAPF-22222222").certificate


@pytest.fixture(scope="module")
def two_again() -> x509.Certificate:
    return capf("CAPF-22222222", LATER).certificate


@pytest.fixture
def database() -> Database:
    return Database()


def rows(database: Database, question: str) -> list[Any]:
    return database.connection.execute(question).fetchall()


BY_UNIT = """SELECT s.name, c.subjectname FROM certificate c
 JOIN certificateservicecertificatemap m ON m.fkcertificate = c.pkid
 JOIN typecertificateservice s ON s.enum = m.tkcertificateservice ORDER BY s.enum, m.rowid"""


# Own certificates


def test_a_certificates_row_is_spelled_as_cucm_spells_it(database: Database, one: Any) -> None:
    certificate = one.certificate
    database.certificates.save_own("CAPF", certificate, "hq-pub")
    ((server, subject, issuer, serial, pem, live, distribution),) = rows(
        database,
        "SELECT servername, subjectname, issuername, serialnumber, certificate, timetolive, tkcertificatedistribution"
        " FROM certificate",
    )
    assert (server, live, distribution) == ("hq-pub", None, 1)
    assert subject == issuer == r"ST=NSW,CN=CAPF-11111111,O=A\, B,C=AU"
    assert serial == certificate.serial_number.to_bytes(16, "big").hex()
    assert x509.load_pem_x509_certificate(pem.encode()) == certificate


def test_the_hash_is_base64_of_sha1_of_the_der(database: Database, one: Any) -> None:
    database.certificates.save_own("CAPF", one.certificate, "hq-pub")
    ((text,),) = rows(database, "SELECT hash FROM certificate c, certificatehashmap h WHERE c.pkid = h.fkcertificate")
    assert base64.b64decode(text) == hashlib.sha1(one.certificate.public_bytes(Encoding.DER)).digest()
    assert len(text) == len("/hSVsEZT+yZeaxE+K0EM02n1Pgk=")


def test_a_new_certificate_of_a_unit_updates_the_row_in_place(database: Database, one: Any, two: Any) -> None:
    tables = ("certificateservicecertificatemap", "certificatetrustrolemap", "certificateprocessnodemap")
    database.certificates.save_own("CAPF", one.certificate, "hq-pub")
    ((pkid,),) = rows(database, "SELECT pkid FROM certificate")
    maps = [rows(database, f"SELECT * FROM {table}") for table in tables]
    ((hashed,),) = rows(database, "SELECT hash FROM certificatehashmap")
    database.certificates.save_own("CAPF", two, "hq-pub")
    assert rows(database, "SELECT pkid FROM certificate") == [(pkid,)]
    assert [rows(database, f"SELECT * FROM {table}") for table in tables] == maps
    assert rows(database, "SELECT hash FROM certificatehashmap") != [(hashed,)]
    assert database.certificates.own("CAPF") == two


@pytest.mark.parametrize("unit", [row[1] for row in TYPE_TABLES["typecertificateservice"].rows])
def test_every_unit_gives_the_trust_roles_that_cisco_logs(database: Database, one: Any, unit: str) -> None:
    database.certificates.save_own(unit, one.certificate, "hq-pub")
    roles = rows(database, "SELECT tktrustrole FROM certificatetrustrolemap")
    assert sorted(role for (role,) in roles) == sorted(ROLES_OF_UNIT.get(unit, ()))


def test_a_unit_without_certificate_has_none_and_one_that_cucm_lacks_is_an_error(database: Database, one: Any) -> None:
    assert database.certificates.own("tomcat") is None
    for unit in ("CAPF-ECDSA", "", "capf"):
        with pytest.raises(KeyError):
            database.certificates.own(unit)
        with pytest.raises(KeyError):
            database.certificates.save_own(unit, one.certificate, "hq-pub")
        with pytest.raises(KeyError):
            database.certificates.trusted(unit)


def test_a_clusters_certificates_are_in_its_tables_and_no_private_key_is(cluster: Any) -> None:
    units = [unit for unit, _ in rows(cluster.database, BY_UNIT)]
    assert units == ["CallManager", "CallManager-trust", "CAPF", "CAPF-trust"]
    assert cluster.database.certificates.own("CallManager") == cluster.callmanager_identity.certificate
    assert cluster.database.certificates.own("CAPF") == cluster.own_certificates["CAPF"]
    roles = "SELECT tktrustrole FROM certificatetrustrolemap ORDER BY rowid"
    assert rows(cluster.database, roles) == [(2,), (0,), (4,)]
    assert rows(cluster.database, "SELECT name FROM processnode") == [("cucm-pub",)]
    assert len(rows(cluster.database, "SELECT pkid FROM certificateprocessnodemap")) == 2
    image = cluster.database.connection.serialize()
    for key in (cluster.callmanager_identity.key, cluster.capf_authority.identity.key):
        secret = key.private_numbers()
        assert b"PRIVATE KEY" not in image
        assert secret.d.to_bytes(256, "big") not in image
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        assert pem.splitlines()[5] not in image


def test_another_capf_or_callmanager_certificate_of_a_cluster_reaches_its_row(cluster: Any, one: Any) -> None:
    cluster.capf_authority = one
    cluster.callmanager_identity = one.identity
    assert cluster.database.certificates.own("CAPF") == one.certificate
    assert cluster.database.certificates.own("CallManager") == one.certificate
    assert one.certificate not in cluster.capf_trust


# Trust stores


def test_a_store_is_a_snapshot_that_a_later_change_does_not_touch(cluster: Any, two: Any) -> None:
    before = cluster.trust[StoreName.CAPF]
    cluster.trust[StoreName.CAPF] = before.with_certificate(two)
    assert two not in before
    assert two in cluster.trust[StoreName.CAPF]
    assert two not in cluster.trust[StoreName.CALLMANAGER]
    assert len(rows(cluster.database, "SELECT pkid FROM certificate WHERE subjectname LIKE '%CAPF-22222222%'")) == 1


def test_a_certificate_in_two_stores_is_one_row_until_the_last_store_loses_it(cluster: Any, two: Any) -> None:
    of_two = "SELECT count(*) FROM certificate WHERE subjectname LIKE '%CAPF-22222222%'"
    for store in STORE_OF.values():
        cluster.trust[store] = cluster.trust[store].with_certificate(two)
    assert rows(cluster.database, of_two) == [(1,)]
    cluster.trust[StoreName.CAPF] = cluster.trust[StoreName.CAPF].without(two)
    assert rows(cluster.database, of_two) == [(1,)]
    assert two in cluster.trust[StoreName.CALLMANAGER]
    cluster.trust[StoreName.CALLMANAGER] = cluster.trust[StoreName.CALLMANAGER].without(two)
    assert rows(cluster.database, of_two) == [(0,)]
    for table in ("certificatehashmap", "certificateservicecertificatemap", "certificatetrustrolemap"):
        orphans = f"SELECT count(*) FROM {table} WHERE fkcertificate NOT IN (SELECT pkid FROM certificate)"
        assert rows(cluster.database, orphans) == [(0,)]


def test_a_certificate_has_the_roles_of_the_stores_that_hold_it(cluster: Any, two: Any) -> None:
    roles = """SELECT tktrustrole FROM certificatetrustrolemap JOIN certificate ON certificate.pkid = fkcertificate
     WHERE subjectname LIKE '%CAPF-22222222%' ORDER BY tktrustrole"""
    for store, found in ((StoreName.CAPF, []), (StoreName.PHONE_SAST, [0, 3]), (StoreName.TOMCAT, [0, 3, 7])):
        cluster.trust[store] = cluster.trust[store].with_certificate(two)
        assert rows(cluster.database, roles) == [(role,) for role in found]
    cluster.trust[StoreName.PHONE_SAST] = TrustStore(StoreName.PHONE_SAST)
    assert rows(cluster.database, roles) == [(7,)]


def test_the_copy_in_a_trust_store_and_the_own_certificate_have_rows_apart(cluster: Any, one: Any) -> None:
    old = cluster.own_certificates["CAPF"]
    cluster.capf_authority = one
    assert old in cluster.capf_trust
    assert old in cluster.callmanager_trust
    cluster.trust[StoreName.CAPF] = TrustStore(StoreName.CAPF)
    assert cluster.database.certificates.own("CAPF") == one.certificate


def test_a_newer_certificate_takes_the_place_of_the_one_of_its_name(
    database: Database, one: Any, two: Any, two_again: Any
) -> None:
    trust = database.trust_stores(StoreName.CAPF)
    trust[StoreName.CAPF] = TrustStore(StoreName.CAPF, (two, one.certificate))
    mappings = "SELECT pkid, tkcertificateservice FROM certificateservicecertificatemap ORDER BY rowid"
    before = rows(database, mappings)
    changed = trust[StoreName.CAPF].with_certificate(two_again)
    trust[StoreName.CAPF] = changed
    assert trust[StoreName.CAPF].certificates == changed.certificates == (two_again, one.certificate)
    assert rows(database, mappings) == before
    assert len(rows(database, "SELECT pkid FROM certificate")) == 2


def test_what_does_not_change_keeps_its_rows(cluster: Any, two: Any) -> None:
    everything = "\n".join(cluster.database.connection.iterdump())
    for store in cluster.trust:
        cluster.trust[store] = cluster.trust[store]
    assert "\n".join(cluster.database.connection.iterdump()) == everything
    kept = rows(cluster.database, "SELECT * FROM certificate")
    cluster.trust[StoreName.CAPF] = cluster.trust[StoreName.CAPF].with_certificate(two)
    assert set(kept) < set(rows(cluster.database, "SELECT * FROM certificate"))


def test_a_store_that_is_none_and_a_snapshot_of_another_store_are_refused(cluster: Any) -> None:
    assert "ipsec-trust" not in cluster.trust
    assert list(cluster.trust) == list(StoreName)
    assert len(cluster.trust) == len(StoreName)
    with pytest.raises(KeyError):
        cluster.trust["ipsec-trust"]
    with pytest.raises(KeyError):
        cluster.trust["ipsec-trust"] = TrustStore("ipsec-trust")
    with pytest.raises(ValueError, match="place"):
        cluster.trust[StoreName.CAPF] = cluster.trust[StoreName.CALLMANAGER]


def test_revocation_lists_go_with_their_store(database: Database, one: Any) -> None:
    trust = database.trust_stores(StoreName.CAPF, StoreName.CALLMANAGER)
    crl = one.crl((), this_update=START, next_update=LATER)
    trust[StoreName.CAPF] = TrustStore(StoreName.CAPF, (one.certificate,), (crl,))
    assert trust[StoreName.CAPF].crls == (crl,)
    assert trust[StoreName.CALLMANAGER].crls == ()


# What device keeps of an LSC


@pytest.mark.parametrize(("spec", "curve"), [(RSA, None), (EC, 256)])
def test_an_lsc_is_described_with_its_own_and_its_issuers_end(
    cluster: Any, one: Any, spec: KeySpec, curve: int | None
) -> None:
    key = KeyPool().ring().named(spec, "a phone of the database's tests")
    certificate = lsc(one, device_name="SEP001122334455", model="7965G", public_key=key.public_key(), not_before=LATER)
    unknown = cluster.database.certificates.describe_lsc(certificate)
    assert unknown.issuer_valid_until is None
    cluster.capf_authority = one
    described = cluster.database.certificates.describe_lsc(certificate)
    assert described.issuer_valid_until == one.certificate.not_valid_after_utc
    assert described.valid_until == certificate.not_valid_after_utc
    assert described.issuer_name == r"ST=NSW,CN=CAPF-11111111,O=A\, B,C=AU"
    assert described.ec_curve == curve
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert base64.b64decode(described.public_key) == spki


def test_a_capf_of_the_same_name_with_another_key_is_not_the_issuer(cluster: Any, one: Any) -> None:
    key = KeyPool().ring().named(RSA, "a phone of the database's tests")
    certificate = lsc(one, device_name="SEP1", model="7965G", public_key=key.public_key(), not_before=LATER)
    cluster.capf_authority = capf("CAPF-11111111", LATER, another_key=True)
    assert cluster.database.certificates.describe_lsc(certificate).issuer_valid_until is None
    cluster.trust[StoreName.CAPF] = TrustStore(StoreName.CAPF, (one.certificate,))
    described = cluster.database.certificates.describe_lsc(certificate)
    assert described.issuer_valid_until == one.certificate.not_valid_after_utc
