"""A real phone made of what-if's data: its flash, and its cable on loopback."""

from __future__ import annotations

from cisco_data.models import MODELS
from lab.fleet.model import FleetPhone, Known
from lab.testing import KeptEvents
from lab.whatif.trust.held import held_lists
from phone_sim.contexts import ClientContexts
from phone_sim.flash import Flash
from phone_sim.hardware import Hardware
from phone_sim.network import TftpAddress
from tests.whatif_parity.conftest import POOL
from wire.net import connect
from wire.tcp import TcpStream

HERE = "127.0.0.1"
SERVICE = "the service"
"""Its name in the journal."""


class Loopback:
    """A phone's cable."""

    async def connect(self, address: str, port: int, source: str = "") -> TcpStream:
        return await connect(address, port, local_address=source)


def hardware_of(phone: FleetPhone, record: KeptEvents) -> Hardware:
    lsc, mic = (held.identity if isinstance(held, Known) else None for held in (phone.lsc, phone.mic))
    return Hardware(
        MODELS[phone.model].with_tls(phone.tls),
        Flash(phone.device_name, mic=mic, lsc=lsc, lists=held_lists(phone)),
        Loopback(),
        TftpAddress(HERE),
        ClientContexts(),
        POOL.ring().take,
        record.journal.emitter(phone.device_name),
        resolve=lambda host: HERE,
    )
