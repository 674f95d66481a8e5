"""Is the change that we plan safe? `trust_change` takes the words of `cucm-lab whatif`, and asks without changing anything."""

OLD_CAPF = "CAPF-aee9de15"


def test_the_plan_takes_no_phone_down(trust_change):
    assert trust_change(plan="../plans/retire-old-capf.toml")


def test_without_new_lsc_first_exactly_these_phones_are_down(trust_change):
    answer = trust_change(remove=OLD_CAPF, from_="CallManager-trust")
    assert answer.broken == ("SEP001A2F10A001", "SEP001A2F10A002", "SEP001A2F10A003")
    assert any("Install/Upgrade an LSC" in step.text for step in answer.order)


def test_one_phone_is_too_old_for_tls_1_2(lab, trust_change):
    answer = trust_change(min_tls="1.2", propose=False)
    assert [lab.phones[device].model for device in answer.broken] == ["7965"]


def test_the_root_of_the_new_mics_can_leave_capf_trust_as_all_these_phones_have_an_lsc(lab, trust_change):
    answer = trust_change(remove="Cisco Root CA M2", from_="CAPF-trust")
    assert set(answer.broken) <= {str(phone) for phone in lab.phones.values() if not phone.lsc}
