"""All mishaps by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pki._mishap import Alert, Mishap, MishapParties, MishapVerdict, Presented
from pki._mishaps_device import DEVICE
from pki._mishaps_issuer import ISSUER

__all__ = ["MISHAPS", "Alert", "Mishap", "MishapParties", "MishapVerdict", "Presented"]

MISHAPS: Mapping[str, Mishap] = MappingProxyType({**ISSUER, **DEVICE})
