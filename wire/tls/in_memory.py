"""Two ends of one TLS connection joined in memory: each gets what the other writes, until neither has anything to say.

What-if asks ten thousand times what a socket would only delay. The ends are the same engines that streams drive, so they
note the same events; only no end can be late, and nothing is lost.
"""

from __future__ import annotations

from wire.tls.engine import TlsEngine, TlsRefused

_ANY = 1
"""Octets to read where only an alert is expected; no end sends application data here."""


def shake_hands(client: TlsEngine, server: TlsEngine) -> bool:
    """Handshake between two fresh engines. True when both ends are up and stay so: in TLS 1.3 a client is up before it is judged.

    How it ended is in `ended`, `alert_read` and `alert_written` of both, as after a handshake over a socket whose ends flush
    before they close and read before they give up. A client that was up when the server refused it has a `TlsClosed`.
    """
    if not server.context.waits:  # as a server does: one that can offer nothing ends before it was spoken to
        _act(server)
        server.context.waits = server.ended is None
    giver, taker = client, server
    silent = 0
    while silent < 2:  # once round without a word
        _act(giver)
        said = giver.data_to_send()
        if said and taker.ended is None:
            taker.receive(said)
            silent = 0
        else:
            silent += 1
            if taker.established and giver.established:
                break
        giver, taker = taker, giver
    if client.established and client.ended is None and server.ended is not None:
        _act(client)
    for end, other in ((client, server), (server, client)):
        if end.ended is None and (other.ended is not None or not other.established):
            end.receive(b"")
            _act(end)
    return client.ended is None and server.ended is None and client.established and server.established


def _act(end: TlsEngine) -> None:
    if end.ended is not None:
        return
    try:
        if not end.established:
            end.handshake()
        else:
            end.read(_ANY)
    except TlsRefused:
        pass  # `end.ended` says how
