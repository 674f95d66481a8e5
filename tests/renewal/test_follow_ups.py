"""What follows a new certificate is in a table of its own, and in the plans of examples/renewal: they say the same."""

from __future__ import annotations

import pytest

from cisco_data import CertificateUnit
from cisco_data.release_table import Release
from cisco_data.renewal_procedures import FollowUp, procedures
from tests.renewal.steps import steps_of

_WORDS = {
    "update-ctl": FollowUp.UPDATE_CTL,
    "reset-ctl": FollowUp.RESET_CTL,
    "reset-itl": FollowUp.RESET_ITL,
    "reset": FollowUp.RESET_PHONES,
    "install-lsc": FollowUp.INSTALL_LSC,
}
_NAMED = {f"{one}".partition("restart ")[2]: one for one in FollowUp if one.startswith("restart ")}
CM, ECDSA, TVS = CertificateUnit.CALLMANAGER, CertificateUnit.CALLMANAGER_ECDSA, CertificateUnit.TVS
ITL, CAPF, TOMCAT = CertificateUnit.ITL_RECOVERY, CertificateUnit.CAPF, CertificateUnit.TOMCAT


def told(plan: str) -> tuple[FollowUp, ...]:
    """Without the new certificate, waits, and what comes after the new LSCs."""
    found: list[FollowUp] = []
    for step in steps_of(plan)[1:]:
        one = _WORDS.get(step["do"]) or _NAMED.get(step.get("service", ""))
        if one is not None:
            found.append(one)
        if one is FollowUp.INSTALL_LSC:
            break
    return tuple(found)


@pytest.mark.parametrize(
    ("plan", "unit", "release", "mixed"),
    [
        ("callmanager-mixed-to-12.5", CM, "12.5SU3", True),
        ("callmanager-nonsecure-to-12.5", CM, "11.5", False),
        ("callmanager-mixed-from-14", CM, "14SU3", True),
        ("callmanager-nonsecure-from-14", CM, "15SU2", False),
        ("callmanager-ecdsa-mixed-to-12.5", ECDSA, "12.5SU3", True),
        ("tvs-to-12.5", TVS, "11.5", True),
        ("tvs-from-14", TVS, "14SU3", True),
        ("itlrecovery-mixed-from-12", ITL, "12.0", True),
        ("itlrecovery-nonsecure-from-12", ITL, "12.5SU3", False),
        ("itlrecovery-nonsecure-by-tvs-from-12", ITL, "12.5SU3", False),
        ("itlrecovery-mixed-to-11.5", ITL, "11.5", True),
        ("itlrecovery-nonsecure-to-11.5", ITL, "11.5", False),
        ("capf-mixed-to-12.5", CAPF, "12.5SU3", True),
        ("capf-nonsecure-to-12.5", CAPF, "11.5", False),
        ("capf-mixed-from-14", CAPF, "14SU3", True),
        ("capf-nonsecure-from-14", CAPF, "14SU3", False),
        ("tomcat", TOMCAT, "12.5SU3", True),
    ],
)
def test_each_plan_of_the_examples_is_a_way_of_the_table(
    plan: str, unit: CertificateUnit, release: str, mixed: bool
) -> None:
    assert told(plan) in procedures(unit, Release(release), mixed=mixed)
