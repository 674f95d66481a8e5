"""Phone security profiles: a standard one for each model, and own ones under other names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cisco_data import DeviceSecurityMode
from cisco_data.models import TYPEMODEL
from cucm_sim import administration as admin
from cucm_sim.database import PhoneSecurityProfile, standard_profile

DEVICE = "SEP001122334455"
OWN = PhoneSecurityProfile("Lobby", DeviceSecurityMode.ENCRYPTED, description="Phones in the lobby")


@pytest.mark.parametrize(
    "act",
    [
        lambda cluster: admin.assign_profile(cluster, DEVICE, PhoneSecurityProfile("Lobby")),
        lambda cluster: admin.assign_profile(cluster, DEVICE, PhoneSecurityProfile("New", is_standard=True)),
        lambda cluster: admin.assign_profile(cluster, DEVICE, PhoneSecurityProfile("New", rsa_key_size=7)),
        lambda cluster: admin.assign_profile(cluster, DEVICE, replace(OWN, ec_key_size=1)),
        lambda cluster: admin.add_phone(cluster, "SEPAABBCCDDEEFF", "7965", PhoneSecurityProfile("Lobby")),
    ],
)
def test_what_cannot_be_saved_is_one_sentence_and_changes_nothing(cluster: Any, notebook: Any, act: Any) -> None:
    cluster.database.profiles.add(OWN)
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
    cluster.database.profiles.add(OWN)
    question = (
        "SELECT typetransport.name FROM securityprofile JOIN typetransport ON tktransport = enum WHERE"
        " securityprofile.name = ?"
    )
    for name, transport in (("Lobby", "TLS"), (standard_profile("7965").name, "TCP")):
        assert cluster.database.connection.execute(question, (name,)).fetchone() == (transport,)
