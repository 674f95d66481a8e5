"""The figures of `make bench` about what-if: they measure what their names say. What they measure is no test's business."""

from __future__ import annotations

import pytest

from lab.bench import whatif as bench
from lab.bench.whatif import WhatIfRates, by_classes, every_phone, make_fleet, make_site
from lab.fleet.model import Described, Known
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
