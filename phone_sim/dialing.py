"""Opening a connection to a server of the cluster: TCP with a limit, and TLS with the phone's certificate where asked."""

from __future__ import annotations

import trio

from journal import Emitter, Event
from phone_sim.events import ServerUnreachable
from phone_sim.network import Network
from wire.tcp import TcpStream

CONNECT_TIMEOUT = 10.0
"""Seconds until TCP counts as failed. Ours."""


async def dial(
    network: Network, service: str, address: str, port: int, emitter: Emitter, cause: Event | None
) -> TcpStream | ServerUnreachable:
    """The connection, or the event that says that there is none."""
    error = 0
    with trio.move_on_after(CONNECT_TIMEOUT):
        try:
            return await network.connect(address, port)
        except OSError as problem:
            error = problem.errno or 0
    return emitter.emit(ServerUnreachable(service=service, address=address, port=port, error=error), cause=cause)
