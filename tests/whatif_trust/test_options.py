"""What an option makes of a certificate: its service reads it, since a change that no service has read harms nothing yet."""

from __future__ import annotations

import pytest

from cisco_data import CertificateUnit, ServiceKind, ServiceName
from lab.operations import steps as st
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.evaluate import ChangeRequest, evaluate
from lab.whatif.impact_report import Verdict
from lab.whatif.options import steps_of_options
from tests.whatif_trust.conftest import World, cluster, phone


def regenerated(world: World, unit: CertificateUnit) -> tuple[st.Step, ...]:
    return steps_of_options(world.fleet, CredentialFactory(world.fleet, world.keys), {"regenerate": [f"{unit} of hq"]})[
        0
    ]


@pytest.mark.parametrize(
    ("unit", "service"),
    [
        (CertificateUnit.TVS, ServiceName.TVS),
        (CertificateUnit.ITL_RECOVERY, ServiceName.TFTP),
        (CertificateUnit.TOMCAT, ServiceName.TOMCAT),
    ],
)
def test_the_service_that_reads_a_regenerated_certificate_is_restarted_once(
    unit: CertificateUnit, service: ServiceName
) -> None:
    steps = regenerated(World(cluster("12.5SU3", mixed=False), phone(profile="Non Secure")), unit)
    restarts = [step for step in steps if isinstance(step, st.ControlServiceStep)]
    assert [(step.service, step.change) for step in restarts] == [(service, "restart")]


def test_what_the_release_restarts_by_itself_is_not_restarted_again() -> None:
    steps = regenerated(World(cluster("14SU3", mixed=False), phone(profile="Non Secure")), CertificateUnit.TVS)
    restarts = [step.service for step in steps if isinstance(step, st.ControlServiceStep)]
    assert restarts.count(ServiceName.TVS) == 1


def test_a_regenerated_signer_of_the_itl_file_is_told_to_break_phones() -> None:
    world = World(cluster("12.5SU3", mixed=False), phone(profile="Non Secure"))
    steps = regenerated(world, CertificateUnit.ITL_RECOVERY)
    found = evaluate(ChangeRequest(world.fleet, steps, "t"), world.keys, propose=False)
    lines = {line.service: line.verdict for group in found.groups for line in group.lines}
    assert lines[ServiceKind.TFTP] is Verdict.BREAKS
