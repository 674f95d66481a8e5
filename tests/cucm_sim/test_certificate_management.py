"""Certificate management: what changes at once, what waits for a restart, and what is refused in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from cisco_data import CertificateUnit, ClusterSecurityMode, StoreName
from cisco_data.trust_roles import TrustRole
from cucm_sim import certificate_management as management
from cucm_sim import events as ev
from cucm_sim.administration import AdministrationError, delete_trust, set_cluster_mode, upload_trust
from cucm_sim.certificate_events import (
    CertificateRegenerated,
    CtlFileUpdated,
    DefaultCaListChanged,
    SignedCertificateInstalled,
)
from cucm_sim.certificate_list import SELF_SIGNED, SIGNED, list_certificates
from cucm_sim.cluster import Cluster
from cucm_sim.parameters import ServiceParameters
from cucm_sim.tftp_events import TrustListMade
from lab.testing import AUTHORITY_SUBJECT, NOW, SINCE
from pki import (
    CISCO_AUTHORITIES,
    RSA_2048,
    Authority,
    Identity,
    KeyPool,
    KeyRing,
    Manufacturing,
    callmanager_identity,
    capf_authority,
    common_name,
    company_authority,
    names_of,
    profiles,
    self_signed,
)
from wire.signed_files import read_trust_list_untrusted

STORES = (StoreName.CALLMANAGER, StoreName.CAPF)
MIXED, NON_SECURE = ClusterSecurityMode.MIXED, ClusterSecurityMode.NON_SECURE
BUILT_IN = tuple(CISCO_AUTHORITIES)[:7]
MakeCluster = Callable[..., Cluster]


@pytest.fixture
def keys() -> KeyRing:
    return KeyPool().ring()


@pytest.fixture
def make(notebook: Any, keys: KeyRing) -> MakeCluster:
    def make_one(
        mode: ClusterSecurityMode = MIXED, *, capf: bool = True, authority_key_identifier: bool = True
    ) -> Cluster:
        authority = capf_authority(
            keys=keys, subject=AUTHORITY_SUBJECT, not_before=SINCE, authority_key_identifier=authority_key_identifier
        )
        return Cluster(
            "new",
            notebook.journal,
            address="127.0.0.1",
            callmanager_identity=callmanager_identity(
                keys=keys, subject=AUTHORITY_SUBJECT, host_name="cucm-pub", not_before=SINCE
            ),
            default_ca_list=Manufacturing(keys).default_ca_list(),
            capf_authority=authority if capf else None,
            cluster_security_mode=mode,
            parameters=ServiceParameters(port=0, secure_port=0),
        )

    return make_one


@pytest.fixture
def mixed(make: MakeCluster) -> Cluster:
    return make()


@pytest.fixture
def company(keys: KeyRing) -> Authority:
    return company_authority(keys=keys, subject={"O": "Company"}, not_before=SINCE)


def capf(cluster: Cluster) -> x509.Certificate:
    return cluster.own_certificates["CAPF"]


def held(cluster: Cluster) -> dict[str, set[str]]:
    """CNs of each store."""
    return {store: {common_name(one.subject) for one in trust} for store, trust in cluster.trust.items()}


def sentence(error: pytest.ExceptionInfo[AdministrationError]) -> str:
    text = str(error.value)
    assert text.endswith(".")
    assert "\n" not in text
    return text


# CAPF.pem anew


def test_a_regenerated_capf_has_a_new_key_and_a_new_name_and_starts_now(mixed: Cluster, keys: KeyRing) -> None:
    old = capf(mixed)
    management.regenerate(mixed, CertificateUnit.CAPF, keys)
    new = capf(mixed)
    assert new.public_key() != old.public_key()
    assert new.subject != old.subject
    assert common_name(new.subject).startswith("CAPF-")
    assert [part for part in new.subject if part.oid != x509.NameOID.COMMON_NAME] == [
        part for part in old.subject if part.oid != x509.NameOID.COMMON_NAME
    ]
    assert new.issuer == new.subject
    assert (new.not_valid_before_utc, new.not_valid_after_utc) == (NOW, NOW + timedelta(days=1825, seconds=-1))
    assert mixed.capf_authority is not None
    assert mixed.capf_authority.identity.key.public_key() == new.public_key()
    assert mixed.former_capf_certificates == (old,)


def test_it_goes_into_both_trust_stores_by_itself_and_the_old_one_stays_there(mixed: Cluster, keys: KeyRing) -> None:
    old, before = capf(mixed), {store: set(mixed.trust[store]) for store in STORES}
    management.regenerate(mixed, CertificateUnit.CAPF, keys)
    for store in STORES:
        assert set(mixed.trust[store]) == before[store] | {capf(mixed)}
        assert old in mixed.trust[store]
        delete_trust(mixed, store, old)
        assert old not in mixed.trust[store]


def test_one_of_the_same_name_takes_the_old_ones_place_in_both_stores(mixed: Cluster, keys: KeyRing) -> None:
    old = capf(mixed)
    management.regenerate(mixed, CertificateUnit.CAPF, keys, same_name=True)
    new = capf(mixed)
    assert new.subject == old.subject
    assert new.public_key() != old.public_key()
    for store in STORES:
        assert new in mixed.trust[store]
        assert old not in mixed.trust[store]
        assert upload_trust(mixed, store, old).change == "kept"  # the newer start date wins
        assert old not in mixed.trust[store]


def test_regenerating_says_when_it_takes_effect_and_notes_each_store(
    mixed: Cluster, keys: KeyRing, notebook: Any
) -> None:
    old = capf(mixed)
    returned = management.regenerate(mixed, CertificateUnit.CAPF, keys)
    event = notebook.one(CertificateRegenerated)
    assert event == returned
    assert (event.actor, event.unit) == ("new/administration", "CAPF")
    assert (event.former_subject, event.former_serial_number) == (names_of(old).subject, f"{old.serial_number:x}")
    assert (event.subject, event.serial_number) == (names_of(capf(mixed)).subject, f"{capf(mixed).serial_number:x}")
    assert event.takes_effect == "restart of Cisco Certificate Authority Proxy Function"
    assert event.phones_trust_it_after == "utils ctl update CTLFile, then reset of the phones"
    changes = notebook.of(ev.TrustChanged)
    assert [(change.store, change.change, change.cause, change.takes_effect) for change in changes] == [
        (StoreName.CALLMANAGER, "copied", event.seq, "restart of Cisco CallManager"),
        (StoreName.CAPF, "copied", event.seq, "restart of Cisco Certificate Authority Proxy Function"),
    ]


@pytest.mark.parametrize("identifier", [True, False])
@pytest.mark.parametrize("same_name", [True, False])
def test_whether_lscs_point_at_the_key_stays_as_it_was(
    make: MakeCluster, keys: KeyRing, identifier: bool, same_name: bool
) -> None:
    cluster = make(authority_key_identifier=identifier)
    management.regenerate(cluster, CertificateUnit.CAPF, keys, same_name=same_name)
    assert cluster.capf_authority is not None
    assert cluster.capf_authority.authority_key_identifier is identifier


def test_the_database_has_the_new_certificate_in_the_same_row(mixed: Cluster, keys: KeyRing) -> None:
    management.regenerate(mixed, CertificateUnit.CAPF, keys)
    management.regenerate(mixed, CertificateUnit.CALLMANAGER, keys)
    for unit, certificate in mixed.own_certificates.items():
        assert mixed.database.certificates.own(unit) == certificate


def test_a_cluster_without_capf_cannot_make_it_anew(make: MakeCluster, keys: KeyRing, company: Authority) -> None:
    cluster = make(capf=False)
    for attempt in (
        lambda: management.regenerate(cluster, CertificateUnit.CAPF, keys),
        lambda: management.install_signed(cluster, CertificateUnit.CAPF, company, keys),
    ):
        with pytest.raises(AdministrationError) as error:
            attempt()
        assert "no CAPF" in sentence(error)


# Signed by a company


def test_the_company_signs_a_new_key_and_only_capfs_own_certificate_is_copied(
    mixed: Cluster, keys: KeyRing, company: Authority, notebook: Any
) -> None:
    old = capf(mixed)
    upload_trust(mixed, StoreName.CAPF, company.certificate)
    event = management.install_signed(mixed, CertificateUnit.CAPF, company, keys)
    new = capf(mixed)
    new.verify_directly_issued_by(company.certificate)
    assert new.public_key() != old.public_key()
    assert new.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(True, 0)
    assert all({old, new} <= set(mixed.trust[store]) for store in STORES)
    assert company.certificate not in mixed.trust[StoreName.CALLMANAGER]
    assert notebook.one(SignedCertificateInstalled) == event
    assert (event.issuer, event.former_subject) == (names_of(company.certificate).subject, names_of(old).subject)
    assert event.takes_effect == "restart of Cisco Certificate Authority Proxy Function"


def test_capf_trust_must_know_who_signed_it(mixed: Cluster, keys: KeyRing, company: Authority, notebook: Any) -> None:
    old = capf(mixed)
    upload_trust(mixed, StoreName.CALLMANAGER, company.certificate)
    with pytest.raises(AdministrationError) as error:
        management.install_signed(mixed, CertificateUnit.CAPF, company, keys)
    assert "CAPF-trust does not hold Company Root CA" in sentence(error)
    assert capf(mixed) is old
    assert not notebook.of(SignedCertificateInstalled)


def test_an_intermediate_of_the_company_may_sign_and_is_sent_along(
    mixed: Cluster, keys: KeyRing, company: Authority
) -> None:
    key = keys.take(RSA_2048)
    certificate = company.issue(
        profiles.COMPANY_ROOT,
        subject=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Company Issuing CA")]),
        public_key=key.public_key(),
        not_before=SINCE,
    )
    issuing = Authority(Identity(key, certificate))
    upload_trust(mixed, StoreName.CAPF, certificate)
    management.install_signed(mixed, CertificateUnit.CAPF, issuing, keys)
    assert mixed.capf_authority is not None
    assert mixed.capf_authority.identity.chain == (certificate,)
    capf(mixed).verify_directly_issued_by(certificate)


def test_regenerating_overwrites_what_a_company_had_signed(mixed: Cluster, keys: KeyRing, company: Authority) -> None:
    first = capf(mixed)
    upload_trust(mixed, StoreName.CAPF, company.certificate)
    management.install_signed(mixed, CertificateUnit.CAPF, company, keys, same_name=True)
    signed = capf(mixed)
    assert signed.subject == first.subject
    management.regenerate(mixed, CertificateUnit.CAPF, keys)
    assert capf(mixed).issuer == capf(mixed).subject
    assert mixed.former_capf_certificates == (first, signed)


# CallManager.pem anew, and what phones are told


def test_a_regenerated_callmanager_keeps_its_name_and_nothing_of_its_key(
    mixed: Cluster, keys: KeyRing, notebook: Any
) -> None:
    old = mixed.callmanager_identity
    management.regenerate(mixed, CertificateUnit.CALLMANAGER, keys)
    new = mixed.callmanager_identity
    assert new.certificate.subject == old.certificate.subject
    assert new.certificate.public_key() != old.certificate.public_key()
    assert new.certificate.public_key() == new.key.public_key()
    event = notebook.one(CertificateRegenerated)
    assert (event.unit, event.takes_effect) == ("CallManager", "restart of Cisco CallManager")
    assert not notebook.of(ev.TrustChanged)


def test_phones_learn_of_a_new_certificate_when_the_ctl_file_is_updated(
    mixed: Cluster, keys: KeyRing, notebook: Any
) -> None:
    before = mixed.trust_list
    management.regenerate(mixed, CertificateUnit.CAPF, keys)
    management.regenerate(mixed, CertificateUnit.CALLMANAGER, keys)
    assert mixed.trust_list == before
    management.update_ctl_file(mixed)
    assert set(mixed.trust_list) > {capf(mixed), mixed.callmanager_identity.certificate}
    assert set(before) & set(mixed.trust_list)  # the ITL file waits for Cisco TFTP
    event = notebook.one(CtlFileUpdated)
    assert event.takes_effect == "reset of the phones"
    assert event.servers == (names_of(mixed.callmanager_identity.certificate).subject, names_of(capf(mixed)).subject)
    made = notebook.one(TrustListMade)
    assert (made.file, made.changed, made.cause) == ("CTLFile.tlv", True, event.seq)


def test_starting_tftp_renews_the_itl_file_and_not_the_ctl_file(mixed: Cluster, keys: KeyRing) -> None:
    before = mixed.ctl_file, mixed.itl_file
    management.regenerate(mixed, CertificateUnit.CAPF, keys)
    assert (mixed.ctl_file, mixed.itl_file) == before
    mixed.publisher.make_itl_file()
    assert mixed.ctl_file == before[0]
    assert mixed.itl_file != before[1]


def test_a_cluster_that_is_not_mixed_has_no_ctl_file_and_goes_by_the_itl_file(
    make: MakeCluster, keys: KeyRing, notebook: Any
) -> None:
    cluster = make(NON_SECURE)
    event = management.regenerate(cluster, CertificateUnit.CAPF, keys)
    assert event.phones_trust_it_after == "restart of Cisco Tftp, then reset of the phones"
    with pytest.raises(AdministrationError) as error:
        management.update_ctl_file(cluster)
    assert "no CTL file" in sentence(error)
    assert not notebook.of(CtlFileUpdated)
    assert capf(cluster) not in cluster.trust_list
    cluster.publisher.make_itl_file()
    assert capf(cluster) in cluster.trust_list


def test_turning_to_mixed_mode_makes_a_ctl_file(make: MakeCluster, keys: KeyRing) -> None:
    cluster = make(NON_SECURE)
    management.regenerate(cluster, CertificateUnit.CAPF, keys)
    assert cluster.ctl_file is None
    set_cluster_mode(cluster, MIXED)
    assert roles(cluster.ctl_file) == [TrustRole.SAST, TrustRole.CCM, TrustRole.CAPF]


def test_leaving_mixed_mode_leaves_a_ctl_file_with_capf_only(mixed: Cluster) -> None:
    set_cluster_mode(mixed, NON_SECURE)
    assert roles(mixed.ctl_file) == [TrustRole.CAPF]
    set_cluster_mode(mixed, MIXED)
    assert roles(mixed.ctl_file) == [TrustRole.SAST, TrustRole.CCM, TrustRole.CAPF]


def roles(ctl_file: bytes | None) -> list[TrustRole]:
    assert ctl_file is not None
    return [record.role for record in read_trust_list_untrusted(ctl_file).records]


# The authorities that come with CUCM


def test_a_disabled_authority_leaves_both_stores_and_comes_back(mixed: Cluster, notebook: Any) -> None:
    name = "Cisco Manufacturing CA SHA2"
    before = {store: set(mixed.trust[store]) for store in STORES}
    event = management.set_default_ca_list(mixed, "disable", name)
    assert (event.change, event.authorities) == ("disabled", (name,))
    assert event.takes_effect == (
        "restart of Cisco CallManager, Cisco Certificate Authority Proxy Function and Cisco Tftp"
    )
    assert all(name not in held(mixed)[store] and len(held(mixed)[store]) == 7 for store in STORES)
    assert {one.common_name for one in management.default_ca_list(mixed) if not one.enabled} == {name}
    changes = [(one.store, one.change, one.cause) for one in notebook.of(ev.TrustChanged)]
    assert changes == [(store, "disabled", event.seq) for store in STORES]
    management.set_default_ca_list(mixed, "enable", name)
    assert {store: set(mixed.trust[store]) for store in STORES} == before
    assert all(one.enabled for one in management.default_ca_list(mixed))


def test_all_of_them_can_be_disabled_and_enabled(mixed: Cluster, notebook: Any) -> None:
    before = {store: set(mixed.trust[store]) for store in STORES}
    management.set_default_ca_list(mixed, "disable", "ACT2 SUDI CA")
    event = management.set_default_ca_list(mixed, "disable", "all")
    assert set(event.authorities) == set(BUILT_IN) - {"ACT2 SUDI CA"}
    assert [list(trust) for trust in mixed.trust.values()] == [[capf(mixed)], [capf(mixed)], *[[]] * 6]
    assert set(management.set_default_ca_list(mixed, "enable", "all").authorities) == set(BUILT_IN)
    assert {store: set(mixed.trust[store]) for store in STORES} == before
    assert len(notebook.of(DefaultCaListChanged)) == 3


def test_enabling_restores_exactly_what_disabling_took(mixed: Cluster) -> None:
    """One that an administrator had deleted from a store stays out of it; one that he had uploaded is not doubled."""
    name = "Cisco Root CA M2"
    certificate = next(one for one in mixed.default_ca_list if common_name(one.subject) == name)
    delete_trust(mixed, StoreName.CALLMANAGER, certificate)
    management.set_default_ca_list(mixed, "disable", "all")
    upload_trust(mixed, StoreName.CAPF, certificate)
    management.set_default_ca_list(mixed, "enable", "all")
    assert name not in held(mixed)[StoreName.CALLMANAGER]
    assert list(mixed.trust[StoreName.CAPF]).count(certificate) == 1


def test_a_newer_certificate_of_the_name_that_was_uploaded_meanwhile_is_kept(
    mixed: Cluster, keys: KeyRing, notebook: Any
) -> None:
    name = "Cisco Root CA M2"
    subject = next(one.subject for one in mixed.default_ca_list if common_name(one.subject) == name)
    management.set_default_ca_list(mixed, "disable", name)
    newer = self_signed(profiles.COMPANY_ROOT, subject=subject, key=keys.take(RSA_2048), not_before=SINCE).certificate
    upload_trust(mixed, StoreName.CAPF, newer)
    management.set_default_ca_list(mixed, "enable", name)
    assert newer in mixed.trust[StoreName.CAPF]
    changes = notebook.of(ev.TrustChanged)[-2:]
    assert [(one.store, one.change) for one in changes] == [
        (StoreName.CALLMANAGER, "enabled"),
        (StoreName.CAPF, "kept"),
    ]


@pytest.mark.parametrize(
    ("change", "name", "says"),
    [
        ("disable", "CAP-RTP-003", "The CAP-RTP-003 certificate is not in the list of default Cisco CA certificates."),
        ("enable", "Cisco Manufacturing CA III", "not in the list"),
        ("enable", "CAP-RTP-001", "enabled already"),
        ("enable", "all", "enabled already"),
        ("delete", "CAP-RTP-001", "'delete'"),
    ],
)
def test_what_the_default_ca_list_cannot_do_is_one_sentence(
    mixed: Cluster, notebook: Any, change: Any, name: str, says: str
) -> None:
    before = held(mixed)
    with pytest.raises(AdministrationError) as error:
        management.set_default_ca_list(mixed, change, name)
    assert says in sentence(error)
    assert held(mixed) == before
    assert not notebook.of(DefaultCaListChanged)


def test_disabling_twice_is_refused(mixed: Cluster) -> None:
    management.set_default_ca_list(mixed, "disable", "all")
    for name in ("all", "CAP-RTP-002"):
        with pytest.raises(AdministrationError) as error:
            management.set_default_ca_list(mixed, "disable", name)
        assert "disabled already" in sentence(error)


# The list


def test_every_certificate_is_listed_once_with_its_unit_and_file(mixed: Cluster) -> None:
    rows = list_certificates(mixed)
    name = common_name(capf(mixed).subject)
    paths = [row.path for row in rows]
    assert len(paths) == len(set(paths)) == 2 + 8 + 8
    assert paths[:2] == ["CallManager/CallManager.pem", "CAPF/CAPF.pem"]
    assert {f"CallManager-trust/{name}.pem", f"CAPF-trust/{name}.pem"} <= set(paths)
    assert "CAPF-trust/Cisco_Manufacturing_CA_6a6967b3000000000003.pem" in paths
    assert [row.trust for row in rows] == [False, False] + [True] * 16


def test_a_row_tells_what_the_certificate_says(mixed: Cluster) -> None:
    certificate = capf(mixed)
    row = list_certificates(mixed)[1]
    assert row.certificate == certificate
    assert (row.unit, row.file_name, row.trust) == ("CAPF", "CAPF.pem", False)
    assert row.common_name == common_name(certificate.subject)
    assert int(row.serial_number, 16) == certificate.serial_number
    assert len(row.serial_number) % 2 == 0
    assert row.issuer == f"L=Sydney, ST=NSW, CN={row.common_name}, OU=Test, O=Lab, C=AU"
    assert (row.not_before, row.not_after) == (certificate.not_valid_before_utc, certificate.not_valid_after_utc)


def test_what_the_system_signed_itself_is_described_so_and_nothing_else(
    mixed: Cluster, keys: KeyRing, company: Authority
) -> None:
    def described() -> dict[str, str]:
        return {row.path: row.description for row in list_certificates(mixed)}

    first = common_name(capf(mixed).subject)
    upload_trust(mixed, StoreName.CAPF, company.certificate)
    management.install_signed(mixed, CertificateUnit.CAPF, company, keys)
    texts = described()
    generated = {"CallManager/CallManager.pem", f"CAPF-trust/{first}.pem", f"CallManager-trust/{first}.pem"}
    assert {path for path, text in texts.items() if text == SELF_SIGNED} == generated
    assert set(texts.values()) == {SELF_SIGNED, SIGNED}
    assert texts["CAPF/CAPF.pem"] == SIGNED


def test_a_deleted_certificate_is_no_longer_listed(mixed: Cluster) -> None:
    path = f"CAPF-trust/{common_name(capf(mixed).subject)}.pem"
    assert path in [row.path for row in list_certificates(mixed)]
    delete_trust(mixed, StoreName.CAPF, capf(mixed))
    assert path not in [row.path for row in list_certificates(mixed)]


def test_no_private_key_enters_the_journal(mixed: Cluster, keys: KeyRing, company: Authority, notebook: Any) -> None:
    upload_trust(mixed, StoreName.CAPF, company.certificate)
    management.install_signed(mixed, CertificateUnit.CAPF, company, keys)
    management.regenerate(mixed, CertificateUnit.CAPF, keys)
    management.regenerate(mixed, CertificateUnit.CALLMANAGER, keys)
    assert mixed.capf_authority is not None
    for identity in (mixed.capf_authority.identity, mixed.callmanager_identity):
        numbers = identity.key.private_numbers()
        assert not any(f"{number:x}" in repr(notebook.events) for number in (numbers.d, numbers.p))  # type: ignore[union-attr]


def test_enabling_brings_back_what_disabling_took_and_nothing_else(mixed: Cluster, keys: KeyRing) -> None:
    disabled, deleted, never = "Cisco Root CA M2", "ACT2 SUDI CA", "Cisco Manufacturing CA III"
    by_name = {common_name(one.subject): one for one in mixed.default_ca_list}
    delete_trust(mixed, StoreName.CAPF, by_name[disabled])
    management.set_default_ca_list(mixed, "disable", disabled)
    for store in STORES:
        delete_trust(mixed, store, by_name[deleted])
    upload_trust(mixed, StoreName.CAPF, Manufacturing(keys)[never].certificate)
    delete_trust(mixed, StoreName.CAPF, Manufacturing(keys)[never].certificate)
    assert management.stores_to_come_back(mixed, disabled) == (StoreName.CALLMANAGER,)
    assert [management.stores_to_come_back(mixed, name) for name in (deleted, never, "Cisco Root CA 2048")] == [()] * 3
    management.set_default_ca_list(mixed, "enable", "all")
    assert by_name[disabled] in mixed.trust[StoreName.CALLMANAGER]
    assert by_name[disabled] not in mixed.trust[StoreName.CAPF]
    for name in (deleted, never):
        with pytest.raises(AdministrationError):
            management.set_default_ca_list(mixed, "enable", name)
