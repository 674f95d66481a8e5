"""A phone with 802.1X and VPN: first its switch port, then its tunnel, then its file."""

from __future__ import annotations

from typing import Any

import pytest
from trio.testing import MockClock

from phone_sim.events import RegistrationLost
from phone_sim.supplicant.settings import Dot1x
from phone_sim.vpn.events import VpnConnected, VpnEnded
from wire.cable import Cable
from wire.tunnel import TunnelEnd

Lab = Any
Fixture = Any


@pytest.mark.trio
async def test_the_port_comes_first_and_takes_the_tunnel_with_it(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway, on=False)
    cable = Cable()
    cable.switch.up()  # of a switch without 802.1X: the phone waits for an answer, and then goes on
    phone._hardware.dot1x = Dot1x(cable.phone)
    phone.power_on(lab.power)
    await lab.registered(phone)
    assert lab.path(phone)[:5] == [
        "power on",
        "started: 802.1X is on",
        "802.1X authorised the port",
        "the VPN comes first",
        "tunnel up",
    ]

    cable.switch.down()
    await lab.until(lambda: lab.of(phone, RegistrationLost) and lab.of(phone, VpnEnded))
    ended = lab.one(phone, VpnEnded)
    assert ended.how is TunnelEnd.BROKEN
    assert phone.tunnel is None
    assert gateway.tunnels[0].ended is None or gateway.tunnels[0].ended.how in (TunnelEnd.EOF, TunnelEnd.BROKEN)

    cable.switch.up()
    await lab.until(lambda: len(lab.of(phone, VpnConnected)) == 2)
    await lab.registered(phone)
    assert lab.of(phone, VpnConnected)[1].resumed
