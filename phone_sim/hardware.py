"""What a phone consists of and is plugged into: all that is still there when its power is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cisco_data.models import PhoneModel
from journal import Emitter
from phone_sim.contexts import ClientContexts
from phone_sim.flash import Flash
from phone_sim.network import Network, Resolver, TftpAddress, addresses_only
from phone_sim.supplicant.settings import Dot1x
from pki import KeySpec, PrivateKey
from wire.tftp import TftpClient

KeyMaker = Callable[[KeySpec], PrivateKey]


@dataclass(slots=True)
class Hardware:
    model: PhoneModel
    flash: Flash
    network: Network
    tftp: TftpAddress
    """Changes when the phone is moved; read at each download."""
    contexts: ClientContexts
    """Shared by the phones of a lab."""
    make_key: KeyMaker
    """Gives a key that no other device has."""
    emitter: Emitter
    dot1x: Dot1x | None = None
    """Its cable to a switch port, and its settings there; None in a network without such ports."""
    resolve: Resolver = addresses_only
    """The DNS of the network that the phone is plugged into; for the host in the URL of a VPN gateway."""
    tftp_client: TftpClient | None = None
    """Reads files over UDP from the phone's own address; None in a network that carries none of its datagrams."""
    tunnel: Network | None = None
    """While the phone wants its VPN, everything goes through this. In RAM: a power cycle begins without it."""

    @property
    def route(self) -> Network:
        """Where connections to the phone's servers go."""
        return self.tunnel if self.tunnel is not None else self.network
