"""Names for events that no actor emitted."""

from __future__ import annotations

from pki import DistinguishedName, name


def named(**parts: str) -> DistinguishedName:
    """`named(O="Lab", CN="CAPF-1")`, in the order of the certificate."""
    return DistinguishedName.of(name(*parts.items()))
