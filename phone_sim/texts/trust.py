"""What a phone says on its console about its lists and signed files, a table for each generation.

Published for the 78xx and 88xx: the lines of a list that was taken, of a signed file, and of an item that is not in the list
(Cisco documents 214535, 213407 and 215014); for the 79xx: those of a signed file whose signer is unknown, which say `not in CTL` of
an ITL too. Lines that no published console shows carry `LAB`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from journal import Event
from phone_sim.download_events import ConfigurationFileReceived
from phone_sim.trust.events import ConfigurationRefused, TrustListRefused, TrustListTaken
from phone_sim.trust.signed import Taking
from phone_sim.trust.tvs_answer import SIGNER_UNKNOWN

Lines = tuple[tuple[str, str], ...]
"""Severity and text of each."""
TrustRules = dict[type[Event], Callable[[Any], Lines]]

_UNCHECKED: Final = "Using leap of faith to accept TL file"
"""In the firmware of the 8941."""


def _why(event: TrustListRefused | ConfigurationRefused) -> str:
    failure = event.failure if isinstance(event, TrustListRefused) else ""
    return f"{event.file} not taken: {event.refusal or failure}"


# 79xx


def _refused_79xx(event: TrustListRefused | ConfigurationRefused) -> Lines:
    if event.refusal not in SIGNER_UNKNOWN:
        return (("ERR", f"SECD: -LAB: {_why(event)}"),)
    name = event.file.removesuffix(".sgn").removesuffix(".enc")
    return (
        (
            "ERR",
            f"SECD: EROR:verifyFile: sgn verify file failed </usr/ram/{name}>, errclass 8, errcode 19 (signer not in CTL)",
        ),
        ("ERR", "SECD: verify FAILED"),
    )


def _taken_79xx(event: TrustListTaken) -> Lines:
    how = _UNCHECKED if event.taking is Taking.UNCHECKED else f"{event.file} verified"
    return (("NOT", f"SECD: -LAB: {how}"),)


LINES_79XX: Final[TrustRules] = {
    TrustListTaken: _taken_79xx,
    TrustListRefused: _refused_79xx,
    ConfigurationRefused: _refused_79xx,
}


# 78xx and 88xx


def _taken_88xx(event: TrustListTaken) -> Lines:
    checked = event.taking is not Taking.UNCHECKED
    return (
        ("NOT", "SECUREAPP-Hashes match... authentication successful.")
        if checked
        else ("WRN", f"SECUREAPP-LAB {_UNCHECKED}"),
        ("NOT", "SECUREAPP-updateFromFile: TL parse to table: CTL_SUCCESS"),
        ("NOT", "SECUREAPP-updateFromFile: Updating master TL table"),
        *((("DEB", "SECUREAPP-TL file verified successfully."),) if checked else ()),
        ("INF", "SECUREAPP-TL file updated."),
    )


def _refused_88xx(event: TrustListRefused | ConfigurationRefused) -> Lines:
    unknown = (("ERR", "SECUREAPP-No match found in trust list against the item"),)
    return (*(unknown if event.refusal in SIGNER_UNKNOWN else ()), ("ERR", f"SECUREAPP-LAB {_why(event)}"))


def _received_88xx(event: ConfigurationFileReceived) -> Lines:
    read = ("INF", f"JAVA-LAB {event.file} read, device security mode {event.device_security_mode}")
    if not event.file.endswith(".sgn"):
        return (read,)
    return (
        ("NOT", "downd-XXTP Secure file requested"),
        ("NOT", f"downd-XXTP authenticated file approved - add .sgn if necessary -- {event.file}"),
        read,
    )


LINES_88XX: Final[TrustRules] = {
    TrustListTaken: _taken_88xx,
    TrustListRefused: _refused_88xx,
    ConfigurationRefused: _refused_88xx,
    ConfigurationFileReceived: _received_88xx,
}
