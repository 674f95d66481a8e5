"""Distinguished names in a case: compared as a whole, shown by their label."""

from __future__ import annotations

from typing import TypeAlias

from pki import DistinguishedName

Name: TypeAlias = DistinguishedName


def cn(name: Name) -> str:
    """The CN; the RFC 4514 text where it has none."""
    return name.label
