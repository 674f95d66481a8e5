"""What somebody does at the other doors in a scenario: switch ports, authentication servers, VPN gateways, one function a kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from edge_sim.authenticator import PortMode
from lab.play.edge_servers import LabGateway, LabRadius
from lab.play.world import World
from lab.scenario import model as sc


def _server(world: World, name: str) -> LabRadius | LabGateway:
    return world.radius[name] if name in world.radius else world.gateways[name]


async def _set_switch_port(step: sc.SetSwitchPort, world: World) -> None:
    assert world.switch is not None, "a phone with dot1x has a switch"
    world.switch.ports[world.phones[step.phone].device_name].set_mode(PortMode(step.mode))


async def _device_authentication(step: sc.DeviceAuthentication, world: World) -> None:
    world.phones[step.phone].set_device_authentication(step.enabled)


async def _trust(step: sc.TrustOnServer, world: World) -> None:
    _server(world, step.server).change_trust(world.certificate(step.certificate), trusted=True)


async def _distrust(step: sc.DistrustOnServer, world: World) -> None:
    _server(world, step.server).change_trust(world.certificate(step.certificate), trusted=False)


async def _restart_server(step: sc.RestartServer, world: World) -> None:
    server = _server(world, step.server)
    await server.stop()
    server.start(world.nursery)


async def _switch_vpn(step: sc.SwitchVpn, world: World) -> None:
    world.phones[step.phone].enable_vpn(step.enabled)


async def _regenerate_gateway(step: sc.RegenerateGateway, world: World) -> None:
    world.new_gateway_identity(step.server)


async def _update_vpn_group(step: sc.UpdateVpnGroup, world: World) -> None:
    world.save_vpn_group(step.server)


EDGE_ACTIONS: dict[type[Any], Callable[[Any, World], Awaitable[None]]] = {
    sc.SetSwitchPort: _set_switch_port,
    sc.DeviceAuthentication: _device_authentication,
    sc.TrustOnServer: _trust,
    sc.DistrustOnServer: _distrust,
    sc.RestartServer: _restart_server,
    sc.SwitchVpn: _switch_vpn,
    sc.RegenerateGateway: _regenerate_gateway,
    sc.UpdateVpnGroup: _update_vpn_group,
}
