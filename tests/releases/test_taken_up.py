"""New certificates: from release 14 on services take them up and phones are reset without an administrator, before that not."""

from __future__ import annotations

from dataclasses import replace

import pytest
import trio
from cryptography.hazmat.primitives.asymmetric import rsa

from cisco_data import CertificateUnit, ServiceName
from cisco_data.enterprise_parameters import FILE_SIGNATURE_ALGORITHM, MANUAL, PHONE_INTERACTION, values_of
from cisco_data.release_table import Release
from cucm_sim.certificate_events import CertificateRegenerated, CertificateTakenUp
from lab.operations import steps as st
from lab.operations.cast import NoSuch
from lab.operations.effects import apply
from lab.operations.operation import Operation
from lab.operations.services import SetParameter
from lab.operations.taken_up import taken_up
from lab.play.building import keys_of, make_keys
from lab.running.lab import key_pool
from lab.scenario.file import parse
from lab.testing import LabUnderTest
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.initial_fleet import initial_fleet
from phone_sim.boot import BootState
from phone_sim.registration_events import ResetReceived
from pki import KeySpec

CAPF_OF_HQ = 'certificate = "CAPF of hq"\n'
HQ = 'title = "x"\n[clusters.hq]\nmode = "{}"\nrelease = "{}"\n[phones.p]\nmodel = "8861"\ncluster = "hq"\n[[steps]]\ndo = "boot"\n'


@pytest.mark.trio
@pytest.mark.parametrize(
    ("release", "interaction", "taken", "told"),
    [("12.5SU4", "", False, False), ("14SU4", "", True, True), ("14SU4", MANUAL, True, False)],
)
async def test_callmanager_and_tftp_take_up_a_new_certificate_where_the_release_says_so(
    autojump_clock: trio.testing.MockClock, release: str, interaction: str, taken: bool, told: bool
) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(release=release, mixed=False)
        phone = lab.phone("8861")
        await lab.until(lambda: phone.state is BootState.REGISTERED)
        if interaction:
            await lab.set_parameter(name=PHONE_INTERACTION, value=interaction)
        before = hq.cluster.itl_file
        await lab.regenerate_certificate(certificate="CallManager of hq")
        renewed = next(each for each in lab.events if isinstance(each, CertificateRegenerated))
        node = hq.cluster.publisher
        assert node.callmanager.in_use is not None
        assert (node.callmanager.in_use.identity == node.callmanager_identity) is taken
        assert (hq.cluster.itl_file != before) is taken
        assert (renewed.takes_effect == "restart of Cisco CallManager") is not taken
        assert ("by the system" in renewed.phones_trust_it_after) is told
        happened = [each for each in lab.events if isinstance(each, CertificateTakenUp)]
        assert [each.phones_reset for each in happened] == ([(phone.device_name,) if told else ()] if taken else [])
        assert all(each.cause == renewed.seq for each in happened)
        await lab.settled()
        await lab.until(lambda: phone.state is BootState.REGISTERED)
        assert bool(lab.of(phone, ResetReceived)) is told


@pytest.mark.trio
async def test_what_is_stopped_stays_so_and_itlrecovery_waits_for_cisco_tftp(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(release="14SU4", mixed=False)
        await lab.stop_service(cluster="hq", service=ServiceName.CAPF)
        await lab.regenerate_certificate(certificate="CAPF of hq")
        assert not hq.capf.started
        happened = [each.services for each in lab.events if isinstance(each, CertificateTakenUp)]
        assert happened == [("Cisco Tftp on hq-pub",)]
        before = hq.cluster.itl_file
        await lab.regenerate_certificate(certificate="ITLRecovery of hq")
        assert hq.cluster.itl_file == before
        await lab.restart_service(cluster="hq", service=ServiceName.TFTP)
        assert hq.cluster.itl_file != before


@pytest.mark.parametrize(
    ("release", "unit", "kinds"),
    [
        ("12.5SU4", CertificateUnit.CALLMANAGER, []),
        ("14SU4", CertificateUnit.CALLMANAGER, [st.ControlServiceStep, st.ReadFileStep, st.RestartStep]),
        ("14SU4", CertificateUnit.CAPF, [st.RestartStep, st.ControlServiceStep, st.ReadFileStep]),
        ("14SU4", CertificateUnit.TVS, [st.ControlServiceStep, st.ControlServiceStep, st.ReadFileStep]),
        ("14SU4", CertificateUnit.ITL_RECOVERY, [st.ReadFileStep]),
        ("14SU4", CertificateUnit.TOMCAT, []),
    ],
)
def test_what_if_takes_the_steps_that_the_release_takes_by_itself(
    release: str, unit: CertificateUnit, kinds: list[type]
) -> None:
    story = parse(HQ.format("non-secure", "14SU4"), "x.toml", "x")
    keys = make_keys(story, key_pool())
    fleet = initial_fleet(story, keys)
    fleet = replace(fleet, releases={"hq": Release(release)})
    assert [type(step) for step in taken_up(fleet, "hq", unit, "")] == kinds
    by_hand = apply(fleet, st.SetParameterStep("hq", PHONE_INTERACTION, MANUAL), CredentialFactory(fleet, keys))
    assert not by_hand.unjudged
    assert st.ReadFileStep not in [type(step) for step in taken_up(by_hand, "hq", unit, "")]
    stopped = fleet
    for server in fleet.servers.values():
        stopped = stopped.with_server(server.stopped())
    assert st.RestartStep not in [type(step) for step in taken_up(stopped, "hq", unit, "")]


@pytest.mark.parametrize(("release", "has"), [("12.5SU4", False), ("14SU4", True)])
def test_only_releases_that_reset_phones_have_the_parameter(release: str, has: bool) -> None:
    cast = parse(HQ.format("mixed", release), "x.toml", "x").cast()
    operation: Operation = SetParameter(name=PHONE_INTERACTION, value=MANUAL)
    assert bool(values_of(PHONE_INTERACTION, Release(release))) is has
    assert values_of(FILE_SIGNATURE_ALGORITHM, Release(release))
    if has:
        operation.check(cast)
    else:
        with pytest.raises(NoSuch):
            operation.check(cast)


@pytest.mark.trio
@pytest.mark.parametrize(("release", "bits", "digest"), [("9.1", 1024, "sha1"), ("14SU4", 2048, "sha256")])
async def test_capf_regenerated_has_the_key_and_the_digest_of_its_release(
    autojump_clock: trio.testing.MockClock, release: str, bits: int, digest: str
) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(release=release)
        before = hq.authority
        await lab.regenerate_certificate(certificate="CAPF of hq")
        for authority in (before, hq.authority):
            key = authority.certificate.public_key()
            assert isinstance(key, rsa.RSAPublicKey)
            assert (key.key_size, authority.digest) == (bits, digest)
        assert hq.authority != before
    story = parse(
        HQ.format("mixed", release) + '[[steps]]\ndo = "regenerate-certificate"\n' + CAPF_OF_HQ, "x.toml", "x"
    )
    assert keys_of(story)[KeySpec("RSA", bits)] >= 2
    fleet = initial_fleet(story, make_keys(story, key_pool()))
    step = st.RegenerateCapfStep("hq")
    made = apply(fleet, step, CredentialFactory(fleet, key_pool().ring())).capf["hq"].public_key()
    assert isinstance(made, rsa.RSAPublicKey)
    assert made.key_size == bits
