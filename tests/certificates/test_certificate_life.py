"""What certificate management does to phones, on real handshakes: nothing before the restart, and then exactly what it should."""

from __future__ import annotations

from typing import Any

import pytest
import trio

from cisco_data import AuthenticationMode, CertificateUnit, DeviceSecurityMode, StoreName
from cucm_sim import administration
from cucm_sim import certificate_management as management
from cucm_sim.administration import AdministrationError
from lab.base.failures import InvalidInput
from lab.running.offered_lists import offered_lists
from phone_sim.boot import CAPF_TRIES, BootState
from phone_sim.events import LscMissing, TrustListUpdated
from phone_sim.trust.events import ServerVouchedFor, TrustListRefused
from phone_sim.trust.tvs_answer import TrustRefusal
from pki import common_name
from wire.tls import AlertDescription, VerifyCode

NON_SECURE = DeviceSecurityMode.NON_SECURE
CALLMANAGER = "Cisco CallManager"
CAPF = "Cisco Certificate Authority Proxy Function"
TFTP = "Cisco Tftp"
TVS = "Cisco Trust Verification Service"
STORES = (StoreName.CALLMANAGER, StoreName.CAPF)
MIC_CA = "Cisco Manufacturing CA"
UNKNOWN = (VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 0, AlertDescription.UNKNOWN_CA)


async def trouble(lab: Any, phone: Any) -> tuple[int, int, int]:
    """Restart CallManager, and tell how it refuses the phone."""
    answer: list[tuple[int, int, int]] = []

    async def watch() -> None:
        answer.append(await lab.refused(phone))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch)
        await lab.restart(CALLMANAGER)
    return answer[0]


# CAPF regenerated


@pytest.mark.trio
async def test_an_old_lsc_serves_until_its_capf_is_deleted_and_callmanager_restarted(
    autojump_clock: object, lab: Any
) -> None:
    hq = lab.cluster().cluster
    old = lab.certificate("CAPF of hq")
    name = common_name(old.subject)
    phone = lab.phone(lsc="hq")
    await lab.registered_with(phone, name)
    management.regenerate(hq, CertificateUnit.CAPF, lab.keys)
    await lab.restart(CALLMANAGER)
    await lab.registered_with(phone, name)
    administration.delete_trust(hq, StoreName.CALLMANAGER, old)
    await lab.reset(phone)
    await lab.registered_with(phone, name)  # CallManager goes by what it read
    assert await trouble(lab, phone) == UNKNOWN
    administration.upload_trust(hq, StoreName.CALLMANAGER, old)
    await lab.restart(CALLMANAGER)
    await lab.registered_with(phone, name)


@pytest.mark.trio
async def test_deleting_the_old_capf_from_the_other_store_does_not_matter_to_callmanager(
    autojump_clock: object, lab: Any
) -> None:
    hq = lab.cluster().cluster
    old = lab.certificate("CAPF of hq")
    phone = lab.phone(lsc="hq")
    management.regenerate(hq, CertificateUnit.CAPF, lab.keys)
    administration.delete_trust(hq, StoreName.CAPF, old)
    await lab.restart(CALLMANAGER, CAPF)
    await lab.registered_with(phone, common_name(old.subject))


@pytest.mark.trio
@pytest.mark.parametrize(
    ("identifier", "code", "alert"),
    [
        (True, VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY, AlertDescription.UNKNOWN_CA),
        (False, VerifyCode.CERT_SIGNATURE_FAILURE, AlertDescription.DECRYPT_ERROR),
    ],
    ids=["LSC points at the key", "LSC points at the name only"],
)
async def test_regenerated_under_the_same_name_it_breaks_old_lscs_at_the_restart_and_new_ones_cure(
    autojump_clock: object, lab: Any, identifier: bool, code: VerifyCode, alert: AlertDescription
) -> None:
    hq = lab.cluster(lsc_authority_key_identifier=identifier).cluster
    name = lab.capf_name()
    phone = lab.phone(lsc="hq")
    await lab.registered_with(phone, name)
    old = phone.flash.lsc.identity.certificate
    management.regenerate(hq, CertificateUnit.CAPF, lab.keys, same_name=True)
    assert lab.capf_name() == name
    await lab.reset(phone)
    await lab.registered_with(phone, name)
    assert await trouble(lab, phone) == (code, 0, alert)
    management.update_ctl_file(hq)
    await lab.restart(CAPF)
    lab.order_lsc(phone)
    await lab.registered_with(phone, name)
    assert phone.flash.lsc.identity.certificate != old


