"""A step begins when what the steps before it started has come to rest; where it does not, the step fails and says why."""

from __future__ import annotations

import pytest

from lab.play.runner import StoryResult
from phone_sim.events import PhoneStarted, StateChanged

CAST = """
title = "At rest"
[clusters.old]
[clusters.new]
[radius.ise]
trusts = ["CAPF of new", "Cisco Manufacturing CA SHA2", "Cisco Root CA M2"]
[phones.p]
model = "8861"
cluster = "new"
{more}
"""
BOOT, RESET = 'do = "boot"', 'do = "reset"'
INSTALL = 'do = "certificate-operation"\nphone = "p"\noperation = "Install/Upgrade"'
TFTP_DOWN = 'do = "stop-service"\ncluster = "new"\nservice = "Cisco Tftp"'
DONE = 'expect = "certificate-operation-status"\nphone = "p"\nstatus = "Upgrade Success"'
AT_LAST = 'expect = "registered"\nphone = "p"\ncertificate = "none"'


def story(*steps: str, more: str = "") -> str:
    return CAST.format(more=more) + "".join(f"[[steps]]\n{step}\n" for step in steps)


def last(result: StoryResult) -> str:
    return result.steps[-1].observed


def test_boot_operation_and_reset_need_no_check_between_them(play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(story(BOOT, INSTALL, RESET, DONE, AT_LAST))
    assert result.passed, last(result)


def test_resets_in_a_row_each_find_a_registered_phone(play_text) -> None:  # type: ignore[no-untyped-def]
    kinds = (RESET, f'{RESET}\nkind = "restart"', f'{RESET}\nkind = "apply-config"', 'do = "reset-on-phone"', RESET)
    result = play_text(story(BOOT, *kinds, AT_LAST))
    assert result.passed, last(result)
    registered = [each for each in result.events if isinstance(each, StateChanged) and each.next_state == "registered"]
    assert len(registered) == 6


def test_a_lsc_is_installed_and_deleted_in_one_step_each(play_text) -> None:  # type: ignore[no-untyped-def]
    held = 'expect = "lsc"\nphone = "p"\nissuer = "{}"\nwithin = 0'
    steps = 'do = "install-lsc"', held.format("CAPF of new"), 'do = "delete-lsc"', held.format("none"), AT_LAST
    result = play_text(story(BOOT, *steps))
    assert result.passed, last(result)


def test_a_composite_that_capf_refuses_fails_with_its_status(play_text) -> None:  # type: ignore[no-untyped-def]
    never = CAST.replace("[clusters.new]", '[clusters.new]\ncertificate-issuer = "online CA, rejecting"')
    steps = "".join(f"[[steps]]\n{step}\n" for step in (BOOT, 'do = "install-lsc"'))
    result = play_text(never.format(more="") + steps)
    assert not result.passed
    assert last(result).startswith("the certificate operation of p has the status Upgrade Failed")


@pytest.mark.parametrize(
    ("more", "before"),
    [
        ('profile = "Encrypted"\nlsc = "old"', ()),  # refused, and backs off
        ("", (TFTP_DOWN,)),  # no file, and backs off
        ('trusts = "old"', (INSTALL,)),  # does not trust CAPF, and tries again half a minute later
        ("", (INSTALL + '\nmode = "By Authentication String"\nstring = "1234"',)),  # waits for a string
        ('dot1x = "ise"\nlsc = "old"', ()),  # refused by its switch port
    ],
)
def test_a_phone_that_waits_is_at_rest(more: str, before: tuple[str, ...], play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(story(*before, BOOT, 'do = "update-ctl"\ncluster = "new"', more=more))
    assert result.passed, last(result)
    assert (result.events[-1].at - result.events[0].at).total_seconds() < 60


def test_a_phone_without_power_is_at_rest(play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(story(BOOT, 'do = "power-off"', 'do = "delete-lsc-on-phone"'))
    assert "has no power" in last(result)


def test_a_step_fails_and_names_the_phone_and_its_state_when_it_does_not_come_to_rest(
    monkeypatch: pytest.MonkeyPatch,
    play_text,  # type: ignore[no-untyped-def]
) -> None:
    import trio

    from phone_sim import boot_actions
    from phone_sim.boot import BootTrigger

    async def endless(self: object) -> BootTrigger:
        await trio.sleep(90)
        return BootTrigger.NO_FILE

    monkeypatch.setattr(boot_actions.BootActions, "_download", endless)
    result = play_text(story(BOOT, RESET))
    assert [step.passed for step in result.steps] == [True, False]
    assert last(result) == (
        "waited 60 seconds for what the step before has started: "
        f"{result.devices['p']} is still downloading its configuration file"
    )
    assert (result.events[-1].at - result.events[0].at).total_seconds() == pytest.approx(60)


def test_phones_that_nobody_started_are_not_waited_for(play_text) -> None:  # type: ignore[no-untyped-def]
    restart = 'do = "restart-service"\ncluster = "new"\nservice = "Cisco CallManager"'
    wait = 'do = "wait"\nseconds = 1'
    result = play_text(story(BOOT, AT_LAST, restart, wait, wait))
    assert result.passed, last(result)
    assert (result.events[-1].at - result.events[0].at).total_seconds() < 3
    assert len([each for each in result.events if isinstance(each, PhoneStarted)]) == 1


def test_the_cure_of_an_expired_capf_with_its_restarts_plays(play_text) -> None:  # type: ignore[no-untyped-def]
    """CAPF and CallManager are regenerated, the CTL file is updated, the services are restarted: then a new LSC registers."""
    capf = 'do = "restart-service"\ncluster = "new"\nservice = "Cisco Certificate Authority Proxy Function"'
    callmanager = 'do = "restart-service"\ncluster = "new"\nservice = "Cisco CallManager"'
    update = 'do = "update-ctl"\ncluster = "new"'
    wait = 'do = "wait"\nseconds = 60'
    days = 'do = "wait"\ndays = {}'
    registered = 'expect = "registered"\nphone = "p"\ncertificate = "LSC"\nwithin = 300.0'
    until = (
        days.format(900),
        'do = "regenerate-certificate"\ncertificate = "CallManager of new"',
        update,
        callmanager,
        INSTALL,
        BOOT,
        wait,
        days.format(800),
        BOOT,
        wait,
    )
    regenerate = 'do = "regenerate-certificate"\ncertificate = "CAPF of new"'
    encrypted = 'profile = "Encrypted"'
    without = play_text(
        story(*until, regenerate, INSTALL, BOOT, 'do = "wait"\nseconds = 200', registered, more=encrypted)
    )
    assert not without.passed
    cure = regenerate, update, capf, callmanager, INSTALL, BOOT, registered
    result = play_text(story(*until, *cure, more=encrypted))
    assert result.passed, last(result)


def test_time_passes_until_a_moment(play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(story('do = "wait"\nuntil = 2026-12-24T18:00:00Z', BOOT, AT_LAST))
    assert result.passed, last(result)
    assert f"{result.events[-1].at:%Y-%m-%d %H:%M}" == "2026-12-24 18:00"
