"""Which authority signed a phone's MIC, and when it ends: by the model and the day on which it was made.

Sources: Field Notice 72302 (from which month on each model has a MIC of Cisco Manufacturing CA III), Field Notice 72593 (a MIC ends
ten years after manufacture, or with Cisco Root CA 2048 on 2029-05-14 where that is earlier), the release notes of PhoneOS 5.0(1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cisco_data.authorities import (
    DEVICE_IDENTITY_SUB_2099,
    END_OF_ROOT_2048,
    HIGH_ASSURANCE_SUDI,
    MANUFACTURING,
    MANUFACTURING_AUTHORITIES,
    MANUFACTURING_III,
    MANUFACTURING_SHA2,
    ROOT_2048,
)

MIC_LIFE = timedelta(days=3652, seconds=-1)
"""Ten years, of which two or three are leap years."""

SHA2_SINCE = date(2015, 1, 1)
"""Assumed: the day from which 78xx and 88xx phones have MICs of Cisco Manufacturing CA SHA2. Notes of firmware 10.2(1)SR1 and
12.1(1) announce it, an 8861 of 2017 has one, and no source gives the day of any model."""

_III_SINCE: dict[str, date] = {
    "8841": date(2021, 5, 1),
    "8851": date(2021, 5, 1),
    "8861": date(2021, 5, 1),
    "8811": date(2022, 2, 1),
    "8851NR": date(2022, 2, 1),
    "7841": date(2022, 2, 1),
    "7811": date(2022, 3, 1),
    "7861": date(2022, 3, 1),
    "7821": date(2022, 4, 1),
    "8832": date(2022, 8, 3),
    "8832NR": date(2022, 8, 3),
    "8845": date(2022, 10, 20),
    "8865": date(2022, 10, 20),
    "8865NR": date(2022, 10, 20),
    "ATA191": date(2022, 11, 4),
    "7832": date(2022, 11, 22),
    "8875": date.min,
    "8875NR": date.min,
}
"""Of the model's usual hardware; variants (wireless, ++, NC, A) follow up to a year later. 8832NR is assumed to be as 8832."""
_SHA1_ONLY = frozenset(
    {
        *(
            "7906",
            "7911",
            "7931",
            "7941",
            "7941G-GE",
            "7942",
            "7945",
            "7961",
            "7961G-GE",
            "7962",
            "7965",
            "7970",
            "7971",
        ),
        *("7975", "7921", "7925", "7926", "6921", "6941", "6945", "6961", "8941", "8945", "8961", "9951", "9971"),
    }
)
"""Assumed of 7931, 69xx, 894x and the wireless ones; the others are Cisco's."""
_SHA1_THEN_SHA2 = frozenset({*_III_SINCE, "8821", "8831"} - {"8875", "8875NR"})
"""Assumed of 8821, 8831 and ATA191."""
_SUDI = frozenset({"9821", "9841", "9841NR", "9851", "9851NR", "9861", "9861NR", "9871", "9871NR"})
"""They have a second one of Device Identity Basic Assurance Sub CA 2099, which this lab leaves out."""
WITHOUT_MIC = frozenset({"7940", "7960", "7905", "7912", "7920"})
"""Cisco's of 7940 and 7960, assumed of the others."""


@dataclass(frozen=True, slots=True)
class MicRule:
    """What a model of a certain age has."""

    authority: str
    """CN; empty for a phone that left the factory without a MIC."""
    same_for_all: bool
    """Whether every phone of the model has a MIC of this authority, whenever it was made."""


def mic_rule(model: str, made: date) -> MicRule | None:
    """
    Args:
        model: its number, `8861` or `8851NR`.
        made: the day of manufacture; of a month its first day.

    Returns None for a model of which no source says what MIC it has.
    """
    if model in WITHOUT_MIC:
        return MicRule("", True)
    if model in _SHA1_ONLY:
        return MicRule(MANUFACTURING, True)
    if model == "9811":
        return MicRule(DEVICE_IDENTITY_SUB_2099, True)
    if model in _SUDI:
        return MicRule(HIGH_ASSURANCE_SUDI, True)
    since = _III_SINCE.get(model)
    if since is not None and made >= since:
        return MicRule(MANUFACTURING_III, since == date.min)
    if model not in _SHA1_THEN_SHA2:
        return None
    return MicRule(MANUFACTURING_SHA2 if made >= SHA2_SINCE else MANUFACTURING, False)


def mic_end(made: datetime, authority: str, authority_ends: datetime | None = None) -> datetime:
    """The last second of a MIC that starts at `made`: after ten years, and never after the end of what signed it.

    Args:
        authority: CN of the one that signed it, which may be one that is not known here.
        authority_ends: the end of its certificate, where that is at hand.
    """
    known = MANUFACTURING_AUTHORITIES.get(authority)
    ends = made + MIC_LIFE
    if known is not None and known.root == ROOT_2048:
        ends = min(ends, END_OF_ROOT_2048)
    return ends if authority_ends is None else min(ends, authority_ends)
