"""Phone security profiles: own ones come, change and go; standard ones and those in use stay."""

from __future__ import annotations

from typing import Any

import pytest

from cisco_data import AuthenticationMode, DeviceSecurityMode
from cisco_data.models import TYPEMODEL
from cucm_sim import administration as admin
from cucm_sim import profile_management as profiles
from cucm_sim.database import PhoneSecurityProfile, standard_profile

DEVICE = "SEP001122334455"
OWN = PhoneSecurityProfile("Lobby", DeviceSecurityMode.ENCRYPTED, description="Phones in the lobby")


def test_an_own_profile_is_added_changed_and_deleted_each_an_event(cluster: Any, notebook: Any) -> None:
    profiles.add_profile(cluster, OWN)
    assert cluster.database.profile("Lobby") == OWN
    profiles.change_profile(
        cluster,
        "Lobby",
        device_security_mode=DeviceSecurityMode.AUTHENTICATED,
        authentication_mode=AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC,
    )
    changed = notebook.one(profiles.ProfileChanged)
    assert (changed.device_security_mode, changed.takes_effect) == ("Authenticated", "reset of the phones that have it")
    assert changed.authentication_mode == "By Existing Certificate (Precedence to LSC)"
    profiles.remove_profile(cluster, "Lobby")
    assert cluster.database.profile("Lobby") is None
    assert notebook.one(profiles.ProfileAdded).profile == notebook.one(profiles.ProfileRemoved).profile == "Lobby"


def test_a_change_is_a_change_for_every_phone_that_has_the_profile(cluster: Any) -> None:
    profiles.add_profile(cluster, OWN)
    admin.assign_profile(cluster, DEVICE, OWN)
    admin.add_phone(cluster, "SEPAABBCCDDEEFF", "7965", OWN)
    profiles.change_profile(cluster, "Lobby", device_security_mode=DeviceSecurityMode.NON_SECURE)
    assert {device.profile.device_security_mode for device in cluster.database} == {DeviceSecurityMode.NON_SECURE}


def test_a_profile_in_use_cannot_be_deleted_until_it_is_free(cluster: Any, notebook: Any) -> None:
    admin.assign_profile(cluster, DEVICE, OWN)  # which adds it
    with pytest.raises(admin.AdministrationError, match="1 phone has it"):
        profiles.remove_profile(cluster, "Lobby")
    assert not notebook.of(profiles.ProfileRemoved)
    admin.assign_profile(cluster, DEVICE, standard_profile("7965"))
    profiles.remove_profile(cluster, "Lobby")
    assert cluster.database.profile("Lobby") is None


@pytest.mark.parametrize(
    "act",
    [
        lambda cluster: profiles.add_profile(cluster, OWN),
        lambda cluster: profiles.add_profile(cluster, PhoneSecurityProfile("New", is_standard=True)),
        lambda cluster: profiles.add_profile(cluster, PhoneSecurityProfile("New", rsa_key_size=7)),
        lambda cluster: profiles.add_profile(cluster, standard_profile("7965")),
        lambda cluster: profiles.change_profile(cluster, "Nobody's", description="x"),
        lambda cluster: profiles.change_profile(cluster, "Lobby", name="Hall"),
        lambda cluster: profiles.change_profile(cluster, "Lobby", is_standard=True),
        lambda cluster: profiles.change_profile(cluster, "Lobby", colour="blue"),
        lambda cluster: profiles.change_profile(cluster, "Lobby", ec_key_size=1),
        lambda cluster: profiles.change_profile(cluster, standard_profile("7965").name, description="x"),
        lambda cluster: profiles.remove_profile(cluster, "Nobody's"),
        lambda cluster: profiles.remove_profile(cluster, standard_profile("8861").name),
        lambda cluster: admin.assign_profile(cluster, DEVICE, PhoneSecurityProfile("Lobby")),
        lambda cluster: admin.add_phone(cluster, "SEPAABBCCDDEEFF", "7965", PhoneSecurityProfile("Lobby")),
    ],
)
def test_what_cannot_be_saved_is_one_sentence_and_changes_nothing(cluster: Any, notebook: Any, act: Any) -> None:
    profiles.add_profile(cluster, OWN)
    before, events = "\n".join(cluster.database.connection.iterdump()), len(notebook.events)
    with pytest.raises(admin.AdministrationError) as error:
        act(cluster)
    assert str(error.value).endswith(".")
    assert "\n".join(cluster.database.connection.iterdump()) == before
    assert len(notebook.events) == events


def test_the_standard_profiles_are_one_for_each_model(cluster: Any) -> None:
    standard = [profile for profile in cluster.database.profiles.all() if profile.is_standard]
    assert standard == [standard_profile(model) for model in TYPEMODEL]


def test_a_secure_profile_has_tls_in_its_row(cluster: Any) -> None:
    profiles.add_profile(cluster, OWN)
    question = (
        "SELECT typetransport.name FROM securityprofile JOIN typetransport ON tktransport = enum WHERE"
        " securityprofile.name = ?"
    )
    for name, transport in (("Lobby", "TLS"), (standard_profile("7965").name, "TCP")):
        assert cluster.database.connection.execute(question, (name,)).fetchone() == (transport,)
