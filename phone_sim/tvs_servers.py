"""The TVS servers that a phone knows, and how it connects to one: TCP, then TLS by its held list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from journal import Emitter, Event
from phone_sim.dialing import PhoneTlsStream, dial
from phone_sim.events import ServerUnreachable
from phone_sim.network import Network
from phone_sim.tvs_events import TvsFailure
from wire.phone_file import TvsServer
from wire.streams import Stream
from wire.tls import ClientContext, Credential

SERVICE: Final = "TVS"
"""How events of connections name it."""


@dataclass(frozen=True, slots=True)
class TvsFailed:
    """There is no answer that counts."""

    failure: TvsFailure
    event: Event | None


TvsDial = Callable[[TvsServer, Event], Awaitable[Stream | TvsFailed]]
"""Connects to a server, because of that event: a stream whose TLS is up and whose certificate the phone accepts. Raises nothing."""


def tvs_dial(
    network: Network, emitter: Emitter, context: ClientContext, credential: Credential | None
) -> Callable[[TvsServer, Event], Awaitable[PhoneTlsStream | TvsFailed]]:
    """Connects over TCP and TLS. `context` decides on the server's certificate: those of the held list that have role TVS."""

    async def connect(server: TvsServer, cause: Event) -> PhoneTlsStream | TvsFailed:
        tcp = await dial(network, SERVICE, server.address, server.port, emitter, cause)
        if isinstance(tcp, ServerUnreachable):
            return TvsFailed(TvsFailure.UNREACHABLE, tcp)
        stream = PhoneTlsStream(tcp, context, emitter, credential=credential, cause=cause)
        try:
            up = await stream.handshake()
        except BaseException:  # the power went, or a user interrupted the phone
            stream.close_now()
            raise
        if up:
            return stream
        await stream.aclose()
        return TvsFailed(TvsFailure.TLS_REFUSED, stream.ended or cause)

    return connect
