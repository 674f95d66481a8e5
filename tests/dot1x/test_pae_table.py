"""Both tables of 802.1X, the phone's and the port's, are sound: every state is reached and left, and no event is idle."""

from __future__ import annotations

from cisco_data import PortMode
from edge_sim.authenticator.table import MODES, OPENS, SHUTS, PortEvent, PortState, authorised_after
from edge_sim.authenticator.table import TRANSITIONS as PORT_TRANSITIONS
from edge_sim.authenticator.table import next_state as next_port_state
from phone_sim.supplicant.pae import AUTHORISED, TRANSITIONS, PaeEvent, PaeState, next_state


def reached(start: object, table: dict[tuple[object, object], object]) -> set[object]:
    found, new = {start}, {start}
    while new:
        new = {to for (at, _), to in table.items() if at in new} - found
        found |= new
    return found


def test_every_state_of_the_phone_is_reached_and_left() -> None:
    assert reached(PaeState.DISCONNECTED, TRANSITIONS) == set(PaeState)  # type: ignore[arg-type]
    for state in PaeState:
        assert any(to is not state for (at, _), to in TRANSITIONS.items() if at is state)
    assert {event for _, event in TRANSITIONS} == set(PaeEvent)


def test_every_state_of_the_port_is_reached_and_left() -> None:
    assert reached(PortState.DOWN, PORT_TRANSITIONS) == set(PortState)  # type: ignore[arg-type]
    for state in PortState:
        assert any(to is not state for (at, _), to in PORT_TRANSITIONS.items() if at is state)
    assert {event for _, event in PORT_TRANSITIONS} == set(PortEvent)


def test_a_failure_holds_the_phone_wherever_it_has_a_link_and_the_link_s_end_always_counts() -> None:
    for state in set(PaeState) - {PaeState.DISCONNECTED, PaeState.HELD}:
        assert next_state(state, PaeEvent.FAILURE) is PaeState.HELD
    for state in set(PaeState) - {PaeState.DISCONNECTED}:
        assert next_state(state, PaeEvent.LINK_DOWN) is PaeState.DISCONNECTED


def test_a_held_phone_hears_nothing_but_its_timer_and_its_link() -> None:
    counts = {event for event in PaeEvent if next_state(PaeState.HELD, event) is not None}
    assert counts == {PaeEvent.HELD_WHILE, PaeEvent.LINK_DOWN}


def test_success_counts_only_where_it_can_have_been_earned_or_nothing_was_asked() -> None:
    counts = {state for state in PaeState if next_state(state, PaeEvent.SUCCESS) is not None}
    assert counts == {PaeState.CONNECTING, PaeState.AUTHENTICATING}


def test_the_phone_s_port_is_open_in_one_state_only() -> None:
    assert [state for state, is_open in AUTHORISED.items() if is_open] == [PaeState.AUTHENTICATED]


def test_only_an_accept_or_an_order_opens_the_switch_s_port() -> None:
    opening = {event for (_, event), to in PORT_TRANSITIONS.items() if authorised_after(event, to)}
    assert opening == {PortEvent.ACCEPT, PortEvent.FORCE_AUTHORIZED, PortEvent.NO_DOT1X, PortEvent.START}
    starts = {to for (_, event), to in PORT_TRANSITIONS.items() if event is PortEvent.START and to in OPENS}
    assert starts == {PortState.FORCE_AUTHORIZED}
    assert not OPENS & SHUTS


def test_an_administrator_s_order_counts_in_every_state() -> None:
    for state in PortState:
        for event, to in MODES.items():
            assert next_port_state(state, event) is to
    assert len(MODES) == len(PortMode)


def test_a_refusal_or_a_dead_server_shuts_a_port_that_was_open() -> None:
    for event in (PortEvent.REJECT, PortEvent.SERVER_DEAD, PortEvent.PHONE_SILENT, PortEvent.LOGOFF):
        to = next_port_state(PortState.AUTHENTICATING, event)
        assert to is not None
        assert authorised_after(event, to) is False


def test_authenticating_again_leaves_the_port_as_it_was() -> None:
    for state, event in (
        (PortState.AUTHENTICATED, PortEvent.REAUTHENTICATE),
        (PortState.AUTHENTICATED, PortEvent.START),
    ):
        assert authorised_after(event, PORT_TRANSITIONS[state, event]) is None
    assert authorised_after(PortEvent.IDENTITY, PortState.AUTHENTICATING) is None
