"""VPN groups on the cluster: saved, assigned, and in the phone's file from then on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from cucm_sim.administration import AdministrationError, add_phone
from cucm_sim.cluster import Cluster
from cucm_sim.tftp import Tftp, phone_file
from cucm_sim.vpn_management import VpnGroupAssigned, VpnGroupSaved, assign_vpn_group, save_vpn_group
from journal import Event, Journal
from pki import Identity, KeyPool, callmanager_identity
from wire.http.messages import Request, Response
from wire.phone_file import Member, VpnGroup, certificate_hash, read_phone_file_untrusted

DEVICE = "SEP001122334455"
URL = "https://vpn.example.com/phones"


class Scene:
    def __init__(self) -> None:
        self.events: list[Event] = []
        journal = Journal()
        journal.subscribe(self.events.append)
        since = journal.clock.now().replace(microsecond=0)
        keys = KeyPool().ring()
        self.gateway: Identity = callmanager_identity(
            keys=keys, subject={"O": "Lab"}, host_name="vpn", not_before=since
        )
        self.cluster = Cluster("hq", journal, address="127.0.0.1", callmanager_identity=self.gateway)
        add_phone(self.cluster, DEVICE, "8861")
        self.tftp = Tftp(
            self.cluster.database,
            journal.emitter("hq/tftp"),
            address="127.0.0.1",
            call_managers=[Member("127.0.0.1")],
            vpn_group_of=self.cluster.vpn_group_of,
        )

    def group_in_file(self) -> VpnGroup | None:
        answer: Response = self.tftp._answer(Request("GET", f"/{DEVICE}.cnf.xml"), self.cluster.administrator)
        return read_phone_file_untrusted(answer.body).vpn_group

    def save(self, name: str = "Home office", *urls: str, **fields: Any) -> VpnGroupSaved:
        return save_vpn_group(self.cluster, name, urls or (URL,), [self.gateway.certificate], **fields)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_group_reaches_the_file_of_the_phone_that_it_is_assigned_to(scene: Scene) -> None:
    saved = scene.save(auto_net_detect=True)
    assert scene.group_in_file() is None
    assigned = assign_vpn_group(scene.cluster, DEVICE, "Home office")
    assert isinstance(assigned, VpnGroupAssigned)
    assert assigned in scene.events
    group = scene.group_in_file()
    digest = certificate_hash(scene.gateway.certificate.public_bytes(Encoding.DER))
    assert group == VpnGroup((URL,), (digest,), auto_net_detect=True)
    assert (saved.cert_hashes, saved.auto_net_detect) == ((digest.hex(),), True)


def test_a_changed_group_is_in_the_next_file(scene: Scene) -> None:
    scene.save()
    assign_vpn_group(scene.cluster, DEVICE, "Home office")
    scene.save("Home office", "https://other.example.com", enable_host_id_check=False)
    group = scene.group_in_file()
    assert group is not None
    assert (group.urls, group.enable_host_id_check) == (("https://other.example.com",), False)


def test_a_phone_can_be_left_without_a_group_again(scene: Scene) -> None:
    scene.save()
    assign_vpn_group(scene.cluster, DEVICE, "Home office")
    assert assign_vpn_group(scene.cluster, DEVICE, "").group == ""
    assert scene.group_in_file() is None


def test_the_version_stamp_changes_with_the_group(scene: Scene) -> None:
    device = scene.cluster.database.device(DEVICE)
    assert device is not None
    mode = scene.cluster.database.cluster_security_mode
    group = VpnGroup((URL,))
    files = [
        phone_file(device, mode, [Member("127.0.0.1")], [], None, each)
        for each in (None, group, replace(group, mtu=1400))
    ]
    assert len({file.version_stamp for file in files}) == 3


@pytest.mark.parametrize(
    ("urls", "fields", "message"),
    [
        ((), {}, "1 to 3 addresses"),
        (("ftp://x",), {}, "https://HOST"),
        ((URL,), {"mtu": 100}, "256 to 1406"),
        ((URL,), {"colour": "red"}, "no such field"),
    ],
)
def test_what_no_page_offers_cannot_be_saved(
    scene: Scene, urls: tuple[str, ...], fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(AdministrationError, match=message):
        save_vpn_group(scene.cluster, "x", urls, **fields)
    assert not scene.cluster.vpn_groups


def test_an_unknown_phone_and_an_unknown_group_are_refused(scene: Scene) -> None:
    scene.save()
    with pytest.raises(AdministrationError, match="no device"):
        assign_vpn_group(scene.cluster, "SEP000000000000", "Home office")
    with pytest.raises(AdministrationError, match="no VPN group"):
        assign_vpn_group(scene.cluster, DEVICE, "Elsewhere")
