"""The release of a cluster as people write it: in a scenario, in a call of the API, in settings.toml, as an option."""

from __future__ import annotations

from cisco_data.release_table import Release, release_named
from cisco_data.releases import RELEASES
from lab.base.failures import InvalidInput, shown, suggestion


def release_known(text: str, *, upgraded: bool = False) -> Release:
    """`14SU3`; the default where it is empty. Raises InvalidInput."""
    if text and text not in RELEASES:
        raise InvalidInput(f"there is no release {shown(text)}{suggestion(text, RELEASES)}")
    return release_named(text, upgraded=upgraded)
