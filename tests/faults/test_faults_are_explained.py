"""A conversation that a fault of the lab ended is explained as that: never as nothing, and never as a fault of phone or server."""

from __future__ import annotations

import pytest

from journal import Actor
from lab.base.language import Catalogue
from lab.explain import RULES, explain
from lab.views import cases_of
from tests.faults.test_services_go_on import DOT1X, PLACES, plant, played
from wire.faults import ConnectionFailed


@pytest.mark.parametrize(("place", "actor", "first", "second"), PLACES, ids=lambda value: str(value).rpartition(":")[2])
def test_a_fault_that_a_phone_met_is_told_and_is_over_when_the_phone_has_registered(
    place: str, actor: str, first: str, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, place)
    result = played(first, second)
    found = explain(cases_of(result.events))
    told = [one for one in found if one.rule == "lab-fault"]
    assert len(told) == 1
    (one,) = told
    (fault,) = result.faults
    assert one.device in ("SEP001A2F000001", actor)
    assert "Planted: a planted fault" in one.why
    assert actor in one.why
    assert fault.place in one.why
    assert one.evidence[0].seq == fault.seq
    if one.device.startswith("SEP"):
        assert not one.still, "the phone has registered since"
    assert "eport it as an issue" in one.cure
    assert "unknown" not in {other.rule for other in found}, "what the fault left behind is no failure of its own"


@pytest.mark.parametrize(
    "place",
    [
        "cucm_sim.callmanager:CallManager._serve",
        "phone_sim.registration:RegistrationAttempt._try",
        "cucm_sim.station:Station.receive",
    ],
)
def test_a_fault_that_comes_back_at_every_attempt_is_what_keeps_the_phone_down(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, place, 10_000)
    result = played()
    assert not result.passed
    found = explain(cases_of(result.events))
    for device in result.devices.values():
        assert [one.rule for one in found if one.device == device and one.still] == ["lab-fault"]
    chinese = explain(cases_of(result.events), Catalogue("zh"))
    assert [one.rule for one in chinese] == [one.rule for one in found]
    assert all("故障" in one.why and "报告" in one.cure for one in chinese if one.rule == "lab-fault")


def test_a_fault_of_no_phone_is_told_of_the_actor_that_met_it() -> None:
    result = played()
    number = max(event.seq for event in result.events) + 1
    last = result.events[-1]
    fault = ConnectionFailed(
        seq=number, at=last.at, actor=Actor("hq/tftp"), exception="KeyError", text="'x'", place="cucm_sim.tftp:1"
    )
    before_the_end = [event for event in result.events if type(event).__name__ != "StoryEnded"]
    (one,) = explain(cases_of([*before_the_end, fault]))
    assert (one.device, one.rule, one.still) == ("hq/tftp", "lab-fault", True)
    assert "hq/tftp" in one.what


def test_a_run_without_a_fault_names_none() -> None:
    assert "lab-fault" in RULES
    assert [one.rule for one in explain(cases_of(played(DOT1X).events))] == []
