"""Which texts are a host name and which a DNS domain (RFC 1123, section 2.1; sizes of RFC 1035). Assumed: CUCM takes just these."""

from __future__ import annotations

import re
from typing import Final

MAX_LABEL: Final = 63
"""Octets of one label."""
MAX_DOMAIN: Final = 253
"""Octets of a name as it is written."""
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")


def wrong_host_name(name: str) -> str:
    """Why that is no host name, in a clause; empty for one."""
    if len(name) > MAX_LABEL:
        return f"it is longer than {MAX_LABEL} characters"
    return (
        ""
        if _LABEL.fullmatch(name)
        else "it has letters, digits and hyphens only, and neither begins nor ends with a hyphen"
    )


def wrong_domain(domain: str) -> str:
    """Why that is no DNS domain, in a clause; empty for one."""
    if len(domain) > MAX_DOMAIN:
        return f"it is longer than {MAX_DOMAIN} characters"
    wrong = ((label, wrong_host_name(label)) for label in domain.split("."))
    return next((f"for {label!r}, {why}" for label, why in wrong if why), "")
