"""What every service and client sees of a connection, be it plain TCP or TLS."""

from __future__ import annotations

from abc import abstractmethod

import trio

from pki import Certificate


class Stream(trio.abc.Stream):
    """A connection with its names. Reads and writes raise trio.BrokenResourceError once the peer or TLS ended it."""

    connection: str
    """`client:port>server:port`, the same on both ends."""
    peer_address: str
    """The other end's IP address."""

    @property
    def tls_version(self) -> str:
        """As OpenSSL spells it: `TLSv1`, `TLSv1.2`, `TLSv1.3`; empty for plain TCP."""
        return ""

    @property
    def cipher(self) -> str:
        """The negotiated suite in OpenSSL's spelling, `AES256-SHA`; empty for plain TCP."""
        return ""

    @property
    def peer_certificate(self) -> Certificate | None:
        """What the peer presented; None for plain TCP and for a peer that presented nothing."""
        return None


class Transport(Stream, trio.abc.HalfCloseableStream):
    """What TLS runs on: TCP, also behind a switch port. The calls in `now` make no checkpoint that they do not need."""

    client: bool
    """Whether this end opened the connection."""

    @abstractmethod
    async def send_now(self, data: bytes | memoryview) -> None:
        """Send it all, waiting only for room. Raises BrokenResourceError once the peer is gone."""

    @abstractmethod
    async def receive_now(self, max_bytes: int = 32 * 1024) -> bytes:
        """What has arrived, waiting when nothing has; b"" at the peer's EOF. Raises BrokenResourceError on a reset."""

    @abstractmethod
    def send_eof_now(self) -> None:
        """Say that nothing more will be sent; the peer can still send. Raises ClosedResourceError on a closed stream."""

    @abstractmethod
    def discard_arrived(self) -> None:
        """Read and forget what has arrived."""

    @abstractmethod
    def break_now(self) -> None:
        """End the connection because what carried it ended: every read and write here raises BrokenResourceError from now on."""

    @abstractmethod
    def close_now(self) -> None:
        """Close at once; a task that waits in this stream gets ClosedResourceError."""
