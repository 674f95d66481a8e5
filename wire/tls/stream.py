"""The TLS engine on a TCP stream, as a trio stream.

Four things here are less simple than they look, and each lost an alert, or a figure, before it was so.

*An alert must get there.* The call that fails writes the alert, so output is flushed before any failure is reported. A TLS 1.3
client may still be writing when the server has judged it: a server that simply closed would answer those octets with a TCP reset,
and the reset would overtake the alert. So the server says EOF and reads on until the client has gone, half a second at most.

*The client must look.* A client that finds the connection broken while it writes reads what has arrived before it gives up:
the alert is often there.

*Two tasks share one output.* A read can produce octets (an alert, a key update), and so can a concurrent write. They leave in the
order in which OpenSSL made them, so taking them out and sending them happens under one lock.

*Checkpoints cost.* Only the outermost calls make one; inside, the stream waits when the kernel has nothing for it.
"""

from __future__ import annotations

import trio

from journal import Emitter, Event
from pki import Certificate
from wire.streams import Stream, Transport
from wire.tcp import CHUNK
from wire.tls.context import ClientContext, Credential, ServerContext
from wire.tls.engine import MAX_PLAIN, TlsEngine, TlsRefused
from wire.tls.events import AlertSeen, HandshakeFailed, TlsClosed

HANDSHAKE_TIMEOUT = 10.0
"""Seconds."""
LINGER = 0.5
"""Seconds that a server reads on after its own EOF."""
MAX_LINGERED = 1024 * 1024
"""Octets that it reads then: a peer that sends more does not wait for the alert."""


