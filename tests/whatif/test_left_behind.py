"""Phones that a renewal leaves behind: found by the command, named with the menu, also those that are off meanwhile."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lab.base.exits import INVALID_INPUT, NOT_AS_EXPECTED
from tests.in_process import invoke

STORY = "callmanager-and-tvs-renewed-together"
LOBBY, BOARDROOM = "SEP001A2F000001", "SEP001A2F000002"
CALLMANAGER = 'do = "regenerate-certificate"\ncertificate = "CallManager of headquarters"'
TVS = 'do = "regenerate-certificate"\ncertificate = "TVS of headquarters"'
RECOVERY = 'do = "regenerate-certificate"\ncertificate = "ITLRecovery of headquarters"'
"""By the former one `utils ctl reset localkey` would help every phone."""
RESTART_TVS = 'do = "restart-service"\nservice = "Cisco Trust Verification Service"'
RESTART_TFTP = 'do = "restart-service"\nservice = "Cisco Tftp"'
RESTART_CALLMANAGER = 'do = "restart-service"\nservice = "Cisco CallManager"'
UPDATE_CTL, RESET = 'do = "update-ctl"', 'do = "reset"'
IN_GOOD_ORDER = (
    *(RECOVERY, CALLMANAGER, RESTART_TVS, UPDATE_CTL, RESTART_TFTP, RESET, RESTART_CALLMANAGER),
    *(TVS, RESTART_TVS, RESTART_TFTP, RESET),
)
TOGETHER = (RECOVERY, CALLMANAGER, TVS, UPDATE_CTL, RESTART_TVS, RESTART_TFTP, RESET)

run = partial(invoke, "whatif")


@pytest.fixture
def plan(tmp_path: Path) -> Any:
    def written(*steps: str) -> Path:
        path = tmp_path / "plan.toml"
        path.write_text("\n\n".join([f'source = "{STORY}"', *(f"[[steps]]\n{step}" for step in steps)]), "utf-8")
        return path

    return written


def answer(path: Path, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(path, "--no-order", "--json", *options).stdout)
    return found


def refused(data: dict[str, Any]) -> dict[tuple[str, str], tuple[str, str]]:
    """What each phone refuses of whom, after the change."""
    return {
        (device, line["service"]): (line["after"]["phone_accepts_server"]["file"], line["verdict"])
        for group in data["groups"]
        for device in group["devices"]
        for line in group["services"]
        if line["after"]["phone_accepts_server"]["accepted"] is False
    }


def left(data: dict[str, Any]) -> dict[str, str]:
    """The menu of each phone that is left behind."""
    return {device: work["menu"].split(" >")[0] for work in data["delete_by_hand"] for device in work["devices"]}


def test_certificates_that_are_renewed_together_leave_every_phone_behind(plan: Any) -> None:
    data = answer(plan(*TOGETHER))
    assert refused(data) == {(device, "TFTP"): ("CTL", "breaks") for device in (LOBBY, BOARDROOM)}
    assert left(data) == {LOBBY: "Settings", BOARDROOM: "Applications"}
    assert data["conditions"] == []


def test_no_phone_is_left_behind_that_a_reset_of_the_ctl_file_helps(plan: Any) -> None:
    data = answer(plan(*TOGETHER[1:]))
    assert (refused(data).keys(), left(data)) == ({(LOBBY, "TFTP"), (BOARDROOM, "TFTP")}, {})


def test_a_phone_that_a_reset_of_the_itl_file_helps_is_not_left_behind(plan: Any) -> None:
    """Up to 11.5 ITLRecovery is a spare record, which signs after `utils itl reset localkey`."""
    path, renamed = plan(), 'do = "set-host-name"\ncluster = "headquarters"\nname = "hq-one"'
    source = 'source = "host-name-changed-on-the-only-node"\n'
    for steps, stay in (((renamed,), set()), ((RECOVERY, renamed), {"lobby", "boardroom"})):
        path.write_text(source + "".join(f"\n[[steps]]\n{step}\n" for step in steps), "utf-8")
        data = answer(path)
        assert "TFTP" in {service for _, service in refused(data)}
        assert len(left(data)) == len(stay)


def test_one_after_the_other_they_leave_no_phone_behind_that_is_on_and_each_that_is_off(plan: Any) -> None:
    path = plan(*IN_GOOD_ORDER)
    on = answer(path)
    assert (refused(on), left(on)) == ({}, {})
    off = answer(path, "--offline", "lobby")
    assert {device for device, _ in refused(off)} == left(off).keys() == {LOBBY}
    assert refused(off)[LOBBY, "TFTP"] == ("CTL", "breaks")
    assert off["conditions"] == [f"1 phone is off during the change and comes back after it: {LOBBY}."]
    any_one = answer(path, "--offline", "1")
    assert left(any_one).keys() == {LOBBY, BOARDROOM}
    whys = {
        line["why"].startswith("If it is off")
        for group in any_one["groups"]
        for line in group["services"]
        if line["why"]
    }
    assert True in whys


def test_a_phone_whose_lists_only_wait_for_a_restart_of_tvs_is_refused_now_and_not_left_behind(plan: Any) -> None:
    data = answer(plan(CALLMANAGER, RESTART_TFTP, RESET))
    assert (LOBBY, "TFTP") in refused(data)
    assert left(data) == {}


def test_a_phone_that_nobody_has_and_a_day_that_no_row_tells_are_one_sentence(plan: Any) -> None:
    for options, said in (
        (("--offline", "cellar"), '--offline: there is no phone "cellar"'),
        (("--offline", "3"), '--offline "3": write a number from 1 to 2'),
        (("--offline-before", "2026-01-01"), "--offline-before needs an inventory with a column Last Seen"),
        (("--offline-before", "soon"), '"soon" is not a date'),
    ):
        result = run(plan(RESET), *options)
        assert result.exit_code == INVALID_INPUT
        assert said in result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_who_is_off_belongs_to_the_command_that_writes_a_baseline_again(plan: Any, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.toml"
    path = plan(*IN_GOOD_ORDER)
    names = tmp_path / "off.txt"
    names.write_text("lobby\n")
    result = run(path, "--no-order", "--offline", str(names), "--write-baseline", baseline)
    assert result.exit_code == NOT_AS_EXPECTED
    baseline.write_text(baseline.read_text("utf-8").replace("version = 3", "version = 2"), "utf-8")
    result = run(path, "--no-order", "--offline", str(names), "--against", baseline)
    assert f"--offline {names}" in result.stderr
    assert (
        run(path, "--no-order", "--offline", str(names), "--write-baseline", str(names), "--force").exit_code
        == INVALID_INPUT
    )
