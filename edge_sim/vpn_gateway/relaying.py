"""Relayed connections of one tunnel: the client names a server, the gateway connects to it and carries octets both ways."""

from __future__ import annotations

import errno

import trio

from edge_sim.vpn_gateway.events import RelayClosed, RelayOpened, RelayRefused
from edge_sim.vpn_gateway.inside import Inside
from edge_sim.vpn_gateway.sessions import Session
from journal import Emitter, Event
from wire.faults import contained
from wire.relay import OpenAsked, ResetReason
from wire.streams import Transport
from wire.tunnel import RelayStream, Tunnel

_REASONS = {
    errno.ECONNREFUSED: ResetReason.REFUSED,
    errno.EACCES: ResetReason.NOT_ALLOWED,
    errno.EPERM: ResetReason.NOT_ALLOWED,
}


class Relay:
    """Answers what one tunnel's client asks to be connected to."""

    def __init__(
        self,
        session: Session,
        inside: Inside,
        emitter: Emitter,
        nursery: trio.Nursery,
        *,
        patience: float,
        cause: Event,
    ) -> None:
        """`patience`: seconds for a connection to be made. `nursery` ends with the tunnel."""
        self._session, self._inside, self._emitter, self._nursery = session, inside, emitter, nursery
        self._patience, self._cause = patience, cause

    def asked(self, tunnel: Tunnel, asked: OpenAsked) -> None:
        """The tunnel's `on_open`."""
        self._nursery.start_soon(self._contained, tunnel, asked)

    async def _contained(self, tunnel: Tunnel, asked: OpenAsked) -> None:
        """A relayed connection is one too: a fault in it leaves the tunnel and its other connections alone."""
        with contained(self._emitter, cause=self._cause) as held:
            await self._serve(tunnel, asked)
        if held.failed is not None and tunnel.relay.is_open(asked.stream):
            tunnel.refuse(asked.stream, ResetReason.UNREACHABLE)

    async def _serve(self, tunnel: Tunnel, asked: OpenAsked) -> None:
        far = await self._connect(asked)
        if isinstance(far, int):
            reason = _REASONS.get(far, ResetReason.UNREACHABLE)
            self._emitter.emit(
                RelayRefused(
                    session=self._session.number,
                    user=self._session.user,
                    host=asked.host,
                    port=asked.port,
                    reason=reason,
                    error=far,
                ),
                cause=self._cause,
            )
            tunnel.refuse(asked.stream, reason)
            return
        try:
            opened = self._emitter.emit(
                RelayOpened(
                    session=self._session.number,
                    user=self._session.user,
                    stream=asked.stream,
                    host=asked.host,
                    port=asked.port,
                    far_connection=far.connection,
                ),
                cause=self._cause,
            )
            near = tunnel.accept(asked.stream, far.connection)
            counted = [0, 0]
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(_carry, near, far, counted, 0)
                    nursery.start_soon(_carry, far, near, counted, 1)
            finally:
                near.close_now()
                self._emitter.emit(
                    RelayClosed(
                        session=self._session.number,
                        stream=asked.stream,
                        far_connection=far.connection,
                        octets_to_server=counted[0],
                        octets_to_client=counted[1],
                    ),
                    cause=opened,
                )
        finally:
            far.close_now()

    async def _connect(self, asked: OpenAsked) -> Transport | int:
        """The connection, or the errno that says why there is none."""
        with trio.move_on_after(self._patience):
            try:
                return await self._inside.connect(asked.host, asked.port, self._session.assigned_address)
            except OSError as problem:
                return problem.errno or errno.EHOSTUNREACH
        return errno.ETIMEDOUT


async def _carry(source: Transport, sink: Transport, counted: list[int], which: int) -> None:
    """Octets from one to the other until the source ends; a break on either ends both at once."""
    try:
        while data := await source.receive_now():
            await sink.send_now(data)
            counted[which] += len(data)
        sink.send_eof_now()
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        for end in (source, sink):
            if isinstance(end, RelayStream):
                end.abort()
            else:
                end.close_now()
