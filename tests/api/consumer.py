"""A program of another project that uses the public API: `.ci/run` has mypy --strict check it against the built wheel."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cisco_data import CertificateOperation, ServiceName, StoreName
from journal import Event
from lab import InvalidInput, Lab, MachineCannot, OperationFailed
from lab.testing import LabUnderTest, memory_streams


async def use(folder: Path) -> str:
    def hear(event: Event) -> None:
        print(event.at, event.actor)

    async with Lab(starts=datetime(2027, 1, 1, tzinfo=UTC)) as lab:
        lab.journal.subscribe(hear)
        lab.capture(folder / "run.pcapng", secrets=False)
        old, new = lab.add_cluster("old"), lab.add_cluster("new", minimum_tls="1.2", mixed=True)
        lab.add_radius("ise", trusts=["CAPF of new"])
        lab.add_vpn_gateway("asa", trusts=["CAPF of new"], addresses=2)
        phone = lab.add_phone("lobby", model="8861", cluster=new, profile="Encrypted", lsc=old, dot1x="ise")
        phone.power_on()
        result = await phone.settled()
        try:
            await lab.upload_certificate(certificate="CAPF of old", cluster="new", store=StoreName.CALLMANAGER)
            await lab.restart_service(cluster="new", service=ServiceName.CALLMANAGER)
            await lab.certificate_operation(
                phone="lobby", operation=CertificateOperation.INSTALL_UPGRADE, rsa_key_size=2048
            )
            await lab.wait(days=3)
        except (InvalidInput, OperationFailed, MachineCannot) as error:
            return str(error)
        for explanation in lab.explain():
            print(explanation.rule, explanation.cure)
        return result.refused.alert if result.refused is not None else result.state


async def test(lab: LabUnderTest) -> None:
    phone = lab.phone("7965", on=False)
    await lab.registered(phone)
    here, there = memory_streams(2000)
    await here.send_all(b"octets")
    await there.receive_some()


async def wrong(lab: Lab) -> None:
    """Each line is an error of types, which mypy must see; an ignore that is not needed would be an error too."""
    lab.restart_service(cluster="new", service=ServiceName.CALLMANAGER)  # type: ignore[unused-coroutine]
    await lab.restart_service(cluster="new", service="Cisco DRF Local")  # type: ignore[arg-type]
    await lab.set_profile(profiles="Encrypted")  # type: ignore[call-arg]
    await lab.move(phone="lobby")  # type: ignore[call-arg]
    lab.add_phone(model="8861", cluster=7)  # type: ignore[arg-type]
    print(lab.add_cluster("new").nothing)  # type: ignore[attr-defined]
