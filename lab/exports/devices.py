"""How people write devices, models and profiles, and what they mean."""

from __future__ import annotations

import re

from cisco_data import DeviceSecurityMode
from cisco_data.models import MODELS, TLS_1_0, TLS_1_2, TLS_1_3
from wire.plain_text import plain
from wire.tls import TlsProfile

_DEVICE = re.compile(r"(?:SEP)?([0-9A-F]{12})")
_SEPARATORS = re.compile(r"[\s:.\-_]+")
_NUMBER = re.compile(r"(?<![0-9])([0-9]{4})(?![0-9])")
_IN_NAME = re.compile(r"(?:CP-([0-9A-Za-z]{1,30})-)?SEP([0-9A-F]{12})", re.IGNORECASE)
_CN = re.compile(rb"\x06\x03\x55\x04\x03([\x0c\x13\x14\x16\x1e])([\x01-\x7f])", re.DOTALL)
"""The OID of a CN, and tag and length of its text."""
_BMP = b"\x1e"
_DENIED = re.compile(r"\b(?:non|not|un|in) ?(?:secured?|encrypted|authenticated)\b")
_WITH_TLS_1_3 = ("98", "8875")
"""From PhoneOS 3.1 and 3.2 on (Cisco's Security Guide of release 15)."""
_MAX_MODEL_LENGTH = 40
"""Letters; a CN of 64 holds the model and the device's name."""
_MAX_MAC_LENGTH = 40


def device_named(text: str) -> str | None:
    """`SEP` and twelve capital hex digits, from a MAC in any spelling; None for what is none."""
    if len(text) > _MAX_MAC_LENGTH:
        return None
    found = _DEVICE.fullmatch(_SEPARATORS.sub("", text.strip().strip("'\"")).upper())
    return f"SEP{found[1]}" if found is not None else None


def device_of(subject: bytes) -> tuple[str, str] | None:
    """The device that a phone's certificate names in its CN, and the model: `CP-8861-SEP...`, or `SEP...` and no model.

    Args:
        subject: its name in DER.
    """
    found = _IN_NAME.search(cn_of(subject))
    return (f"SEP{found[2].upper()}", model_named(found[1] or "")) if found is not None else None


def cn_of(name: bytes) -> str:
    """The CN of a name in DER, the last one; cut out of it, as there may be 80,000 and decoding one costs 30 microseconds."""
    text = ""
    for found in _CN.finditer(name):
        octets = name[found.end() : found.end() + found[2][0]]
        text = octets.decode("utf-16-be" if found[1] == _BMP else "utf-8", "replace")
    return text


def model_named(text: str) -> str:
    """`8861` from `Cisco 8861`, `CP-8861`, `7965G`; as it was written where there is no such number in it."""
    found = _NUMBER.search(text)
    return found[1] if found is not None else plain(text.strip())[:_MAX_MODEL_LENGTH]


def offer_of_model(model: str) -> tuple[TlsProfile, bool]:
    """What the model offers, and whether the lab knows it; if not, it offers what its family does."""
    if model in MODELS:
        return MODELS[model].tls, True
    if model.startswith(_WITH_TLS_1_3):
        return TLS_1_3, False
    return (TLS_1_0 if model[:2] in ("69", "79", "89", "99", "39") else TLS_1_2), False


def mode_named(text: str) -> DeviceSecurityMode | None:
    """From a device security mode, or the name of a profile that says which it has; None for one that does not."""
    words = re.sub(r"[\s_-]+", " ", text.casefold()).strip()
    if _DENIED.search(words) or words == str(DeviceSecurityMode.NON_SECURE.number):
        return DeviceSecurityMode.NON_SECURE
    for mode in (DeviceSecurityMode.ENCRYPTED, DeviceSecurityMode.AUTHENTICATED):
        if words == str(mode.number) or mode.casefold() in words:
            return mode
    return None
