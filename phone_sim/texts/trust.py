"""What a phone says on its console about its lists and signed files, a table for each generation.

Published for the 78xx and 88xx: the downloader's lines, those of a list that was taken, and of an item that is not in the list
(Cisco documents 214535, 213407 and 215014); for the 79xx: those of a signed file whose signer is unknown, which say `not in CTL` of
an ITL too. Lines that no published console shows carry `LAB`.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from journal import Event
from phone_sim.download_events import DownloadFailure, FileRequested, FileRequestEnded
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


def _requested_88xx(event: FileRequested) -> Lines:
    """Assumed: `GT339` and the number behind a configuration's name, which are those of the published console."""
    if event.transport == "HTTPS":
        return (("NOT", f"downd-LAB {event.file} requested over HTTPS from {event.address}"),)
    if event.transport == "TFTP":
        return (("NOT", f"TFTPD-Requesting {event.file} from {event.address}"),)
    name, secure = event.file.removesuffix(".sgn").removesuffix(".enc"), event.file.endswith(".sgn")
    start = ("NOT", f"downd-XXTP start request, server {event.number} - {event.address}")
    if event.number > 1:
        return (start,)
    if name.endswith(".tlv"):
        first: Lines = ()
        destination, sec = f"/tmp/{name[:3]}File.tlv", 0
    else:
        destination, sec = f"/tmp/ram/{name}.59075", 2 if secure else 0
        encrypt = str(event.file.endswith(".enc.sgn")).lower()
        first = (
            (
                "NOT",
                f"JAVA-configmgr MQThread|cip.cfg.SipConfig:? - Requesting CONFIG file: ram/{name}.59075 from TFTP "
                f"Service({event.number}), encrypt = {encrypt},isApplyingConfigFromFlash:false",
            ),
        )
    asked = f"authenticated file approved - add .sgn if necessary -- {event.file}"
    return (
        *first,
        ("NOT", f"downd-GETXXTP [GT339][src={name}][dest={destination}][serv=][serv6=][sec={sec}]"),
        ("NOT", f"downd-XXTP {'Secure' if secure else 'Non secure'} file requested"),
        *((("NOT", f"downd-XXTP {asked}"),) if secure else ()),
        start,
    )


def _ended_88xx(event: FileRequestEnded) -> Lines:
    """Two numbers behind `status` are published: 2 for a file that there is not, 100 for one that came."""
    missing = event.failure == DownloadFailure.FILE_NOT_FOUND
    lines = []
    if event.status:
        lines.append(("ERR", f"GHTTP-http get [{_status_line(event.status)[:30]}]"))
    elif missing:
        lines.append(("WRN", "TFTPD-Error: (1+1)File not found"))
    if event.asks_again:
        return tuple(lines)
    if event.failure and not missing:
        return (*lines, ("WRN", f"downd-LAB {event.file} missed: {event.failure}"))
    return (*lines, ("NOT", f"downd-XXTP complete - status = {2 if missing else 100}"))


def _status_line(status: int) -> str:
    """The first line of the answer; published ones are cut after 30 characters."""
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    return f"HTTP/1.1 {status} {phrase}".rstrip()


LINES_88XX: Final[TrustRules] = {
    TrustListTaken: _taken_88xx,
    TrustListRefused: _refused_88xx,
    ConfigurationRefused: _refused_88xx,
    FileRequested: _requested_88xx,
    FileRequestEnded: _ended_88xx,
}
