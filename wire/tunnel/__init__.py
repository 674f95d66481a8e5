"""The tunnel on trio: CSTP over one TLS stream with its timers, and TCP-like streams relayed inside it."""

from wire.tunnel.stream import RelayStream
from wire.tunnel.tunnel import Tunnel, TunnelEnd, TunnelEnded, TunnelNote

__all__ = ["RelayStream", "Tunnel", "TunnelEnd", "TunnelEnded", "TunnelNote"]
