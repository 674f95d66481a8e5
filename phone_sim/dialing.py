"""Opening a connection to a server of the cluster: TCP with a limit, and a TLS stream that dies as a phone does."""

from __future__ import annotations

import math

import trio

from journal import Emitter, Event
from phone_sim.events import ServerUnreachable
from phone_sim.network import Network
from wire.streams import Transport
from wire.tls import TlsStream

CONNECT_TIMEOUT = 10.0
"""Seconds until TCP counts as failed. Assumed: the value."""


async def dial(
    network: Network, service: str, address: str, port: int, emitter: Emitter, cause: Event | None
) -> Transport | ServerUnreachable:
    """The connection, or the event that says that there is none."""
    error = 0
    with trio.move_on_after(CONNECT_TIMEOUT):
        try:
            return await network.connect(address, port)
        except OSError as problem:
            error = problem.errno or 0
    return emitter.emit(ServerUnreachable(service=service, address=address, port=port, error=error), cause=cause)


class PhoneTlsStream(TlsStream):
    """TLS from a phone. One that is closed because the power went, or a user interrupted the phone, sends no close_notify."""

    async def aclose(self) -> None:
        if trio.current_effective_deadline() == -math.inf:
            self.close_now()
        await super().aclose()
