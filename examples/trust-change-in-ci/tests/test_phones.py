"""Do the phones get through today, and will they next year? The network is the one whose exports pyproject.toml names."""

import pytest


def test_every_phone_registers(lab, cluster):
    for phone in lab.phones.values():
        assert phone.registers(cluster)


def test_every_phone_is_let_into_the_network(lab):
    for phone in lab.phones.values():
        assert phone.authenticates("ise")


def test_phones_with_a_new_lsc_register_when_the_old_capf_has_expired(lab, cluster, capf):
    lab.at = "2027-04-01"
    for phone in lab.phones.values():
        if phone.lsc == capf.common_name:
            assert phone.registers(cluster)
        elif phone.lsc:
            assert not phone.registers(cluster)  # CAPF-aee9de15 expires on 2027-03-13


@pytest.mark.cucm_scenario("capf-regenerated-in-good-order")
def test_the_story_that_our_plan_follows_still_ends_well(lab, cluster):
    for phone in lab.phones.values():
        assert phone.registers(cluster).certificate == "LSC"


@pytest.mark.cucm_scenario("branch.toml", play=False)
def test_a_phone_from_the_branch_needs_a_new_lsc_here(lab):
    visitor = lab.phones["visitor"]
    assert visitor.registers("branch")
    assert not visitor.registers("headquarters")
    visitor.delete_lsc()
    assert visitor.registers("headquarters").certificate == "MIC"
