"""Two engines and the wire between them, in memory: what the tests of the engine and of its certificates share."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from journal import Event
from wire.tls import (
    TlsEngine,
    TlsProfile,
    TlsRefused,
    TlsVersion,
)

VERSIONS = [TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3]
DEVICE = "SEP001122334455"
WHOLE = 1 << 20
Fixture = Any


def offer(
    minimum: TlsVersion, maximum: TlsVersion | None = None, *suites: str, suites_1_3: tuple[str, ...] | None = None
) -> TlsProfile:
    given_1_3 = {} if suites_1_3 is None else {"ciphersuites": suites_1_3}
    return TlsProfile(minimum, maximum or minimum, suites or ("AES256-SHA", "AES128-SHA"), **given_1_3)


class Wire:
    """Two engines and what is between them: every octet of it counted, and cut into pieces of `size`."""

    def __init__(self, client: TlsEngine, server: TlsEngine, size: int = WHOLE) -> None:
        self.client, self.server, self._size = client, server, size
        self.carried = {client: bytearray(), server: bytearray()}
        """What each sent."""
        self.heard = {client: bytearray(), server: bytearray()}
        """What each read in the clear."""
        self.stop_after: tuple[TlsEngine, int] | None = None
        """An engine, and after how many octets of it the wire is cut."""

    def other(self, engine: TlsEngine) -> TlsEngine:
        return self.server if engine is self.client else self.client

    def step(self, engine: TlsEngine) -> None:
        """Let an engine do what it can."""
        with suppress(TlsRefused):
            if not engine.established and not engine.handshake():
                return
            while data := engine.read(WHOLE):
                self.heard[engine] += data

    def carry(self, engine: TlsEngine) -> bool:
        """Bring what an engine has to say to the other, which gets to work on each piece; False when it says nothing."""
        data = engine.data_to_send()
        if self.stop_after is not None and self.stop_after[0] is engine:
            data = data[: max(0, self.stop_after[1] - len(self.carried[engine]))]
        self.carried[engine] += data
        for at in range(0, len(data), self._size):
            self.other(engine).receive(data[at : at + self._size])
            self.step(self.other(engine))
        return bool(data)

    def run(self) -> None:
        """Until both are silent."""
        self.step(self.client)
        while self.carry(self.client) | self.carry(self.server):
            pass


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


def by(notebook: Fixture, actor: str) -> list[Event]:
    return [event for event in notebook.events if event.actor == actor]
