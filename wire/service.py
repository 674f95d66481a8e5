"""How a service starts and stops: one run at a time, with what it read at its start and goes by until it stops."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import trio

from pki import Identity, TrustStore
from wire.tls import TlsVersion


@dataclass(frozen=True, slots=True)
class InUse:
    """What a service read at its start; None for what this kind of service does not have."""

    trust: TrustStore | None = None
    identity: Identity | None = None
    minimum_tls: TlsVersion | None = None


class Run:
    """One run of a service, from a start to its stop."""

    def __init__(self, in_use: InUse, serve: Callable[[], Awaitable[None]], close: Callable[[], None]) -> None:
        """`serve` runs until it is cancelled; `close` closes the sockets, and has no effect the second time."""
        self.in_use = in_use
        self.serve = serve
        self.close = close
        self.scope = trio.CancelScope()
        self.ended = trio.Event()


class Service:
    """A service of a node or server. A subclass says what a start reads and what then runs."""

    address: str = ""
    """Where it listens from its next start on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._running: Run | None = None

    @property
    def started(self) -> bool:
        return self._running is not None

    @property
    def in_use(self) -> InUse | None:
        """What it read at its start; None while it is stopped."""
        return self._running.in_use if self._running is not None else None

    def start(self, nursery: trio.Nursery) -> None:
        """Read what is configured now and listen from now on, in tasks of `nursery`.

        Raises RuntimeError where it runs already, OSError where its address and port are taken, TlsUnavailable where OpenSSL
        lacks the minimum version.
        """
        if self._running is not None:
            raise RuntimeError(f"{self.name} is started already")
        run = self._running = self._begin()
        nursery.start_soon(self._carry_out, run)

    async def stop(self) -> None:
        """Stop listening and end every connection; returns when all are closed. No effect when stopped."""
        run, self._running = self._running, None
        if run is None:
            await trio.lowlevel.checkpoint()
            return
        run.close()
        try:
            await self._end_connections()
        finally:
            run.scope.cancel()
        await run.ended.wait()
        self._stopped()

    async def restart(self, nursery: trio.Nursery) -> None:
        """Stop it where it runs, and start it. Raises what `start` raises."""
        await self.stop()
        self.start(nursery)

    def _begin(self) -> Run:
        """Read the configuration, listen, and note that the service has started."""
        raise NotImplementedError

    async def _end_connections(self) -> None:
        """What a stop does while the connections are still open."""

    def _stopped(self) -> None:
        """Note that the service has stopped."""

    async def _carry_out(self, run: Run) -> None:
        try:
            with run.scope:
                await run.serve()
        finally:
            run.close()
            run.ended.set()
