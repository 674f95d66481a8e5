"""An Ethernet cable between two devices: link up and down, and frames as a pair of trio channels carries them.

The link is up while both devices have their end up. Each time it comes up it is a new `Link` with
channels of its own: nothing that was sent before it went down comes out after.
"""

from __future__ import annotations

from typing import Final, Protocol, runtime_checkable

import trio

from wire.errors import ProtocolError
from wire.ethernet import pull_frame_untrusted

MAX_WAITING: Final = 64
"""Frames that wait at one end; further ones are lost, as they are on a network card that no driver reads. Assumed: the value."""


@runtime_checkable
class FrameTap(Protocol):
    """An observer of the frames: a capture. Nothing here may raise."""

    def frame(self, source_mac: bytes, destination_mac: bytes, ethertype: int, payload: bytes) -> None: ...


class LinkDown(Exception):
    """The link went down, or this device took its end down."""


class Link:
    """One end of the cable for as long as the link is up."""

    def __init__(
        self, send: trio.MemorySendChannel[bytes], receive: trio.MemoryReceiveChannel[bytes], tap: FrameTap | None
    ) -> None:
        self._send = send
        self._receive = receive
        self._tap = tap
        self.down = trio.Event()
        """Set once the link is no more."""

    def send(self, frame: bytes) -> None:
        """Put an Ethernet frame on the cable. It is lost where the link is down or the other end is full, without an error."""
        try:
            self._send.send_nowait(frame)
        except (trio.BrokenResourceError, trio.ClosedResourceError, trio.WouldBlock):
            return
        if self._tap is not None:
            try:
                seen = pull_frame_untrusted(frame)
            except ProtocolError:
                return  # no frame, and so nothing that a capture could hold
            self._tap.frame(seen.source, seen.destination, seen.ethertype, seen.payload)

    async def receive(self) -> bytes:
        """The next frame. Raises LinkDown."""
        try:
            return await self._receive.receive()
        except (trio.EndOfChannel, trio.ClosedResourceError):
            raise LinkDown from None

    def _cut(self) -> None:
        self.down.set()
        self._send.close()
        self._receive.close()


class CableEnd:
    """What one device has of the cable."""

    def __init__(self, cable: Cable) -> None:
        self._cable = cable
        self.is_up = False
        """Whether this device has its end up, whatever the other one does."""
        self.link: Link | None = None
        """None while the link is down."""
        self._came_up = trio.Event()

    def up(self) -> None:
        """The device has power and uses its port."""
        self.is_up = True
        self._cable._settle()

    def down(self) -> None:
        self.is_up = False
        self._cable._settle()

    async def wait_link(self) -> Link:
        """The link, once it is up."""
        await trio.lowlevel.checkpoint()
        while self.link is None:
            await self._came_up.wait()
        return self.link

    def _connect(self, link: Link | None) -> None:
        if self.link is not None:
            self.link._cut()
        self.link = link
        if link is not None:
            self._came_up.set()
            self._came_up = trio.Event()


class Cable:
    """The cable from a phone to its switch port."""

    def __init__(self, tap: FrameTap | None = None) -> None:
        self._tap = tap
        self.phone = CableEnd(self)
        self.switch = CableEnd(self)

    def _settle(self) -> None:
        """Bring the link to what both ends say."""
        up = self.phone.is_up and self.switch.is_up
        if up is (self.phone.link is not None):
            return
        if not up:
            self.phone._connect(None)
            self.switch._connect(None)
            return
        to_switch, from_phone = trio.open_memory_channel[bytes](MAX_WAITING)
        to_phone, from_switch = trio.open_memory_channel[bytes](MAX_WAITING)
        self.phone._connect(Link(to_switch, from_switch, self._tap))
        self.switch._connect(Link(to_phone, from_phone, self._tap))
