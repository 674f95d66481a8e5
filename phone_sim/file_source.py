"""Where a phone gets its files from: its first TFTP server that answers, one connection for each file."""

from __future__ import annotations

from journal import Event
from phone_sim.dialing import dial
from phone_sim.download import Missed, fetch
from phone_sim.events import ServerUnreachable
from phone_sim.hardware import Hardware
from wire.streams import Transport


class FileSource:
    """Over HTTP on 6970."""

    def __init__(self, hardware: Hardware) -> None:
        self._hardware = hardware

    async def get(self, name: str, max_octets: int, cause: Event | None) -> bytes | Missed | ServerUnreachable:
        """The file, or why there is none; the event where no server answers at all."""
        tcp = await self._dial(cause)
        if isinstance(tcp, ServerUnreachable):
            return tcp
        try:
            return await fetch(tcp, name, max_octets)
        finally:
            tcp.close_now()  # it is closed already, unless a fault kept the download from beginning

    async def _dial(self, cause: Event | None) -> Transport | ServerUnreachable:
        """The first TFTP server that answers. Assumed: the phone asks the second one where the first does not answer at all."""
        hardware, tftp = self._hardware, self._hardware.tftp
        found = await dial(hardware.route, "TFTP", tftp.address, tftp.port, hardware.emitter, cause)
        if isinstance(found, ServerUnreachable) and (second := tftp.second) is not None:
            found = await dial(hardware.route, "TFTP", second.address, second.port, hardware.emitter, found)
        return found
