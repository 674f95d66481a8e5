"""A phone's CAPF client: one session over a stream whose TLS, and whose server, has been checked already."""

from __future__ import annotations

from dataclasses import dataclass

import trio

from journal import Emitter, Event
from phone_sim import capf_events as ev
from phone_sim.capf_certificate_store import CapfCertificateStore, bearer
from phone_sim.capf_session import CapfEnding, ClientSession, Reply
from pki import KeySpec
from wire.capf import Decoder, Message, push_message
from wire.errors import ProtocolError
from wire.streams import Stream

__all__ = ["CapfCertificateStore", "CapfEnding", "CapfResult", "bearer", "run_capf"]

READ_SIZE = 4096
"""Octets taken from the stream at a time."""


@dataclass(frozen=True, slots=True)
class CapfResult:
    """How a session ended for the phone. `event` is the last in its chain of causes."""

    ending: CapfEnding
    reason: int
    """Of END_SESSION; -1 where none came."""
    lsc_installed: bool
    """True even where the connection broke after the phone had stored it."""
    lsc_deleted: bool
    certificates_shown: int
    event: Event


async def run_capf(
    stream: Stream,
    emitter: Emitter,
    store: CapfCertificateStore,
    *,
    cause: Event | int | None = None,
    patience: float = 120.0,
) -> CapfResult:
    """Do what CAPF asks until it ends the session, then close the stream.

    Args:
        stream: up, with the server's certificate checked by whoever opened it.
        emitter: the phone's.
        store: its flash and abilities; changed as CAPF asks.
        cause: what led the phone to CAPF.
        patience: seconds for each of the server's messages; ours, above what our CAPF allows a slow authority.

    Returns:
        how it went; a server that misbehaves or goes away is a result and an event, not an exception.
    """
    client = _Client(stream, emitter.on(stream.connection), store, cause, patience)
    async with stream:
        await client.run()
    return client.result()


class _Client:
    def __init__(
        self, stream: Stream, emitter: Emitter, store: CapfCertificateStore, cause: Event | int | None, patience: float
    ) -> None:
        self._stream = stream
        self._emitter = emitter
        self._store = store
        self._last = cause
        self._patience = patience
        self._decoder = Decoder()
        self._session = ClientSession(store)

    async def run(self) -> None:
        session = self._session
        try:
            while session.ending is None:
                with trio.fail_after(self._patience):
                    message = await self._hear_untrusted()
                if message is None:
                    self._gone(silent=False)
                    return
                reply = session.receive(message)
                await self._do(reply)
                if reply.make is not None:
                    await self._do(await self._make_key(reply.make))
        except trio.TooSlowError:
            self._gone(silent=True)
        except trio.BrokenResourceError:
            self._gone(silent=False)
        except ProtocolError as error:
            self._note(ev.CapfServerMisbehaved(state=session.state.value, error=str(error)))
            session.failed()

    def result(self) -> CapfResult:
        session = self._session
        assert session.ending is not None
        finished = self._note(
            ev.CapfFinished(
                ending=session.ending.value,
                reason=session.reason,
                lsc_installed=session.lsc_installed,
                lsc_deleted=session.lsc_deleted,
            )
        )
        return CapfResult(
            ending=session.ending,
            reason=session.reason,
            lsc_installed=session.lsc_installed,
            lsc_deleted=session.lsc_deleted,
            certificates_shown=session.certificates_shown,
            event=finished,
        )

    async def _make_key(self, spec: KeySpec) -> Reply:
        key = await self._store.make_key(spec)
        return self._session.key_not_made(spec) if key is None else self._session.key_made(spec, key)

    async def _do(self, reply: Reply) -> None:
        for event in reply.events:
            self._note(event)
        for message in reply.send:
            with trio.fail_after(self._patience):
                await self._stream.send_all(push_message(message))

    async def _hear_untrusted(self) -> Message | None:
        """The next message; None at the end of the stream. Raises ProtocolError."""
        while (message := self._decoder.next()) is None:
            octets = await self._stream.receive_some(READ_SIZE)
            if not octets:
                return None
            self._decoder.feed(bytes(octets))
        return message

    def _gone(self, *, silent: bool) -> None:
        self._note(ev.CapfServerGone(state=self._session.state.value, silent=silent))
        self._session.failed()

    def _note(self, event: Event) -> Event:
        self._last = self._emitter.emit(event, cause=self._last)
        return self._last
