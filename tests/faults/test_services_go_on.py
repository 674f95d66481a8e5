"""A fault in any service, or in any client of a phone, ends that conversation only; the run goes on and its exit code is 70."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lab.base import bugs
from lab.play.runner import StoryResult, play
from lab.scenario.file import parse
from lab.verbs.cli import cli
from wire.faults import ConnectionFailed

STORY = """
title = "Everything once"
[clusters.hq]
[radius.ise]
trusts = ["CAPF of hq", "Cisco Manufacturing CA SHA2"]
[vpn.asa]
trusts = ["CAPF of hq", "Cisco Manufacturing CA SHA2"]
[phones.first]
model = "8861"
cluster = "hq"
profile = "Encrypted"
lsc = "hq"
{first}
[phones.second]
model = "8861"
cluster = "hq"
profile = "Encrypted"
lsc = "hq"
{second}
[[steps]]
do = "certificate-operation"
phone = "first"
operation = "Install/Upgrade"
[[steps]]
do = "certificate-operation"
phone = "second"
operation = "Install/Upgrade"
[[steps]]
do = "boot"
phones = ["first"]
[[steps]]
do = "wait"
seconds = 20
[[steps]]
do = "boot"
phones = ["second"]
[[steps]]
expect = "registered"
phone = "second"
certificate = "LSC"
within = 600
[[steps]]
expect = "registered"
phone = "first"
certificate = "LSC"
within = 3600
"""
DOT1X, VPN = 'dot1x = "ise"', 'vpn = "asa"'

PLACES = [
    # where the fault is, who notes it, what the phones have
    ("cucm_sim.station:Station.receive", "hq/callmanager", "", ""),
    ("cucm_sim.callmanager:CallManager._serve", "hq/callmanager", "", ""),
    ("capf_sim.session:CapfSession.receive", "hq/capf", "", ""),
    ("cucm_sim.tftp:CiscoTftp._answer", "hq/tftp", "", ""),
    ("edge_sim.authentication_server.service:AuthenticationServer._answer", "ise/radius", DOT1X, DOT1X),
    ("edge_sim.vpn_gateway.login:Login.step_untrusted", "asa/vpn", VPN, VPN),
    ("edge_sim.vpn_gateway.conversation:admit", "asa/vpn", VPN, VPN),
    ("phone_sim.boot_configuration:BootConfiguration.update", "SEP001A2F000001", "", ""),
    ("phone_sim.boot_actions:enrol", "SEP001A2F000001", "", ""),
    ("phone_sim.registration:RegistrationAttempt._try", "SEP001A2F000001", "", ""),
    ("phone_sim.sccp_client:SccpClient.run_until_ended", "SEP001A2F000001", "", ""),
    ("phone_sim.vpn.gateway:GatewayAttempt.run", "SEP001A2F000001", VPN, VPN),
]


class Planted(Exception):
    """The fault."""


def plant(monkeypatch: pytest.MonkeyPatch, place: str, times: int = 1) -> list[int]:
    """The function there raises the first `times` that it is called."""
    module_name, _, name = place.partition(":")
    owner: Any = importlib.import_module(module_name)
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    real, left = getattr(owner, last), [times]

    def faulty(*args: Any, **kwargs: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise Planted("a planted fault")
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, last, faulty)
    return left


@pytest.fixture(autouse=True)
def _no_faults_left() -> Iterator[None]:
    bugs.begin()
    yield
    bugs.begin()


def played(first: str = "", second: str = "") -> StoryResult:
    return play(parse(STORY.format(first=first, second=second), "planted.toml", "planted"))


@pytest.mark.parametrize(("place", "actor", "first", "second"), PLACES, ids=lambda value: str(value).rpartition(":")[2])
def test_one_fault_is_an_event_and_both_phones_register_in_the_end(
    place: str, actor: str, first: str, second: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    left = plant(monkeypatch, place)
    result = played(first, second)
    assert left == [0], "the fault was never met"
    assert [(fault.actor, fault.exception) for fault in result.faults] == [(actor, "Planted")]
    assert bugs.told() == 1
    assert f"a fault of the lab: {actor}" in capsys.readouterr().err
    assert result.passed, result.steps[-1].observed


@pytest.mark.parametrize("dot1x", ["edge_sim.authenticator.port:SwitchPort._response"], ids=str)
def test_a_fault_in_a_switch_port_ends_that_port_only(dot1x: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, dot1x)
    result = played(DOT1X, DOT1X)
    assert [fault.actor for fault in result.faults] == ["switch"]
    assert result.steps[5].passed, "the second phone is on another port"
    assert result.steps[-1].passed is False, "the first phone's link is served no more"


def test_a_fault_in_a_supplicant_ends_that_phone_s_link_only(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, "phone_sim.supplicant.supplicant:Supplicant._request")
    result = played(DOT1X, DOT1X)
    assert [fault.actor for fault in result.faults] == ["SEP001A2F000001"]
    assert result.steps[5].passed


@pytest.mark.parametrize("place", ["phone_sim.boot_actions:BootActions._start", "phone_sim.power_cycle:next_state"])
def test_a_phone_that_cannot_even_start_leaves_the_other_alone(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    times = 1
    if place.endswith("next_state"):  # the first call is the power itself, made by the step and not by the phone
        real: Callable[..., Any] = importlib.import_module("phone_sim.power_cycle").next_state
        calls = [0]

        def second_call_fails(*args: Any) -> Any:
            calls[0] += 1
            if calls[0] == 2:
                raise Planted("a planted fault")
            return real(*args)

        monkeypatch.setattr("phone_sim.power_cycle.next_state", second_call_fails)
    else:
        plant(monkeypatch, "phone_sim.boot_actions:listed", times)
    result = played()
    assert [fault.actor for fault in result.faults] == ["SEP001A2F000001"]
    assert result.steps[5].passed


def test_a_page_of_a_phone_that_fails_leaves_the_phone_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, "phone_sim.pages.server:render")
    story = STORY.format(first="", second="") + (
        '[[steps]]\nexpect = "phone-page"\nphone = "first"\npage = "Security configuration"\ncontains = "LSC"\n'
    )
    result = play(parse(story, "planted.toml", "planted"))
    assert [fault.actor for fault in result.faults] == ["SEP001A2F000001"]
    assert result.passed, result.steps[-1].observed


def test_callmanager_says_that_a_fault_and_no_stop_of_the_service_ended_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from cucm_sim.events import ConnectionClosed, ConnectionEnd

    plant(monkeypatch, "cucm_sim.station:Station.receive")
    result = played()
    (fault,) = result.faults
    closed = [e for e in result.events if isinstance(e, ConnectionClosed) and e.connection == fault.connection]
    assert [event.reason for event in closed] == [ConnectionEnd.LAB_FAULT]


def test_a_story_without_a_fault_has_none(capsys: pytest.CaptureFixture[str]) -> None:
    result = played(DOT1X, VPN)
    assert result.passed
    assert not [event for event in result.events if isinstance(event, ConnectionFailed)]
    assert (bugs.told(), capsys.readouterr().err) == (0, "")


@pytest.mark.parametrize("options", [[], ["--json"], ["-q"]], ids=str)
def test_run_ends_with_70_and_says_so_although_all_steps_are_as_expected(
    options: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plant(monkeypatch, "capf_sim.session:CapfSession.receive")
    file = tmp_path / "planted.toml"
    file.write_text(STORY.format(first="", second=""), "utf-8")
    junit = tmp_path / "planted.xml"
    result = CliRunner().invoke(cli, ["run", str(file), "--junit", str(junit), *options])
    assert result.exit_code == 70
    assert "hq/capf on " in result.stderr
    assert "Planted: a planted fault" in result.stderr
    assert "Traceback" not in result.stderr
    assert '<error type="fault of the lab"' in junit.read_text()
    clean = CliRunner().invoke(cli, ["run", str(file), *options])
    assert (clean.exit_code, clean.stderr) == (0, "")
