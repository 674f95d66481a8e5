"""The figures of `make bench` about what-if: they measure what their names say. What they measure is no test's business."""

from __future__ import annotations

import pytest

from cisco_data import ServiceKind
from lab.bench import whatif as bench
from lab.bench.whatif import (
    WhatIfRates,
    by_classes,
    every_phone,
    lists_to_none,
    make_fleet,
    make_site,
    with_lists,
)
from lab.fleet.model import Described, Known
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.judge import Judge
from pki import KeyPool


def test_rows_and_certificates_are_one_fleet_with_three_services_each() -> None:
    site = make_site(KeyPool())
    fleet = make_fleet(site, 3, 2)
    assert [type(phone.lsc) for phone in fleet.phones] == [Known, Known, Described, Described, Described]
    assert {len(fleet.services_of(phone)) for phone in fleet.phones} == {3}
    assert fleet.identities == ()  # nobody's key is known: each real certificate takes a re-keyed certificate


def test_by_classes_asks_about_all_and_shakes_hands_for_a_few() -> None:
    scale = by_classes(KeyPool(), rows=300, real=8)
    assert scale.phones == 308
    assert 0 < scale.handshakes < 100


def test_phones_with_lists_share_them_and_accept_their_services() -> None:
    site = make_site(KeyPool())
    fleet = with_lists(site, make_fleet(site, 2, 2))
    held = [phone.lists for phone in fleet.phones]
    assert all(one is not None and one.ctl is not None and one.itl is not None for one in held)
    assert len({(id(one.ctl), id(one.itl)) for one in held if one is not None}) == 1
    found = {
        reached.server.kind: reached.access.accepted
        for reached in Judge(CredentialFactory(fleet, site.keys)).reach(fleet, fleet.phones[0])
    }
    assert found[ServiceKind.CALLMANAGER]
    assert found[ServiceKind.TFTP]


def test_the_cost_of_lists_is_a_ratio_of_two_requests_that_find_the_same() -> None:
    assert lists_to_none(KeyPool(), rows=40, real=4, rounds=1) > 0


def test_every_phone_is_measured_against_as_many_bare_handshakes(monkeypatch: pytest.MonkeyPatch) -> None:
    from lab.whatif import evaluate

    monkeypatch.setattr(evaluate, "FEW", 0)
    rates = every_phone(KeyPool(), phones=8, rounds=1)
    assert rates.lab > 0
    assert rates.bare > 0
    assert WhatIfRates(40, 50).ratio == 0.8


def test_bare_handshakes_come_up_at_each_service_with_a_certificate_where_it_is_asked_for() -> None:
    bench.bare_handshakes(4)
    services = bench._bench()
    assert [profile.proves for profile in services] == [False, False, True, False]
    assert [profile.server.judges for profile in services] == [True, True, False, True]
    assert not any(profile.client.judges for profile in services)
