"""The boot table is total and sound: what each state's action may give is its type, and the table has a step for each."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cisco_data.models import MODELS
from journal import Clock, Journal
from lab.running.lab import PhoneNetwork
from phone_sim import boot
from phone_sim.boot import (
    BACKOFF_SECONDS,
    CARRIES_ON,
    TRANSITIONS,
    BootState,
    BootTrigger,
    backoff,
    next_state,
    still_counts,
)
from phone_sim.contexts import ClientContexts
from phone_sim.flash import Flash
from phone_sim.hardware import Hardware
from phone_sim.network import TftpAddress
from phone_sim.power_cycle import PowerCycle

HANDS, PORT = set(get_args(boot.UserAction)), set(get_args(boot.Port))
PLUG = {BootTrigger.POWER_ON, BootTrigger.POWER_OFF}


def a_cycle() -> PowerCycle:
    def no_key(spec: object) -> None:
        raise AssertionError

    return PowerCycle(
        Hardware(
            MODELS["7965"],
            Flash("SEP001122334455", mic=None),
            PhoneNetwork("127.0.0.1", None),
            TftpAddress("127.0.0.1"),
            ClientContexts(),
            no_key,  # type: ignore[arg-type]
            Journal(Clock(tick=lambda: 0.0)).emitter("SEP001122334455"),
        )
    )


@pytest.fixture
def actions() -> dict[BootState, set[BootTrigger]]:
    """What the type of each state's action says that it may give; mypy holds the bodies to these types."""
    declared = {}
    for state, action in a_cycle().actions.items():
        declared[state] = set(get_args(get_type_hints(action, vars(boot))["return"]))
    return declared


def test_every_state_but_off_has_an_action(actions: dict[BootState, set[BootTrigger]]) -> None:
    assert set(actions) == set(BootState) - {BootState.OFF}
    assert all(actions.values())


def test_the_table_has_a_step_for_all_that_an_action_can_give_and_no_other(
    actions: dict[BootState, set[BootTrigger]],
) -> None:
    in_table = {
        state: {trigger for at, trigger in TRANSITIONS if at is state and trigger not in HANDS | PLUG | PORT}
        for state in actions
    }
    assert in_table == actions


def test_what_an_action_names_is_what_its_type_says(actions: dict[BootState, set[BootTrigger]]) -> None:
    """mypy sees a trigger too many; this sees one that the type has and the action never gives."""
    cycle = a_cycle()
    for state, action in cycle.actions.items():
        names = _triggers_of(action.__func__)  # type: ignore[attr-defined]
        if state is BootState.REGISTERED:
            from phone_sim.boot_actions import _ENDED

            names |= set(_ENDED.values())
        if state is BootState.AT_CAPF:
            from phone_sim.enrolment import enrol

            names |= _triggers_of(enrol)
        assert names == actions[state], state


def _triggers_of(function: object) -> set[BootTrigger]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))  # type: ignore[arg-type]
    return {
        BootTrigger[node.attr]
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "BootTrigger"
    }


def test_every_trigger_and_every_state_is_in_the_table() -> None:
    assert {trigger for _, trigger in TRANSITIONS} == set(BootTrigger)
    assert {state for state, _ in TRANSITIONS} == set(BootState)


def test_every_state_can_be_reached_from_off_and_can_be_left() -> None:
    reached, new = {BootState.OFF}, {BootState.OFF}
    while new:
        new = {to for (at, _), to in TRANSITIONS.items() if at in new} - reached
        reached |= new
    assert reached == set(BootState)
    for state in set(BootState) - {BootState.OFF}:
        assert [to for (at, trigger), to in TRANSITIONS.items() if at is state and trigger not in PLUG and to != state]


def test_from_every_state_a_phone_can_come_to_be_registered_without_a_hand_on_it() -> None:
    leads = {BootState.REGISTERED}
    while (
        more := {
            at
            for (at, trigger), to in TRANSITIONS.items()
            if to in leads and trigger not in HANDS | PORT | {BootTrigger.POWER_OFF}
        }
        - leads
    ):
        leads |= more
    assert leads == set(BootState)


def test_the_plug_can_be_pulled_in_every_state() -> None:
    assert {at for at, trigger in TRANSITIONS if trigger is BootTrigger.POWER_OFF} == set(BootState) - {BootState.OFF}
    assert {to for (_, trigger), to in TRANSITIONS.items() if trigger is BootTrigger.POWER_OFF} == {BootState.OFF}


def test_a_deleted_lsc_leads_to_a_new_look_at_the_flash_from_every_state_that_has_looked_at_it() -> None:
    looked = {at for at, trigger in TRANSITIONS if trigger is BootTrigger.LSC_DELETED}
    # At the port it looks at the flash anew by itself, at each authentication.
    assert looked == set(BootState) - {BootState.OFF, BootState.STARTING, BootState.AT_PORT, BootState.DOWNLOADING}
    assert {to for (_, trigger), to in TRANSITIONS.items() if trigger is BootTrigger.LSC_DELETED} == {
        BootState.DOWNLOADING
    }
    assert looked >= CARRIES_ON


def test_a_lost_port_is_waited_for_from_every_state_that_uses_the_network() -> None:
    steps = {at: to for (at, trigger), to in TRANSITIONS.items() if trigger is BootTrigger.PORT_LOST}
    assert set(steps) == set(BootState) - {BootState.OFF, BootState.STARTING, BootState.AT_PORT}
    assert set(steps.values()) == {BootState.AT_PORT}


def test_a_port_lost_too_late_for_the_last_state_counts_in_every_state_that_has_a_step_for_it() -> None:
    for state in BootState:
        assert still_counts(state, BootTrigger.PORT_LOST) is ((state, BootTrigger.PORT_LOST) in TRANSITIONS)
        assert still_counts(state, BootTrigger.KEYPAD_RESET) is ((state, BootTrigger.KEYPAD_RESET) in TRANSITIONS)
    assert not still_counts(BootState.DOWNLOADING, BootTrigger.LSC_DELETED)


def test_a_string_is_taken_to_capf_from_a_registration_only() -> None:
    steps = {at: to for (at, trigger), to in TRANSITIONS.items() if trigger is BootTrigger.STRING_TYPED}
    assert steps == {BootState.REGISTERED: BootState.AT_CAPF}


@pytest.mark.parametrize(("state", "trigger"), sorted(TRANSITIONS, key=str), ids=str)
def test_next_state_is_the_table(state: BootState, trigger: BootTrigger) -> None:
    assert next_state(state, trigger) is TRANSITIONS[state, trigger]


def test_a_step_that_is_not_in_the_table_is_loud() -> None:
    with pytest.raises(KeyError):
        next_state(BootState.OFF, BootTrigger.ACCEPTED)


@given(st.integers(min_value=1, max_value=10_000))
def test_the_wait_never_shrinks_and_never_exceeds_the_last(attempt: int) -> None:
    assert backoff(attempt) <= backoff(attempt + 1) <= BACKOFF_SECONDS[-1]
    if attempt <= len(BACKOFF_SECONDS):
        assert backoff(attempt) == BACKOFF_SECONDS[attempt - 1]
