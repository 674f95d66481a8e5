"""Exports of a real network, read into a fleet; light to import, as names of certificates are looked up through here too."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from lab.exports.cluster_trust import MissingLists
    from lab.fleet.findings import InputFinding
    from lab.fleet.model import Fleet


def read_exports(
    folder: Path, now: datetime, release: str = "", maker: MissingLists | None = None
) -> tuple[Fleet, tuple[InputFinding, ...]]:
    """The network whose exports lie in `folder`, as it is at `now`, and what is odd about them.

    `release`: of every cluster, whatever settings.toml says; where both say nothing, the default, which is told.

    `maker`: makes the CTL and ITL files that the exports lack and that its certificates tell; without it they are not known.

    Nothing is written there. Raises InvalidInput where nothing can be asked of them, and for a private key among them.
    """
    from lab.exports.exports import read

    return read(folder, now, release, maker)
