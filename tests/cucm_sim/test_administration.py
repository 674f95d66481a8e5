"""Each act of an administrator is an event that says when it takes effect; a wrong entry is one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from cisco_data import AuthenticationMode, CertificateOperation, ClusterSecurityMode, DeviceSecurityMode, StoreName
from cucm_sim import administration as admin
from cucm_sim import events as ev
from cucm_sim.profiles import secure_profile
from journal import event_types
from wire.tls import TlsVersion

DEVICE = "SEP001122334455"


def test_a_new_phone_gets_the_standard_profile(cluster: Any, notebook: Any) -> None:
    admin.add_phone(cluster, "SEPAABBCCDDEEFF", "8861", description="Reception")
    device = cluster.database.device("SEPAABBCCDDEEFF")
    assert device.profile.name == "Cisco 8861 - Standard SCCP Non-Secure Profile"
    assert notebook.of(ev.PhoneAdded)[-1].device_name == "SEPAABBCCDDEEFF"
    assert notebook.of(ev.PhoneAdded)[-1].actor == "new/administration"


@pytest.mark.parametrize(("name", "model"), [(DEVICE, "7965"), ("no name", "7965"), ("SEPAABBCCDDEEFF", "7999")])
def test_a_phone_that_cannot_be_is_refused_in_one_sentence(cluster: Any, name: str, model: str) -> None:
    with pytest.raises(admin.AdministrationError) as error:
        admin.add_phone(cluster, name, model)
    assert str(error.value).endswith(".")
    assert len(list(cluster.database)) == 1


def test_a_profile_is_saved_and_waits_for_a_reset(cluster: Any, notebook: Any) -> None:
    admin.assign_profile(cluster, DEVICE, secure_profile("7965", DeviceSecurityMode.ENCRYPTED))
    event = notebook.one(ev.ProfileAssigned)
    assert (event.device_security_mode, event.takes_effect) == ("Encrypted", "reset of the phone")
    with pytest.raises(admin.AdministrationError):
        admin.assign_profile(cluster, "SEP0", secure_profile("7965", DeviceSecurityMode.ENCRYPTED))


def test_a_capf_operation_becomes_pending_and_its_string_stays_out_of_the_journal(cluster: Any, notebook: Any) -> None:
    admin.set_capf(
        cluster,
        DEVICE,
        certificate_operation=CertificateOperation.INSTALL_UPGRADE,
        authentication_mode=AuthenticationMode.BY_AUTHENTICATION_STRING,
        authentication_string="8675309",
    )
    capf = cluster.database.device(DEVICE).capf
    assert (capf.certificate_operation_status, capf.authentication_string) == ("Operation Pending", "8675309")
    assert notebook.one(ev.CapfSettingsChanged).certificate_operation == "Install/Upgrade"
    assert not any("8675309" in repr(event) for event in notebook.events)


@pytest.mark.parametrize("string", ["", "123", "12345678901", "12a4", "١٢٣٤"])
def test_an_authentication_string_has_four_to_ten_digits(cluster: Any, string: str) -> None:
    with pytest.raises(admin.AdministrationError):
        admin.set_capf(
            cluster,
            DEVICE,
            certificate_operation=CertificateOperation.INSTALL_UPGRADE,
            authentication_mode=AuthenticationMode.BY_AUTHENTICATION_STRING,
            authentication_string=string,
        )
    assert cluster.database.device(DEVICE).capf.certificate_operation_status == "None"


def test_an_unknown_capf_field_or_service_parameter_is_refused(cluster: Any) -> None:
    with pytest.raises(admin.AdministrationError):
        admin.set_capf(cluster, DEVICE, colour="blue")
    with pytest.raises(admin.AdministrationError):
        admin.set_service_parameters(cluster, colour="blue")


def test_mode_and_parameters_wait_for_a_restart(cluster: Any, notebook: Any) -> None:
    admin.set_cluster_mode(cluster, ClusterSecurityMode.MIXED)
    admin.set_service_parameters(cluster, minimum_tls_version=TlsVersion.TLSv1_2)
    mode, parameter = notebook.one(ev.ClusterModeChanged), notebook.one(ev.ServiceParameterChanged)
    assert (mode.cluster_security_mode, parameter.value) == ("MIXED", "TLSv1.2")
    assert mode.takes_effect == parameter.takes_effect == "restart of Cisco CallManager"
    assert cluster.callmanager.cluster_security_mode is ClusterSecurityMode.NON_SECURE


def test_capf_and_the_default_list_are_in_both_stores_from_the_start(cluster: Any) -> None:
    assert cluster.own_certificates["CAPF"] in cluster.callmanager_trust
    assert cluster.own_certificates["CAPF"] in cluster.capf_trust


@pytest.mark.parametrize(
    ("store", "service"),
    [
        (StoreName.CALLMANAGER, "Cisco CallManager"),
        (StoreName.CAPF, "Cisco Certificate Authority Proxy Function"),
        (StoreName.TVS, "Cisco Trust Verification Service"),
        (StoreName.TOMCAT, "Cisco Tomcat"),
        (StoreName.PHONE_SAST, "Cisco Trust Verification Service"),
        (StoreName.PHONE_EDGE, "Cisco Tftp"),
    ],
)
def test_trust_is_changed_in_one_store_and_names_the_service_to_restart(
    cluster: Any, notebook: Any, old_capf: Any, store: str, service: str
) -> None:
    admin.upload_trust(cluster, store, old_capf)
    assert old_capf in cluster.trust[store]
    assert not any(old_capf in trust for other, trust in cluster.trust.items() if other != store)
    admin.delete_trust(cluster, store, old_capf)
    assert old_capf not in cluster.trust[store]
    changes = notebook.of(ev.TrustChanged)
    assert [event.change for event in changes] == ["uploaded", "deleted"]
    assert {event.takes_effect for event in changes} == {f"restart of {service}"}


def test_a_store_or_certificate_that_is_not_there_is_refused(cluster: Any, old_capf: Any) -> None:
    with pytest.raises(admin.AdministrationError):
        admin.upload_trust(cluster, "ipsec-trust", old_capf)
    with pytest.raises(admin.AdministrationError):
        admin.delete_trust(cluster, StoreName.CAPF, old_capf)


def test_event_names_are_the_labs_own_each_once() -> None:
    names = [kind.__name__ for kind in event_types()]
    assert len(names) == len(set(names))
