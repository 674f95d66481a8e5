"""CUCM releases: their names, the one that a cluster has that names none, and the manufacturing authorities that each brings along.

What a release decides is a `Column`: some cells, each from one release on, until a newer cell takes its place. A cell names its
source or is assumed, as data, so that an answer that rests on an assumed cell can say so. Here is the column that explanations
need; all others are in `cisco_data.release_table`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

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

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Cell(Generic[T_co]):
    """What is so from one release on."""

    value: T_co
    source: str = ""
    """The document that says so; empty where it is assumed."""
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Column(Generic[T_co]):
    """One thing that the release decides."""

    key: str
    """`minimum-tls`: its name in catalogues."""
    title: str
    """Of its row in docs/releases.md."""
    cells: tuple[tuple[str, Cell[T_co]], ...]
    """By the release from which on each holds, oldest first; the first is that of the oldest release."""

    def cell(self, release: str) -> Cell[T_co]:
        """Of this release, or of the newest one before it that has a cell of its own.

        Raises ValueError for a release that is not in `RELEASES`.
        """
        if release not in RELEASES:
            raise ValueError(f"there is no release {release!r}; there are {', '.join(RELEASES)}")
        place = RELEASES.index(release)
        return next(cell for since, cell in reversed(self.cells) if RELEASES.index(since) <= place)

    def of(self, release: str) -> T_co:
        """The value of its cell. Raises ValueError likewise."""
        return self.cell(release).value


_OLDEST = (CAP_RTP_001, CAP_RTP_002, MANUFACTURING, ROOT_2048)
_SEVEN = (CAP_RTP_001, CAP_RTP_002, MANUFACTURING, MANUFACTURING_SHA2, ROOT_2048, ROOT_M2, ACT2)
_WITH_III = (*_SEVEN, MANUFACTURING_III, BASIC_ASSURANCE_ROOT_2099)
_OF_14 = (*(name for name in _WITH_III if name not in (CAP_RTP_001, CAP_RTP_002)), ROOT_2099, HIGH_ASSURANCE_SUDI)
_FIELD_NOTICE = "Field Notice 72302 and bug CSCwb15715"

DEFAULT_CA_LIST: Column[tuple[str, ...]] = Column(
    "default-ca-list",
    "Default CA list",
    (
        ("8.6", Cell(_OLDEST, assumed=True)),
        ("10.5(1)", Cell(_SEVEN, assumed=True)),
        ("11.5SU9", Cell(_WITH_III, _FIELD_NOTICE)),
        ("12.0", Cell(_SEVEN, assumed=True)),  # 12.0 is older than 11.5SU9
        ("12.5SU3", Cell(_SEVEN, 'CLI Reference 12.5(1)SU3, "show cert default-ca-list"')),
        ("12.5SU4", Cell(_WITH_III, _FIELD_NOTICE)),
        ("14SU2", Cell(_OF_14, "Security Guide 14 (no CAP-RTP); a published certificate list of a CUCM 14")),
        ("15SU2", Cell(_OF_14, assumed=True)),
    ),
)
"""CNs of the authorities that CUCM installs in CallManager-trust and CAPF-trust by itself, in the order of its list."""


def default_ca_list(release: str = DEFAULT_RELEASE) -> tuple[str, ...]:
    """As `DEFAULT_CA_LIST`. Raises ValueError for a release that is not in `RELEASES`."""
    return DEFAULT_CA_LIST.of(release)


def is_shipped(common_name: str, release: str = DEFAULT_RELEASE) -> bool:
    """Whether this release brings the authority along. `set cert default-ca-list enable` brings back no other: it must be uploaded.

    Raises ValueError as `default_ca_list` does.
    """
    return common_name in default_ca_list(release)