@pytest.mark.trio
async def test_new_lscs_are_of_the_new_capf_after_its_restart_and_trusted_after_callmanagers(
    autojump_clock: object, lab: Any
) -> None:
    hq = lab.cluster().cluster
    first = lab.capf_name()
    phone = lab.phone()
    await lab.registered_with(phone, MIC_CA)
    management.regenerate(hq, CertificateUnit.CAPF, lab.keys)
    second = lab.capf_name()
    lab.order_lsc(phone)
    await lab.reset(phone)
    await lab.registered_with(phone, first)
    management.update_ctl_file(hq)
    await lab.restart(CAPF)
    lab.order_lsc(phone)
    await lab.reset(phone)
    assert await lab.refused(phone) == UNKNOWN  # an LSC that CallManager does not know yet
    assert common_name(phone.flash.lsc.identity.certificate.issuer) == second
    await lab.restart(CALLMANAGER)
    await lab.registered_with(phone, second)


@pytest.mark.trio
async def test_after_the_old_capf_left_capf_trust_an_old_lsc_proves_nothing_once_capf_restarted(
    autojump_clock: object, lab: Any
) -> None:
    hq = lab.cluster().cluster
    old = lab.certificate("CAPF of hq")
    phone = lab.phone(lsc="hq")
    await lab.registered_with(phone, common_name(old.subject))
    management.regenerate(hq, CertificateUnit.CAPF, lab.keys)
    management.update_ctl_file(hq)
    administration.delete_trust(hq, StoreName.CAPF, old)
    await lab.restart(CAPF)
    by_lsc = {"authentication_mode": AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC}
    lab.order_lsc(phone, **by_lsc)
    await lab.reset(phone)
    await lab.until(lambda: "Invalid LSC" in lab.status(phone))
    await lab.registered_with(phone, common_name(old.subject))
    administration.upload_trust(hq, StoreName.CAPF, old)
    await lab.restart(CAPF)
    lab.order_lsc(phone, **by_lsc)
    await lab.reset(phone)
    await lab.until(lambda: lab.status(phone) == "Upgrade Success")


# CAPF signed by a company


@pytest.mark.trio
async def test_a_signed_capfs_lscs_need_the_companys_root_in_callmanager_trust(
    autojump_clock: object, lab: Any
) -> None:
    hq, company = lab.cluster().cluster, lab.company
    administration.upload_trust(hq, StoreName.CAPF, company.certificate)
    management.install_signed(hq, CertificateUnit.CAPF, company, lab.keys)
    management.update_ctl_file(hq)
    await lab.restart(CALLMANAGER, CAPF)
    phone = lab.phone()
    await lab.registered_with(phone, MIC_CA)
    lab.order_lsc(phone)
    await lab.reset(phone)
    assert await lab.refused(phone) == (VerifyCode.UNABLE_TO_GET_ISSUER_CERT, 1, AlertDescription.UNKNOWN_CA)
    assert lab.status(phone) == "Upgrade Success"
    administration.upload_trust(hq, StoreName.CALLMANAGER, lab.certificate("company root"))
    assert await lab.refused(phone)  # not before the restart
    await lab.restart(CALLMANAGER)
    await lab.registered_with(phone, lab.capf_name())


@pytest.mark.trio
async def test_a_signed_capfs_lsc_proves_its_phone_to_capf_while_capf_trust_has_the_root(
    autojump_clock: object, lab: Any
) -> None:
    hq, company = lab.cluster().cluster, lab.company
    for store in STORES:
        administration.upload_trust(hq, store, company.certificate)
    management.install_signed(hq, CertificateUnit.CAPF, company, lab.keys)
    management.update_ctl_file(hq)
    await lab.restart(CALLMANAGER, CAPF)
    phone = lab.phone(lsc="hq")
    await lab.registered_with(phone, lab.capf_name())
    by_lsc = {"authentication_mode": AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC}
    lab.order_lsc(phone, **by_lsc)
    await lab.reset(phone)
    await lab.until(lambda: lab.status(phone) == "Upgrade Success")
    administration.delete_trust(hq, StoreName.CAPF, company.certificate)
    await lab.restart(CAPF)
    await lab.registered_with(phone, lab.capf_name())
    lab.order_lsc(phone, **by_lsc)
    await lab.reset(phone)
    await lab.until(lambda: "Invalid LSC" in lab.status(phone))


# The authorities that come with CUCM


