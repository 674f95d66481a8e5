"""Each certificate of a node signed by the company, in a running lab: the root first, then what the release leaves to do."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from trio.testing import MockClock

from cisco_data import CertificateUnit, ServiceName, StoreName
from cisco_data.new_certificates import SERVICE_OF_UNIT
from cucm_sim.certificate_events import CertificateTakenUp, SignedCertificateInstalled
from cucm_sim.certificate_units import UNIT_RULES
from lab import InvalidInput, Lab, OperationFailed
from phone_sim.events import PhoneRegistered
from phone_sim.https_services import ServiceOpened
from phone_sim.trust.events import ConfigurationRefused, ServerNotTrusted, TrustListRefused, TrustListTaken
from pki import common_name, read

ROOT = "company root"
LISTED = (CertificateUnit.CALLMANAGER, CertificateUnit.CAPF, CertificateUnit.ITL_RECOVERY)
"""In the CTL file."""
UNLISTED = (CertificateUnit.CALLMANAGER_ECDSA, CertificateUnit.TOMCAT)
"""In neither list."""
AUTOMATIC = (
    *(CertificateUnit.CALLMANAGER, CertificateUnit.CALLMANAGER_ECDSA),
    *(CertificateUnit.TVS, CertificateUnit.CAPF),
)
"""What a release from 14 on takes up by itself."""


async def follow_up(lab: Lab, unit: CertificateUnit, *, itself: bool) -> None:
    """What the event and the documents say is due: `update-ctl` in every release, the restarts where the system does none."""
    if unit in LISTED:
        await lab.update_ctl()
    if unit is CertificateUnit.CAPF:  # phones' new LSCs end in the company's root
        await lab.upload_certificate(store=StoreName.CALLMANAGER, certificate=ROOT)
        await lab.restart_service(service=ServiceName.CALLMANAGER)
    if not itself:
        for service in dict.fromkeys((ServiceName.TVS, ServiceName.TFTP, SERVICE_OF_UNIT[CertificateUnit(unit)])):
            await lab.restart_service(service=service)
            await lab.settled()
    await lab.reset_on_phone()
    await lab.settled()


@pytest.mark.parametrize("unit", CertificateUnit)
@pytest.mark.parametrize("release", ["12.5SU3", "14SU2"])
async def test_phones_go_on_with_a_certificate_that_the_company_has_signed(
    autojump_clock: MockClock, release: str, unit: CertificateUnit
) -> None:
    async with Lab() as lab:
        cluster = lab.add_cluster("hq", release=release)
        phone = lab.add_phone("lobby", model="8861", cluster="hq", profile="Encrypted")
        await lab.power_on()
        await lab.settled()
        store = UNIT_RULES[unit].issuer_store
        with pytest.raises(OperationFailed, match=f"{store} does not hold Company Root CA"):
            await lab.sign_certificate(certificate=f"{unit} of hq")
        await lab.upload_certificate(store=store, certificate=ROOT)
        await lab.sign_certificate(certificate=f"{unit} of hq")
        await lab.settled()
        (signed,) = [event for event in lab.events if isinstance(event, SignedCertificateInstalled)]
        own = lab.certificate(f"{unit} of hq")
        assert (signed.issuer.cn, signed.serial_number) == ("Company Root CA", f"{read(own).serial_number:x}")

        itself = release == "14SU2" and unit in AUTOMATIC
        service = SERVICE_OF_UNIT[CertificateUnit(unit)]
        assert signed.takes_effect == (f"{service} restarts by itself" if itself else f"restart of {service}")
        taken_up = [event for event in lab.events if isinstance(event, CertificateTakenUp) and event.services]
        assert bool(taken_up) is itself

        await follow_up(lab, unit, itself=itself)
        if unit is CertificateUnit.CAPF:
            await lab.install_lsc()
        await lab.open_directory()
        await lab.wait(seconds=30)
        assert not [
            event
            for event in lab.events
            if isinstance(event, ServerNotTrusted | TrustListRefused | ConfigurationRefused)
        ]
        assert [event for event in lab.events if isinstance(event, ServiceOpened)]
        last = [event for event in lab.events if isinstance(event, PhoneRegistered)][-1]
        assert phone.result().state == "registered"
        assert last.seq > signed.seq
        if unit is CertificateUnit.CAPF:
            assert last.kind == "LSC"
            assert phone.phone.flash.lsc is not None
            assert read(phone.phone.flash.lsc.identity.certificate).issuer.cn == common_name(cluster.authority.subject)
        if unit is CertificateUnit.ITL_RECOVERY:
            taken = [event for event in lab.events if isinstance(event, TrustListTaken) and event.seq > signed.seq]
            assert {int(event.signer.serial_number, 16) for event in taken} == {read(own).serial_number}
        listed = [
            one.certificate
            for lists in (phone.phone.flash.lists.ctl, phone.phone.flash.lists.itl)
            if lists
            for one in lists.content.records
        ]
        assert (own.public_bytes(Encoding.DER) in listed) is (unit not in UNLISTED)


async def test_a_unit_that_the_release_does_not_have_is_not_signed(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        lab.add_cluster("hq", release="9.1")
        await lab.upload_certificate(store=StoreName.CALLMANAGER, certificate=ROOT)
        for unit in (CertificateUnit.CALLMANAGER_ECDSA, CertificateUnit.ITL_RECOVERY):
            with pytest.raises(OperationFailed, match=f"has no {unit}"):
                await lab.sign_certificate(certificate=f"{unit} of hq")
        await lab.sign_certificate(certificate="CallManager of hq")


async def test_a_subscribers_certificate_is_signed_alone(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        lab.add_cluster("hq", nodes=["pub", "sub"])
        await lab.upload_certificate(store=StoreName.TVS, certificate=ROOT, node="sub")
        with pytest.raises(OperationFailed, match="TVS-trust does not hold"):
            await lab.sign_certificate(certificate="TVS of hq", node="pub")
        await lab.sign_certificate(certificate="TVS of hq", node="sub")
        issuers = {name: read(lab.certificate(f"TVS of hq/{name}")).issuer.cn for name in ("pub", "sub")}
        assert issuers == {"pub": "pub", "sub": "Company Root CA"}
        with pytest.raises(InvalidInput, match=r"^node: "):
            await lab.sign_certificate(certificate="CAPF of hq", node="sub")
