"""Certificates of clusters beyond a scenario fill Phone-SAST-trust, and with it the lists, to the limit that Cisco publishes."""

from __future__ import annotations

import pytest

from cisco_data import StoreName
from cisco_data.trust_roles import TrustRole
from cucm_sim.cluster import Cluster
from cucm_sim.tftp_events import TrustListMade
from journal import Clock, Journal
from lab.base.failures import ScenarioError
from lab.play.building import build, make_keys
from lab.running.addresses import AddressPlan
from lab.running.lab import Lab, key_pool
from lab.scenario.file import parse
from lab.scenario.model import Scenario
from lab.views.record import Record
from tests.played import play_text
from wire.signed_files import MAX_TRUST_LIST, read_trust_list_untrusted

CISCO_SAYS = 39
"""Certificates in an ITL file of 64 KB (Security Guide 14)."""


def scenario(count: int) -> Scenario:
    keys = f'phone-sast-trust = {count}\n[phones.a]\nmodel = "8861"\ncluster = "hq"'
    return parse(f'title = "t"\n[clusters.hq]\n{keys}\n[[steps]]\ndo = "boot"\n', "t.toml", "t")


def built(count: int) -> Cluster:
    story = scenario(count)
    lab = Lab(
        journal=Journal(Clock(story.starts, lambda: 0.0)),
        block=AddressPlan(),
        keys=make_keys(story, key_pool()),
        seed="t",
    )
    build(story, lab)
    return lab.clusters["hq"].cluster


def test_an_itl_file_of_39_certificates_can_be_loaded_and_one_of_40_cannot() -> None:
    own = len(read_trust_list_untrusted(built(0).itl_file).records)
    most = built(CISCO_SAYS - own)
    assert len(read_trust_list_untrusted(most.itl_file).records) == CISCO_SAYS
    assert len(most.trust[StoreName.PHONE_SAST]) == CISCO_SAYS - own
    assert len(built(CISCO_SAYS - own + 1).itl_file) > MAX_TRUST_LIST


def test_the_same_certificates_are_made_each_time() -> None:
    assert built(3).trust[StoreName.PHONE_SAST] == built(3).trust[StoreName.PHONE_SAST]


@pytest.mark.parametrize("count", [-1, 101])
def test_a_number_that_cannot_be_is_named_with_its_place(count: int) -> None:
    with pytest.raises(ScenarioError, match=r"clusters\.hq\.phone-sast-trust: this must be between 0 and 100"):
        scenario(count)


def test_what_an_itl_file_holds_of_other_clusters_is_not_taken_for_the_cluster_s_own() -> None:
    keys = 'phone-sast-trust = 1\n[phones.a]\nmodel = "8861"\ncluster = "hq"'
    result = play_text(f'title = "t"\n[clusters.hq]\n{keys}\n[[steps]]\ndo = "boot"\n', "t")
    record = Record(result.events)
    (made,) = [event for event in result.events if isinstance(event, TrustListMade)]
    owners = {one.role: record.facts.vouched("", one.serial_number).cluster for one in made.records}
    assert owners.pop(TrustRole.CERTIFICATE_AUTHORITY) == ""
    assert set(owners.values()) == {"hq"}
