"""Cisco's vocabulary and tables, each once: names, numbers, dates and versions, each with its source. Imports no other package."""

from __future__ import annotations

from cisco_data.authorities import MANUFACTURING_AUTHORITIES, ManufacturingAuthority, signs_mics
from cisco_data.mics import MIC_LIFE, MicRule, mic_end, mic_rule
from cisco_data.releases import DEFAULT_RELEASE, RELEASES, default_ca_list, is_shipped

__all__ = [
    "DEFAULT_RELEASE",
    "MANUFACTURING_AUTHORITIES",
    "MIC_LIFE",
    "RELEASES",
    "ManufacturingAuthority",
    "MicRule",
    "default_ca_list",
    "is_shipped",
    "mic_end",
    "mic_rule",
    "signs_mics",
]
