"""What a cure promises, as checks of a scenario: what the phone, its service and the sockets between them show afterwards."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any

from tests.cures.failures import Failure

WITHIN = 900.0
"""Lab seconds: a phone that has backed off tries again after a few minutes."""
MIC_ISSUER = {"7965": "Cisco Manufacturing CA", "8861": "Cisco Manufacturing CA SHA2"}


def promises(failure: Failure, cure: Iterable[dict[str, Any]]) -> str:
    """TOML of the checks: the phone registers as its profile wants it, its port is open, its tunnel is up, its LSC is new."""
    story = tomllib.loads(failure.story)
    steps = [*cure, *(tomllib.loads(step) for step in failure.steps)]
    phone = story["phones"]["a"]
    installs = any(step.get("operation") == "Install/Upgrade" for step in steps)
    types = any(step.get("do") == "type-authentication-string" for step in steps)
    bare = any(step.get("do") == "delete-lsc-on-phone" for step in steps)
    profile = phone["profile"]
    for step in (*story["steps"], *steps):
        profile = step["profile"] if step.get("do") == "set-profile" else profile
    has_lsc = "lsc" in phone or any(step.get("operation") == "Install/Upgrade" for step in story["steps"])
    certificate = "MIC" if bare or not (has_lsc or installs) else "LSC"
    checks = []
    signer = "company root" if "certificate-issuer" in story["clusters"]["new"] else "CAPF of new"
    held = failure.issuer or ("CAPF of old" if phone.get("lsc") == "old" else "CAPF of new")
    issuer = signer if installs else held
    shows = {
        "certificate": certificate,
        "issuer": issuer if certificate == "LSC" else MIC_ISSUER.get(phone["model"], ""),
    }
    if "dot1x" in phone and failure.opens:
        checks.append(_check("port-authorised", **shows))
    if "vpn" in phone:
        checks.append(_check("vpn-connected", **shows))
    if installs or types:
        checks.append(_check("lsc", issuer=issuer))
    registered = certificate if profile != "Non Secure" else "none"
    checks.append(_check("registered", certificate=registered))
    return "".join(checks)


def promised_lists(failure: Failure) -> str:
    """The same of a phone that did not take a list, a file or a service: it has what its TFTP server has, or it shows the page."""
    story = tomllib.loads(failure.story)
    if any(step.get("do") == "open-directory" for step in story["steps"]):
        return f'[[steps]]\nexpect = "directory"\nphone = "a"\nopened = true\nwithin = {WITHIN}\n'
    moved = [step["to"] for step in story["steps"] if step.get("do") == "move"]
    home, held = (moved or ["new"])[-1], "CTL" if story["phones"]["a"]["model"] == "7960" else "ITL"
    newest = f'list = "{held}"\nof = "{home}"\nnewest = true'
    return f'[[steps]]\nexpect = "trust-list"\nphone = "a"\n{newest}\nwithin = {WITHIN}\n'


def _check(what: str, **keys: str) -> str:
    told = "".join(f'{key} = "{value}"\n' for key, value in keys.items())
    return f'[[steps]]\nexpect = "{what}"\nphone = "a"\n{told}within = {WITHIN}\n'