@pytest.mark.trio
@pytest.mark.parametrize("name", [MIC_CA, "all"])
async def test_with_the_manufacturing_ca_disabled_a_mic_is_refused_after_the_restart_only(
    autojump_clock: object, lab: Any, name: str
) -> None:
    hq = lab.cluster().cluster
    phone = lab.phone()
    await lab.registered_with(phone, MIC_CA)
    management.set_default_ca_list(hq, "disable", name)
    await lab.reset(phone)
    await lab.registered_with(phone, MIC_CA)
    assert await trouble(lab, phone) == UNKNOWN
    management.set_default_ca_list(hq, "enable", name)
    assert await lab.refused(phone) == UNKNOWN
    await lab.restart(CALLMANAGER)
    await lab.registered_with(phone, MIC_CA)


@pytest.mark.trio
async def test_with_another_ca_disabled_a_mic_serves_as_before(autojump_clock: object, lab: Any) -> None:
    hq = lab.cluster().cluster
    management.set_default_ca_list(hq, "disable", "Cisco Manufacturing CA SHA2")
    await lab.restart(CALLMANAGER)
    await lab.registered_with(lab.phone(), MIC_CA)


# What phones are told to trust


@pytest.mark.trio
async def test_a_phone_with_the_old_trust_list_does_not_talk_to_the_new_capf_without_tvs(
    autojump_clock: object, lab: Any
) -> None:
    hq = lab.cluster().cluster
    phone = lab.phone(mode=NON_SECURE)
    await lab.registered_with(phone, "")
    await lab.stop_tvs()
    management.regenerate(hq, CertificateUnit.CAPF, lab.keys)
    await lab.restart(CAPF)
    lab.order_lsc(phone)
    await lab.reset(phone)
    await lab.registered_with(phone, "")
    assert len(lab.distrusted(phone, "CAPF")) == CAPF_TRIES
    assert (lab.status(phone), phone.flash.lsc) == ("Operation Pending", None)
    management.update_ctl_file(hq)
    await lab.reset(phone)
    await lab.registered_with(phone, "")
    assert lab.status(phone) == "Upgrade Success"
    assert len(lab.of(phone, TrustListUpdated)) == 1
    assert common_name(phone.flash.lsc.identity.certificate.issuer) == lab.capf_name()


@pytest.mark.trio
async def test_a_restarted_tvs_vouches_for_the_new_capf_before_any_list_has_it(
    autojump_clock: object, lab: Any
) -> None:
    hq = lab.cluster().cluster
    phone = lab.phone(mode=NON_SECURE)
    await lab.registered_with(phone, "")
    management.regenerate(hq, CertificateUnit.CAPF, lab.keys)
    await lab.restart(CAPF, TVS)
    lab.order_lsc(phone)
    await lab.reset(phone)
    await lab.registered_with(phone, "")
    assert lab.status(phone) == "Upgrade Success"
    assert not lab.distrusted(phone, "CAPF")
    assert not lab.of(phone, TrustListUpdated)


@pytest.mark.trio
async def test_a_phone_with_new_lists_does_not_talk_to_a_capf_that_was_not_restarted_without_tvs(
    autojump_clock: object, lab: Any
) -> None:
    hq = lab.cluster().cluster
    phone = lab.phone(mode=NON_SECURE)
    await lab.registered_with(phone, "")
    await lab.stop_tvs()
    management.regenerate(hq, CertificateUnit.CAPF, lab.keys)
    management.update_ctl_file(hq)
    await lab.restart(TFTP)  # the ITL file lists CAPF as well
    lab.order_lsc(phone)
    await lab.reset(phone)
    await lab.registered_with(phone, "")
    assert len(lab.distrusted(phone, "CAPF")) == CAPF_TRIES


@pytest.mark.trio
async def test_callmanagers_new_certificate_counts_from_its_restart_and_needs_tvs_or_a_new_ctl_file(
    autojump_clock: object, lab: Any
) -> None:
    hq = lab.cluster().cluster
    phone = lab.phone()
    await lab.registered_with(phone, MIC_CA)
    management.regenerate(hq, CertificateUnit.CALLMANAGER, lab.keys)
    await lab.reset(phone)
    await lab.registered_with(phone, MIC_CA)
    await lab.stop_tvs()
    await lab.restart(CALLMANAGER)
    await lab.until(lambda: lab.distrusted(phone, "SCCP"))
    await lab.until(lambda: phone.state is BootState.BACKING_OFF)
    management.update_ctl_file(hq)
    await lab.registered_with(phone, MIC_CA)  # with its next file it took the new list


@pytest.mark.trio
async def test_tvs_vouches_for_callmanagers_new_certificate(autojump_clock: object, lab: Any) -> None:
    hq = lab.cluster().cluster
    phone = lab.phone()
    await lab.registered_with(phone, MIC_CA)
    management.regenerate(hq, CertificateUnit.CALLMANAGER, lab.keys)
    await lab.restart(CALLMANAGER)
    await lab.until(lambda: lab.of(phone, ServerVouchedFor))
    await lab.registered_with(phone, MIC_CA)


