"""CAPF's trace: what a troubleshooter collects from the publisher, rendered from what the CAPF services noted.

No sample of CUCM's own is published, layout and words are assumed. Published are the names of the states (Cisco's CME prints them
for its CAPF server), the error codes (its Troubleshooting Guide), and that the trace holds the phone's certificates after a
Troubleshoot. What a client sent is shown without characters that a terminal would obey, and cannot begin a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from capf_sim import events as ev
from capf_sim.events import CapfStopped
from capf_sim.texts.trace_words import words
from journal import Event
from wire.plain_text import plain
from wire.tls.events import HandshakeFailed, TlsClosed

MAX_LETTERS = 4096
"""Of one line; assumed. Subjects of certificates are a peer's text, and the longest line is CAPF-trust."""


@dataclass(slots=True)
class _Session:
    number: str = "-"
    device: str = "-"


class CapfTrace:
    """Feed it a run's events in order; it gives the lines that each of them prints. It keeps open connections only."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], _Session] = {}

    def lines(self, event: Event) -> tuple[str, ...]:
        """None at all for what is not CAPF's."""
        if event.actor.service != "capf" or (text := words(event)) is None:
            return ()
        session = self._session(event)
        time = event.at.strftime("%Y-%m-%d %H:%M:%S.%f")
        line = f"{time} | {event.actor} | {session.number} | {session.device} | {text}"
        return (_plain(line), *(_plain(part) for part in _certificate(event)))

    def _session(self, event: Event) -> _Session:
        """Whose line it is. A connection's is forgotten with its last event."""
        key = event.actor, event.connection
        if isinstance(event, CapfStopped):
            for open_ in [open_ for open_ in self._open if open_[0] == event.actor]:
                del self._open[open_]
        device = str(getattr(event, "device", "")).replace("|", "?")
        if not event.connection:
            return _Session(device=device or "-")
        if isinstance(event, TlsClosed | HandshakeFailed):
            return self._open.pop(key, _Session())
        session = self._open.setdefault(key, _Session())
        if isinstance(event, ev.CapfSessionStarted):
            session.number, session.device = str(event.session), "-"
        session.device = device or session.device
        return session


def render_capf_trace(events: Iterable[Event]) -> Iterator[str]:
    """The lines of the trace, without line ends, as the events come."""
    trace = CapfTrace()
    for event in events:
        yield from trace.lines(event)


def _certificate(event: Event) -> list[str]:
    return event.pem.splitlines() if isinstance(event, ev.CertificateFetched) else []


def _plain(line: str) -> str:
    return plain(line[:MAX_LETTERS])
