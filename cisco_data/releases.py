"""CUCM releases: their names, the one that a cluster has that names none, and the manufacturing authorities that each brings along.

Sources: Cisco's CLI Reference 12.5(1)SU3, "show cert default-ca-list"; Cisco's Field Notice 72302 and bug CSCwb15715 (Cisco
Manufacturing CA III and its root from 11.5SU9, 12.5SU4 and 14 on); the Security Guide of release 14 (CAP-RTP removed).
"""

from __future__ import annotations

from cisco_data.authorities import (
    ACT2,
    BASIC_ASSURANCE_ROOT_2099,
    CAP_RTP_001,
    CAP_RTP_002,
    HIGH_ASSURANCE_SUDI,
    MANUFACTURING,
    MANUFACTURING_III,
    MANUFACTURING_SHA2,
    ROOT_2048,
    ROOT_2099,
    ROOT_M2,
)

RELEASES = (
    *("8.6", "9.1", "10.0", "10.5(1)", "10.5(2)", "11.5SU3", "11.5SU9", "11.5", "12.0"),
    *("12.5SU3", "12.5SU4", "12.5", "14SU2", "14SU3", "14SU4", "14", "15SU2", "15SU3", "15SU4", "15"),
)
"""Oldest first. A release without an SU is its last one."""
DEFAULT_RELEASE = "12.5SU3"
"""Of a cluster or an export that names none."""

_OLDEST = (CAP_RTP_001, CAP_RTP_002, MANUFACTURING, ROOT_2048)
_SEVEN = (CAP_RTP_001, CAP_RTP_002, MANUFACTURING, MANUFACTURING_SHA2, ROOT_2048, ROOT_M2, ACT2)
_WITH_III = (*_SEVEN, MANUFACTURING_III, BASIC_ASSURANCE_ROOT_2099)
_OF_14 = (*(name for name in _WITH_III if name not in (CAP_RTP_001, CAP_RTP_002)), ROOT_2099, HIGH_ASSURANCE_SUDI)

# Assumed: the list of 8.6 to 10.0, that 10.5 is where ACT2 and the SHA-2 pair came in, and that 15 has the list of 14.
_LISTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("8.6", _OLDEST),
    ("10.5(1)", _SEVEN),
    ("11.5SU9", _WITH_III),
    ("12.0", _SEVEN),
    ("12.5SU4", _WITH_III),
    ("14SU2", _OF_14),
)
"""From which release on which list holds; 12.0 is older than 11.5SU9."""


def default_ca_list(release: str = DEFAULT_RELEASE) -> tuple[str, ...]:
    """CNs of the authorities that CUCM installs in CallManager-trust and CAPF-trust by itself, in the order of its list.

    Raises ValueError for a release that is not in `RELEASES`.
    """
    if release not in RELEASES:
        raise ValueError(f"there is no release {release!r}; there are {', '.join(RELEASES)}")
    place = RELEASES.index(release)
    return next(names for since, names in reversed(_LISTS) if RELEASES.index(since) <= place)


def is_shipped(common_name: str, release: str = DEFAULT_RELEASE) -> bool:
    """Whether this release brings the authority along. `set cert default-ca-list enable` brings back no other: it must be uploaded.

    Raises ValueError as `default_ca_list` does.
    """
    return common_name in default_ca_list(release)