class TlsStream(Stream):
    """TLS over one TCP connection. The first thing to do with it is `handshake`."""

    def __init__(
        self,
        tcp: Transport,
        context: ClientContext | ServerContext,
        emitter: Emitter,
        *,
        credential: Credential | None = None,
        cause: Event | int | None = None,
    ) -> None:
        """`emitter` is the actor's; the stream puts the connection's name on it. `cause` as in TlsEngine."""
        self.connection = tcp.connection
        self.peer_address = tcp.peer_address
        self._tcp = tcp
        self.engine = TlsEngine(context, emitter.on(tcp.connection), credential, cause)
        self._lock = trio.Lock()
        self._closed = self._handshaken = self._lingered = self._reading = self._writing = False

    @property
    def tls_version(self) -> str:
        return self.engine.version

    @property
    def cipher(self) -> str:
        return self.engine.cipher

    @property
    def peer_certificate(self) -> Certificate | None:
        return self.engine.peer_certificate

    @property
    def ended(self) -> HandshakeFailed | TlsClosed | None:
        """How TLS ended, once it has; both kinds tell the alert."""
        return self.engine.ended

    @property
    def alert_read(self) -> AlertSeen | None:
        """The last alert that the peer sent."""
        return self.engine.alert_read

    async def handshake(self, timeout: float = HANDSHAKE_TIMEOUT) -> bool:  # noqa: ASYNC109
        """True when TLS is up. False when it is refused: the events say why, the alert has left, and only `aclose` is left to do.

        A TLS 1.3 client gets True before the server has judged its certificate: the refusal then meets its first read.
        """
        engine = self.engine
        with trio.move_on_after(timeout) as patience:
            try:
                while not engine.handshake():
                    if output := engine.data_to_send():
                        await self._tcp.send_now(output)
                    engine.receive(await self._tcp.receive_now())
                if output := engine.data_to_send():
                    await self._tcp.send_now(output)
                else:
                    await trio.lowlevel.checkpoint()
                self._handshaken = True
                return True
            except TlsRefused:
                await self._flush_and_linger()
            except trio.BrokenResourceError:
                await self._drain()
                engine.end_by("reset")
        if patience.cancelled_caught:
            engine.end_by("timeout")
        return False

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        self._check_open()
        if self._writing:
            raise trio.BusyResourceError("another task is sending on this connection")
        self._writing = True
        try:
            await trio.lowlevel.checkpoint()
            self._check_open()
            try:
                self.engine.write(bytes(data))
                await self._flush()
            except TlsRefused:
                await self._flush_quietly()
                raise trio.BrokenResourceError("TLS ended this connection") from None
            except trio.BrokenResourceError:
                if not self._reading:  # else that task finds what the peer said last; it must not find the way barred
                    await self._drain()
                    self.engine.end_by("reset")
                raise
        finally:
            self._writing = False

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        if max_bytes is not None and max_bytes < 1:
            raise ValueError("max_bytes must be at least 1")
        self._check_open()
        if self._reading:
            raise trio.BusyResourceError("another task is receiving on this connection")
        self._reading = True
        try:
            await trio.lowlevel.checkpoint()
            return await self._read(max_bytes or MAX_PLAIN)
        finally:
            self._reading = False

    async def _read(self, max_bytes: int) -> bytes:
        engine = self.engine
        try:
            while True:
                self._check_open()
                data = engine.read(max_bytes)
                await self._flush_quietly()
                if data is not None:
                    return data
                engine.receive(await self._tcp.receive_now(CHUNK))
        except TlsRefused:
            await self._flush_and_linger()
            raise trio.BrokenResourceError("TLS ended this connection") from None
        except trio.BrokenResourceError:
            engine.end_by("reset")
            raise

    async def wait_send_all_might_not_block(self) -> None:
        self._check_open()
        if self._writing:
            raise trio.BusyResourceError("another task is sending on this connection")
        self._writing = True
        try:
            async with self._lock:  # or a reader that has something to send would find the way barred, and lose it
                await self._tcp.wait_send_all_might_not_block()
        finally:
            self._writing = False

    async def aclose(self) -> None:
        if self._closed:
            await trio.lowlevel.checkpoint()
            return
        self._closed = True
        try:
            self.engine.close()
            with trio.move_on_after(2 * LINGER):  # a peer that never reads would keep us for ever
                await self._flush_and_linger()
        finally:
            self.engine.end_by("closed here")
            await self._tcp.aclose()

    async def close_without_alert(self) -> None:
        """Close as `aclose` does, but without close_notify: the peer reads the end of the stream."""
        if not self._closed:
            self._closed = True
            self.engine.end_by("closed here")
            await self._linger()
        await self._tcp.aclose()

    def close_now(self) -> None:
        """Close without a word, as a device does that loses power."""
        self._closed = True
        self.engine.end_by("closed here")
        self._tcp.close_now()

    def _check_open(self) -> None:
        if self._closed:
            raise trio.ClosedResourceError("this connection was closed here")
        if not self._handshaken:
            raise (
                trio.BrokenResourceError("there was no handshake on this connection")
                if self.engine.ended
                else RuntimeError("handshake() comes first")
            )

    async def _flush(self) -> None:
        try:
            self._lock.acquire_nowait()
        except trio.WouldBlock:
            await self._lock.acquire()
        try:
            if output := self.engine.data_to_send():
                await self._tcp.send_now(output)
        finally:
            self._lock.release()

    async def _flush_quietly(self) -> None:
        """Send what OpenSSL has to send, if the connection is still open."""
        try:
            await self._flush()
        except (trio.BrokenResourceError, trio.ClosedResourceError, trio.BusyResourceError):
            pass

    async def _flush_and_linger(self) -> None:
        await self._flush_quietly()
        if self._tcp.client:
            self._tcp.discard_arrived()  # TLS 1.3 session tickets, most often
            return
        ended = self.engine.ended
        if self._lingered or (ended is not None and ended.reason in ("close notify", "eof")):
            return  # a refusal did so before the close that follows it; and a peer that said its last octet gets no reset
        await self._linger()

    async def _linger(self) -> None:
        """Say EOF and read on until the peer has gone, for a moment at most."""
        self._lingered = True
        try:
            self._tcp.send_eof_now()
            octets = 0
            with trio.move_on_after(LINGER):
                while octets < MAX_LINGERED and (data := await self._tcp.receive_now()):
                    octets += len(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError, trio.BusyResourceError):
            pass

    async def _drain(self) -> None:
        """Read what the peer sent before the connection broke: there may be an alert in it."""
        engine = self.engine
        try:
            with trio.move_on_after(LINGER):
                while engine.ended is None:
                    data = await self._tcp.receive_now()
                    engine.receive(data)
                    if not engine.established:
                        engine.handshake()
                    while engine.established and engine.read(MAX_PLAIN):
                        pass
                    if not data:
                        return
        except (TlsRefused, trio.BrokenResourceError, trio.ClosedResourceError, trio.BusyResourceError):
            pass
