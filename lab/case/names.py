"""Distinguished names in a case: compared as a whole, shown by their CN."""

from __future__ import annotations

from typing import TypeAlias

from cryptography import x509

from pki import oneline

Name: TypeAlias = str
"""As events carry a subject or an issuer."""


def cn(name: Name) -> str:
    """The CN of a name; the whole name where it has none."""
    return name.rpartition("/CN=")[2].partition("/")[0]


def name_of(name: x509.Name) -> Name:
    """The same of a certificate's subject or issuer."""
    return oneline(name)
