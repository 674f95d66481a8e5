"""A capture: every connection of the lab as a network would show it, written to a pcapng file as it happens.

Both ends of most connections live in this process, and either or both may tell of it. An end that is known reports what
it sends, and that is when the packet is written; what an end receives is written only where the sender is no actor of the lab.
So nothing is seen twice, and what a peer never read is in the capture too, as it would be on a cable.

pcapng has no way to add to a block that is written, yet what a packet meant is often known only after it. The last batch of
packets (at most 32 KiB of octets) is therefore kept here, and written anew in its place when a comment or a TLS secret comes
for it before the next packet. Into a pipe that cannot be done: such a comment goes to the next packet.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, NamedTuple

from wire.capture import pcapng
from wire.capture.comments import MAX_WAITING, Waiting, Where, latest
from wire.capture.conversation import CapturedConnection, CapturedPacket
from wire.capture.frames import MSS, Endpoint, address_octets, mac_of_address, mac_of_device, udp_frames
from wire.capture.output import Output

_APPLICATION = "cucm-cert-lab"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BATCH = 22 * MSS
"""Octets whose packets are kept for comments: a little less than what one read brings."""
_HALF_OPEN_KEPT = 256
"""Connections that one end has closed and of which the other end has not told anything, and perhaps never will."""
_LINES_KNOWN = 256
"""Lines of the key log that are remembered, as both ends of a connection log the same ones."""


class _Seen:
    """A connection with the ends that tell of it: True is the client's, False the server's."""

    __slots__ = ("closed", "conversation", "ends", "waiting")

    def __init__(self, conversation: CapturedConnection, client: bool) -> None:
        self.conversation = conversation
        self.waiting = Waiting()
        self.ends = {client}
        self.closed: set[bool] = set()


class _Tail(NamedTuple):
    """The batch that was written last."""

    connection: str
    packets: list[CapturedPacket]
    comments: list[list[str]]
    microseconds: int
    secrets: list[bytes]


class PcapngWriter:
    """Implements `wire.tcp.Tap`. Nothing here raises because of the file: `close` does, at the end."""

    def __init__(
        self,
        file: BinaryIO,
        clock: Callable[[], datetime],
        *,
        secrets: bool = True,
        hardware: str = "cucm-cert-lab",
    ) -> None:
        """`file` is new or a pipe, and stays the caller's to close; `clock` gives lab time. Without `secrets` no key is written."""
        self._clock = clock
        self._secrets = secrets
        self._output = Output(file)
        self._time = 0
        self._count = 0
        self._open: dict[str, _Seen] = {}
        self._half_open: OrderedDict[str, _Seen] = OrderedDict()
        self._macs: dict[bytes, bytes] = {}
        self._stations: set[tuple[str, str]] = set()
        self._lines: OrderedDict[bytes, None] = OrderedDict()
        self._tail: _Tail | None = None
        self._datagrams: dict[tuple[str, int], list[str]] = {}
        """Comments, by who will send the datagram."""
        self._output.append(pcapng.section_header(hardware, _APPLICATION) + pcapng.interface_description("lab"))

    @property
    def error(self) -> OSError | None:
        """What ended the capture early: a full disk, most often."""
        return self._output.error

    def close(self) -> None:
        """Nothing more is written. Raises OSError where the file could not be written to the end."""
        self._open.clear()
        self._half_open.clear()
        self._tail = None
        self._output.stop()
        if self._output.error is not None:
            raise self._output.error

    # What streams tell (wire.tcp.Tap)

    def opened(self, connection: str, client: bool) -> None:
        seen = self._open.get(connection) or self._half_open.get(connection)
        if seen is not None and client not in seen.ends:
            seen.ends.add(client)
            self._half_open.pop(connection, None)
            self._open[connection] = seen
            return
        self._half_open.pop(connection, None)
        conversation = self._conversation(connection)
        if conversation is not None:
            seen = self._open[connection] = _Seen(conversation, client)
            self._put(connection, seen.waiting, conversation.open())

    def refused(self, connection: str) -> None:
        conversation = self._conversation(connection)
        if conversation is not None:
            self._put(connection, Waiting(), conversation.refuse())

    def octets(self, connection: str, client: bool, outgoing: bool, data: bytes) -> None:
        seen = self._told_by_its_sender(connection, client, outgoing)
        if seen is None:
            return
        sender = client is outgoing
        for start in range(0, len(data), _BATCH):
            piece = data[start : start + _BATCH]
            packets = seen.conversation.send(sender, piece, push=start + _BATCH >= len(data))
            self._put(connection, seen.waiting, packets, piece)

    def finished(self, connection: str, client: bool, outgoing: bool) -> None:
        seen = self._told_by_its_sender(connection, client, outgoing)
        if seen is not None:
            self._put(connection, seen.waiting, seen.conversation.finish(client is outgoing))

    def reset(self, connection: str, client: bool, outgoing: bool) -> None:
        # Whichever end reports it: a kernel resets connections whose owner knows nothing of it.
        seen = self._open.get(connection)
        if seen is not None:
            self._put(connection, seen.waiting, seen.conversation.reset(client is outgoing))

    def closed(self, connection: str, client: bool) -> None:
        seen = self._open.get(connection)
        if seen is None:
            return
        seen.conversation.leave(client)
        seen.closed.add(client)
        if seen.closed == seen.ends:
            del self._open[connection]
            if len(seen.ends) == 1:
                self._half_open[connection] = seen
                if len(self._half_open) > _HALF_OPEN_KEPT:
                    self._half_open.popitem(last=False)

    # What others know

    def keylog(self, line: bytes) -> None:
        """A line of the NSS key log format, without its newline. It comes before the packets that were encrypted with it."""
        if not self._secrets or line in self._lines:
            return
        self._lines[line] = None
        if len(self._lines) > _LINES_KNOWN:
            self._lines.popitem(last=False)
        if self._tail is None or not self._output.can_replace:
            self._tail = None
            self._output.append(pcapng.decryption_secrets([line]))
        elif len(self._tail.secrets) < _LINES_KNOWN:
            self._tail.secrets.append(line)
            self._output.replace_last(_blocks(self._tail))
        else:
            self._tail = _Tail("", [], [], self._time, [line])
            self._output.append(_blocks(self._tail))

    def comment(self, connection: str, text: str, where: Where = Where.LATEST) -> bool:
        """Put `text` on a packet of the connection. False where there will be no such packet."""
        if where is Where.LATEST and self._comment_tail(connection, text):
            return True
        seen = self._open.get(connection)
        return seen is not None and seen.waiting.add(where, text)

    def station(self, address: str, name: str) -> None:
        """Who has an address: Wireshark shows the name, and a phone's frames bear the MAC of its device name.

        Where several phones share an address, the first one's MAC stands for all. Raises ValueError for no IPv4 address.
        """
        if (address, name) in self._stations:
            return
        self._stations.add((address, name))
        octets = address_octets(address)
        mac = mac_of_device(name)
        if mac is not None:
            self._macs.setdefault(octets, mac)
        self._tail = None
        self._output.append(pcapng.name_resolution(octets, name))

    def comment_datagram(self, source: tuple[str, int], text: str) -> None:
        """For the next datagram from there. Of several that wait on one address and port, further ones are dropped."""
        waiting = self._datagrams.setdefault(source, [])
        if len(waiting) < MAX_WAITING:
            waiting.append(text)

    def udp(self, source: tuple[str, int], destination: tuple[str, int], payload: bytes) -> None:
        """One datagram, address and port of each end. Raises ValueError above 65507 octets."""
        self._count += 1
        now, ends = self._now(), (self._endpoint(*source), self._endpoint(*destination))
        comments = self._datagrams.pop(source, [])
        frames = udp_frames(*ends, self._count, payload)
        blocks = [pcapng.enhanced_packet(now, frame, comments if at == 0 else ()) for at, frame in enumerate(frames)]
        self._tail = None
        self._output.append(b"".join(blocks))

    def frame(self, source_mac: bytes, destination_mac: bytes, ethertype: int, payload: bytes) -> None:
        """One Ethernet frame that is no IP packet: EAPOL (`wire.cable.FrameTap`). MACs have six octets."""
        packed = destination_mac + source_mac + ethertype.to_bytes(2, "big") + payload
        self._tail = None
        self._output.append(pcapng.enhanced_packet(self._now(), packed))

    # Packets

    def _comment_tail(self, connection: str, text: str) -> bool:
        tail = self._tail
        if tail is None or tail.connection != connection or not tail.packets or not self._output.can_replace:
            return False
        comments = tail.comments[latest(tail.packets)]
        if len(comments) >= MAX_WAITING:
            return False
        comments.append(text)
        self._output.replace_last(_blocks(tail))
        return True

    def _told_by_its_sender(self, connection: str, client: bool, outgoing: bool) -> _Seen | None:
        seen = self._open.get(connection)
        if seen is None or (not outgoing and (not client) in seen.ends):
            return None
        return seen

    def _put(self, connection: str, waiting: Waiting, packets: Iterable[CapturedPacket], data: bytes = b"") -> None:
        put = list(packets)
        if not put:
            return
        self._tail = _Tail(connection, put, waiting.take(put, data), self._now(), [])
        self._output.append(_blocks(self._tail))

    def _now(self) -> int:
        """Microseconds since 1970; never less than before."""
        self._time = max(self._time, (self._clock() - _EPOCH) // _MICROSECOND)
        return self._time

    def _conversation(self, connection: str) -> CapturedConnection | None:
        """None where an end has no IPv4 address: a server that was tried by its name, say. Such a connection is not shown."""
        try:
            client, server = (self._endpoint_of(end) for end in connection.split(">"))
        except ValueError:
            return None
        self._count += 1
        # Nothing in a lab is random, yet a second connection between the same ports must not look like the first one again.
        first = hashlib.blake2b(f"{connection} {self._count}".encode(), digest_size=8).digest()
        return CapturedConnection(client, server, (int.from_bytes(first[:4], "big"), int.from_bytes(first[4:], "big")))

    def _endpoint_of(self, end: str) -> Endpoint:
        address, _, port = end.rpartition(":")
        return self._endpoint(address, int(port))

    def _endpoint(self, address: str, port: int) -> Endpoint:
        octets = address_octets(address)
        return Endpoint(self._macs.get(octets) or mac_of_address(octets), octets, port)


def _blocks(tail: _Tail) -> bytes:
    secrets = [pcapng.decryption_secrets(tail.secrets)] if tail.secrets else []
    packets = zip(tail.packets, tail.comments, strict=True)
    return b"".join(
        (*secrets, *(pcapng.enhanced_packet(tail.microseconds, packet.frame, texts) for packet, texts in packets))
    )
