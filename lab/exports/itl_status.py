"""ITL File Status of the phone list of CUCM, from release 14 on: what it made of a phone's last alarm about its lists."""

from __future__ import annotations

from enum import StrEnum

from lab.base.failures import shown


class ItlStatus(StrEnum):
    """Values of the filter."""

    MATCH = "Match"
    MISMATCH = "Mismatch"
    NOT_INSTALLED = "Not Installed"
    UNKNOWN = "Unknown"
    """Of phones that send no such alarm, SCCP phones among them, and of phones that are not registered."""


_SPELLINGS = {
    **{"".join(status.split()).casefold(): status for status in ItlStatus},
    **dict.fromkeys(("matched", "ok", "匹配"), ItlStatus.MATCH),
    **dict.fromkeys(("mismatched", "notmatch", "nomatch", "不匹配"), ItlStatus.MISMATCH),
    **dict.fromkeys(("notinstalled", "none", "no", "未安装"), ItlStatus.NOT_INSTALLED),
    **dict.fromkeys(("", "notknown", "n/a", "na", "?", "未知", "null"), ItlStatus.UNKNOWN),
}


def itl_status_told(text: str) -> ItlStatus:
    """Raises ValueError, with a clause, for what is none."""
    found = _SPELLINGS.get("".join(text.replace("-", " ").replace("_", " ").split()).casefold())
    if found is None:
        raise ValueError(f"{shown(text)} is no ITL File Status")
    return found
