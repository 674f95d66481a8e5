"""Where a phone's own menu deletes its CTL and ITL files, by model; `>` stands between two levels."""

from __future__ import annotations

import re

_79XX = "Settings > Security Configuration > Trust List > CTL File, ITL File: **#, More, Erase"
"""As administrators describe it; Cisco's guides of the 79xx name the menu and not the keys."""
_78XX_88XX = "Applications > Admin settings > Reset settings > Security"
"""Administration guides of the 78xx and the 88xx."""
_ALL_SETTINGS = frozenset({"7985", "7921", "7925", "7931", "7937", "8821", "8831"})
"""Wireless, conference and video phones, whose menus are others. Assumed of the 7931 and the 7985."""
_NUMBER = re.compile(r"\d{4}")


def menu_to_trust_lists(model: str) -> str:
    """The menu and the keys; empty where no source tells them of this model.

    Args:
        model: `8861`, also with letters around it.
    """
    found = _NUMBER.search(model)
    number = found.group() if found is not None else ""
    if number in _ALL_SETTINGS:
        return ""
    if number.startswith(("78", "88")):
        return _78XX_88XX
    return _79XX if number.startswith("79") else ""
