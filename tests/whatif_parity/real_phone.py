"""A real phone made of what-if's data: its flash, its cable on loopback, and a journal that keeps what everybody notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from cisco_data.models import MODELS
from journal import Clock, Event, Journal
from lab.fleet.model import FleetPhone, Known
from phone_sim.contexts import ClientContexts
from phone_sim.flash import Flash
from phone_sim.hardware import Hardware
from phone_sim.network import TftpAddress
from tests.whatif_parity.conftest import POOL
from wire.net import connect
from wire.tcp import TcpStream

E = TypeVar("E", bound=Event)
HERE = "127.0.0.1"
SERVICE = "the service"
"""Its name in the journal."""


@dataclass
class Record:
    """A journal at one moment of lab time that keeps its events."""

    at: datetime
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.journal = Journal(Clock(self.at, lambda: 0.0))
        self.journal.subscribe(self.events.append)

    def of(self, kind: type[E], actor: str = "") -> list[E]:
        return [event for event in self.events if isinstance(event, kind) and actor in ("", event.actor)]


class Loopback:
    """A phone's cable."""

    async def connect(self, address: str, port: int, source: str = "") -> TcpStream:
        return await connect(address, port, local_address=source)


def hardware_of(phone: FleetPhone, record: Record) -> Hardware:
    lsc, mic = (held.identity if isinstance(held, Known) else None for held in (phone.lsc, phone.mic))
    return Hardware(
        MODELS[phone.model].with_tls(phone.tls),
        Flash(phone.device_name, mic=mic, lsc=lsc, trusted_servers=phone.trusted_servers),
        Loopback(),
        TftpAddress(HERE),
        ClientContexts(),
        POOL.ring().take,
        record.journal.emitter(phone.device_name),
        resolve=lambda host: HERE,
    )
