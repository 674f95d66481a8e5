"""All mishaps by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pki._mishap import Mishap
from pki._mishaps_device import DEVICE
from pki._mishaps_issuer import ISSUER

MISHAPS: Mapping[str, Mishap] = MappingProxyType({**ISSUER, **DEVICE})