@pytest.mark.trio
async def test_a_phone_of_a_non_secure_cluster_gets_its_new_list_from_a_restarted_tftp(
    autojump_clock: object, lab: Any
) -> None:
    hq = lab.cluster(mixed=False).cluster
    phone = lab.phone()
    await lab.registered_with(phone, "")
    await lab.stop_tvs()
    management.regenerate(hq, CertificateUnit.CAPF, lab.keys)
    await lab.restart(CAPF)
    lab.order_lsc(phone)
    await lab.reset(phone)
    await lab.registered_with(phone, "")
    assert lab.distrusted(phone, "CAPF")
    await lab.restart(TFTP)
    await lab.reset(phone)
    await lab.registered_with(phone, "")
    assert lab.status(phone) == "Upgrade Success"


@pytest.mark.trio
async def test_trust_lists_of_another_signer_are_refused_and_the_old_ones_kept(
    autojump_clock: object, lab: Any
) -> None:
    lab.cluster()
    other = lab.cluster("other", start=False)
    phone = lab.phone(trusts="other")
    await lab.until(lambda: phone.state is BootState.BACKING_OFF)
    refused = lab.of(phone, TrustListRefused)
    assert {(event.list, event.refusal) for event in refused} >= {
        (kind, TrustRefusal.TVS_NOT_CONFIGURED) for kind in ("CTL", "ITL")
    }
    assert phone.flash.lists == offered_lists(other, phone.model)
    assert not lab.of(phone, TrustListUpdated)


@pytest.mark.trio
async def test_a_moved_phone_follows_its_new_cluster_when_its_lists_are_deleted(
    autojump_clock: object, lab: Any
) -> None:
    lab.cluster("other")
    hq = lab.cluster()
    phone = lab.phone(trusts="other")
    await lab.move(phones=(phone.device_name,), to="hq", profile=DeviceSecurityMode.ENCRYPTED)
    await lab.until(lambda: lab.of(phone, TrustListRefused))
    assert phone.delete_trust_lists()
    await lab.registered_with(phone, MIC_CA)
    management.regenerate(hq.cluster, CertificateUnit.CALLMANAGER, lab.keys)
    management.update_ctl_file(hq.cluster)
    await lab.restart(CALLMANAGER)
    await lab.registered_with(phone, MIC_CA)
    await lab.reset(phone)
    await lab.registered_with(phone, MIC_CA)
    assert phone.flash.lists == offered_lists(hq, phone.model)


@pytest.mark.trio
async def test_a_phone_without_lists_takes_the_first_ones_and_one_that_has_them_notes_nothing(
    autojump_clock: object, lab: Any
) -> None:
    hq = lab.cluster()
    without, with_them = lab.phone(trusts="none"), lab.phone()
    assert not without.flash.lists.any_held
    await lab.registered_with(without, MIC_CA)
    await lab.registered_with(with_them, MIC_CA)
    assert without.flash.lists == offered_lists(hq, without.model)
    assert lab.of(with_them, LscMissing)
    assert not lab.of(with_them, TrustListUpdated)
    assert not lab.of(with_them, TrustListRefused)


# Names of certificates


@pytest.mark.trio
async def test_names_follow_the_certificates(autojump_clock: object, lab: Any) -> None:
    hq, named = lab.cluster(start=False).cluster, lab.certificate
    first = named("CAPF of hq")
    assert named("first CAPF of hq") == first == hq.own_certificates["CAPF"]
    assert named("CallManager of hq") == hq.callmanager_identity.certificate
    assert named("company root") == named("company root") == lab.company.certificate
    assert common_name(named("ACT2 SUDI CA").subject) == "ACT2 SUDI CA"
    with pytest.raises(AdministrationError, match="never regenerated"):
        named("old CAPF of hq")
    management.regenerate(hq, CertificateUnit.CAPF, lab.keys)
    second = named("CAPF of hq")
    assert named("old CAPF of hq") == named("first CAPF of hq") == first != second
    management.regenerate(hq, CertificateUnit.CAPF, lab.keys, same_name=True)
    assert (named("old CAPF of hq"), named("first CAPF of hq")) == (second, first)
    assert named("TVS of hq") == named("TVS of hq/hq-pub") == hq.publisher.identities["TVS"].certificate
    for unknown in ("CAPF of nowhere", "TVS of hq/nowhere", "nobody", ""):
        with pytest.raises(InvalidInput):
            named(unknown)
