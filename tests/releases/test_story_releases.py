"""The release of a scenario's cluster: what it decides in a running lab, and what it cannot have."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from cryptography import x509

from cisco_data.tls import TlsVersion
from cucm_sim.events import CallManagerStarted
from lab.base.failures import InvalidInput
from lab.play.runner import StoryResult
from lab.running.lab import Lab
from lab.scenario.file import parse
from phone_sim.events import SecureConnectionUp
from pki import read
from tests.explained import explain
from tests.played import play_text

V1_0, V1_2 = TlsVersion.TLSv1, TlsVersion.TLSv1_2
BOOT = '[[steps]]\ndo = "boot"\n[[steps]]\ndo = "wait"\nseconds = 30\n'


def text(cluster: str, phone: str = 'model = "8861"', steps: str = BOOT) -> str:
    return f'title = "x"\n[clusters.hq]\n{cluster}\n[phones.p]\ncluster = "hq"\nprofile = "Encrypted"\n{phone}\n{steps}'


def registered(result: StoryResult) -> bool:
    return any(type(event).__name__ == "DeviceRegistered" for event in result.events)


@pytest.mark.parametrize(
    ("cluster", "model", "up"),
    [
        ('release = "15SU2"', "7965", False),
        ('release = "15SU2"', "8861", True),
        ('release = "15SU2"\nupgraded = true', "7965", True),
        ('release = "15SU2"\nminimum-tls = "TLSv1"', "7965", True),
    ],
)
def test_the_minimum_tls_version_is_that_of_the_release_unless_the_file_says_another(
    cluster: str, model: str, up: bool
) -> None:
    result = play_text(text(cluster, f'model = "{model}"'))
    assert registered(result) is up
    (started,) = [event for event in result.events if isinstance(event, CallManagerStarted)]
    assert started.release == "15SU2"


@pytest.mark.parametrize(("release", "version"), [("14SU4", "TLSv1.2"), ("15SU2", "TLSv1.3")])
def test_tls_1_3_is_spoken_from_15su2_on(release: str, version: str) -> None:
    result = play_text(text(f'release = "{release}"', 'model = "8861"\ntls = "1.3"'))
    assert registered(result)
    assert {event.tls_version for event in result.events if isinstance(event, SecureConnectionUp)} == {version}


OF_SHA2 = 'model = "8861"\nmic-authority = "Cisco Manufacturing CA SHA2"'


def assumed(result: StoryResult) -> Sequence[str]:
    return [each.text for one in explain(result.events) for each in one.evidence if each.text.startswith("assumed")]


def test_an_explanation_that_rests_on_an_assumed_default_list_says_so() -> None:
    result = play_text(text('release = "9.1"', OF_SHA2))
    (one,) = explain(result.events)
    assert one.rule == "mic-issuer-not-in-callmanager-trust"
    assert "was never in the trust stores" in one.why
    assert assumed(result) == ["assumed: the default CA list of release 9.1, of which no document tells"]


def test_an_explanation_that_rests_on_a_documented_list_does_not() -> None:
    result = play_text(text('release = "12.5SU3"', 'model = "8851"\nmic-authority = "Cisco Manufacturing CA III"'))
    assert "was never in the trust stores" in explain(result.events)[0].why
    assert not assumed(result)
    assert registered(
        play_text(text('release = "12.5SU4"', 'model = "8851"\nmic-authority = "Cisco Manufacturing CA III"'))
    )


@pytest.mark.parametrize(
    ("cluster", "steps", "problem"),
    [
        ('release = "12.5SU33"', BOOT, 'clusters.hq.release: there is no release "12.5SU33" (did you mean "12.5SU3"?)'),
        (
            'release = "14SU4"\nminimum-tls = "TLSv1.3"',
            BOOT,
            "clusters.hq.minimum-tls: release 14SU4 speaks TLS 1.2 at most",
        ),
        ('release = "9.1"\nminimum-tls = "TLSv1.2"', BOOT, "no command to set another minimum"),
        (
            'release = "14"',
            '[[steps]]\ndo = "set-minimum-tls"\nversion = "1.3"\n',
            "steps[1].version: cluster hq: release 14 speaks TLS 1.2 at most",
        ),
        (
            'release = "10.5(2)"',
            '[[steps]]\ndo = "certificate-operation"\noperation = "Install/Upgrade"\nrsa-key-size = 4096\n',
            "steps[1].rsa-key-size: in the release of cluster hq, LSCs have RSA keys of 512, 1024, 2048 bits",
        ),
        (
            'release = "10.5(2)"',
            '[[steps]]\ndo = "certificate-operation"\noperation = "Install/Upgrade"\nkey-order = "EC Only"\n',
            "steps[1].ec-key-size: in the release of cluster hq, LSCs have no EC keys",
        ),
    ],
)
def test_what_a_release_cannot_have_is_an_error_in_the_file(cluster: str, steps: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse(text(cluster, steps=steps), "test.toml", "test")
    assert problem in str(error.value)
    parse(text('release = "15SU2"', steps=steps), "test.toml", "test")


async def test_capf_signs_as_its_release_does(autojump_clock: object) -> None:
    async with Lab() as lab:
        old, new = lab.add_cluster("old", release="10.5(2)"), lab.add_cluster("new", release="12.5SU3")
        key_sizes, digests = [], []
        for cluster in (old, new):
            lab.add_phone(f"{cluster.name}-1", model="7965", cluster=cluster.name, lsc=cluster.name)
            lsc = lab.phones[f"{cluster.name}-1"].flash.lsc
            assert lsc is not None
            assert isinstance(lsc.identity.certificate, x509.Certificate)
            digests.append(lsc.identity.certificate.signature_hash_algorithm.name)  # type: ignore[union-attr]
            key_sizes.append(cluster.authority.identity.key.key_size)
        assert (key_sizes, digests) == ([1024, 2048], ["sha1", "sha256"])
        assert (old.cluster.release.name, new.cluster.parameters.minimum_tls_version) == ("10.5(2)", V1_0)
        stored = {read(each).subject.cn for each in old.cluster.callmanager_trust}
        assert "ACT2 SUDI CA" in stored
        with pytest.raises(InvalidInput, match="did you mean"):
            lab.add_cluster("x", release="14SU33")
        with pytest.raises(InvalidInput, match=r"speaks TLS 1\.2 at most"):
            lab.add_cluster("x", release="14", minimum_tls="1.3")
