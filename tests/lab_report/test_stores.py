"""Trust stores before and after: what a store holds, what its service has read, and that both are told apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from capf_sim.events import CapfStarted
from cucm_sim.events import CallManagerStarted, CallManagerStopped, TrustChanged
from edge_sim.authentication_server.events import AuthenticationServerStarted, AuthenticationServerStopped
from edge_sim.trust_events import EdgeTrustChanged
from edge_sim.vpn_gateway.events import HeldName, TrustpointsChanged, VpnGatewayStarted
from journal import Actor, Event
from lab.play.runner import StoryResult
from lab.report import build_page
from lab.report.stores import StoreEntry, StoreOfStory, stores
from pki import DistinguishedName
from tests.made_names import named

OLD, NEW = named(O="One", CN="CAPF-old"), named(O="One", CN="CAPF-new")


def started(*trusted: DistinguishedName, cluster: str = "one") -> Event:
    return CallManagerStarted(
        actor=Actor(f"{cluster}/callmanager"),
        address="127.0.0.1",
        port=2000,
        secure_port=2443,
        minimum_tls_version="TLSv1",
        trusted=trusted,
    )


def changed(change: str, subject: DistinguishedName, store: str = "CallManager-trust") -> Event:
    return TrustChanged(
        actor=Actor("one/administration"),
        store=store,
        change=change,
        subject=subject,
        serial_number="1",
        takes_effect="",
    )


def the_store(*events: Event) -> StoreOfStory:
    (found,) = stores(events)
    return found


def entry(store: StoreOfStory, subject: DistinguishedName) -> StoreEntry:
    return next(entry for entry in store.entries if entry.name == subject.label)


def test_a_deleted_certificate_is_gone_from_the_store_and_still_read_until_the_restart() -> None:
    before = the_store(started(OLD), changed("deleted", OLD))
    assert entry(before, OLD) == StoreEntry("CAPF-old", "One", True, False, False, True)
    assert (entry(before, OLD).change, before.restart_due) == ("removed", True)
    after = the_store(
        started(OLD), changed("deleted", OLD), CallManagerStopped(actor=Actor("one/callmanager")), started()
    )
    assert (entry(after, OLD).change, entry(after, OLD).read, after.restart_due) == ("removed", False, False)


def test_an_uploaded_certificate_is_read_after_the_restart_only() -> None:
    before = the_store(started(OLD), changed("uploaded", NEW))
    assert (entry(before, NEW).change, entry(before, NEW).read, before.restart_due) == ("added", False, True)
    after = the_store(started(OLD), changed("copied", NEW), started(OLD, NEW))
    assert (entry(after, NEW).change, entry(after, NEW).read, after.restart_due) == ("added", True, False)


def test_a_store_that_keeps_what_it_has_is_unchanged() -> None:
    store = the_store(started(OLD), changed("kept", OLD))
    assert (store.changed, [found.name for found in store.unchanged]) == ([], ["CAPF-old"])


def test_another_certificate_of_the_same_name_takes_the_place_of_the_old_one() -> None:
    store = the_store(started(OLD), changed("uploaded", OLD))
    assert [found.change for found in store.entries] == ["replaced"]


def test_what_is_put_in_and_taken_out_again_is_no_change() -> None:
    store = the_store(started(OLD), changed("disabled", OLD), changed("enabled", OLD))
    assert store.changed == []


def test_a_service_that_is_stopped_has_read_nothing() -> None:
    store = the_store(started(OLD), CallManagerStopped(actor=Actor("one/callmanager")))
    assert (store.running, store.restart_due, entry(store, OLD).read) == (False, False, False)


def test_clusters_and_stores_are_told_apart() -> None:
    capf = CapfStarted(actor=Actor("one/capf"), address="127.0.0.1", port=3804, trusted=(OLD,))
    found = stores([started(OLD), capf, started(OLD, cluster="two"), changed("deleted", OLD, "CAPF-trust")])
    changes = {(store.cluster, store.name): bool(store.changed) for store in found}
    assert changes == {
        ("one", "CallManager-trust"): False,
        ("one", "CAPF-trust"): True,
        ("two", "CallManager-trust"): False,
    }


def test_a_change_before_the_first_start_is_nobodys() -> None:
    assert stores([changed("deleted", OLD)]) == []


def test_the_page_marks_changes_in_words_and_says_that_a_restart_is_due(
    of_text: Callable[..., StoryResult], read: Any
) -> None:
    story = """
title = "Deleted, and not restarted"
[clusters.one]
[phones.p]
model = "7965"
cluster = "one"
[[steps]]
do = "delete-certificate"
cluster = "one"
store = "CallManager-trust"
certificate = "Cisco Manufacturing CA"
"""
    text = read(build_page(of_text(story))).text
    assert "Cisco CallManager has not been restarted since" in text
    assert "− removed" in text
    restarted = story + '[[steps]]\ndo = "restart-service"\ncluster = "one"\nservice = "Cisco CallManager"\n'
    text = read(build_page(of_text(restarted))).text
    assert "has not been restarted" not in text
    assert "− removed" in text


# Authentication servers and VPN gateways


def radius_started(*trusted: DistinguishedName) -> Event:
    return AuthenticationServerStarted(
        actor=Actor("ise/radius"),
        address="127.0.0.3",
        port=1812,
        minimum_tls_version="TLSv1",
        maximum_tls_version="TLSv1.3",
        check_crl=False,
        network_devices=(),
        trusted=trusted,
    )


def edge_changed(change: str, server: str = "ise") -> Event:
    return EdgeTrustChanged(
        actor=Actor(f"{server}/administration"),
        server=server,
        change=change,
        subject=NEW,
        serial_number="1",
        takes_effect="",
    )


def test_an_authentication_server_goes_by_what_it_read_until_it_is_restarted() -> None:
    imported = the_store(radius_started(OLD), edge_changed("trusted"))
    assert (imported.cluster, imported.name, imported.of_cluster) == ("ise", "Trusted Certificates", False)
    assert imported.restart_due
    assert (entry(imported, NEW).change, entry(imported, NEW).read) == ("added", False)
    restarted = the_store(radius_started(OLD), edge_changed("trusted"), radius_started(OLD, NEW))
    assert not restarted.restart_due
    assert entry(restarted, NEW).read


def test_a_certificate_that_was_removed_from_it_is_removed() -> None:
    store = the_store(radius_started(OLD, NEW), edge_changed("distrusted"))
    assert entry(store, NEW).change == "removed"
    assert store.restart_due


def test_a_gateway_goes_by_its_trustpoints_at_once() -> None:
    gateway = VpnGatewayStarted(
        actor=Actor("asa/vpn"), address="127.0.0.2", port=443, trusted=(HeldName("a", OLD),), tunnel_groups=()
    )
    changed_now = TrustpointsChanged(actor=Actor("asa/vpn"), trusted=(HeldName("a", OLD), HeldName("b", NEW)))
    store = the_store(gateway, edge_changed("trusted", "asa"), changed_now)
    assert (store.name, store.restart_due) == ("Trustpoints", False)
    assert (entry(store, NEW).change, entry(store, NEW).read) == ("added", True)


def test_a_server_that_stopped_does_not_run() -> None:
    stopped = AuthenticationServerStopped(actor=Actor("ise/radius"), passed=0, failed=0, unanswered=0)
    assert not the_store(radius_started(OLD), stopped).running
    assert not any(held.read for held in the_store(radius_started(OLD), stopped).entries)
