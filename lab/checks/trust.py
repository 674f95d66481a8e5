"""Checks of what a phone trusts its cluster by: the lists in its flash, and the directory that it opens over HTTPS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cisco_data import ServiceName
from lab.checks.checking import CheckVerdict, Scene, compare
from lab.running.offered_lists import cluster_of_list
from lab.scenario import model as sc
from lab.views import phones as view
from phone_sim.https_services import ServiceNotOpened, ServiceOpened
from phone_sim.trust.held_lists import ListKind
from wire.certificate_id import CertificateId, certificate_id


def _trust_list(step: sc.TrustListHeld, scene: Scene) -> CheckVerdict:
    lab, kind = scene.lab, ListKind(step.list)
    phone = lab.phones[step.phone]
    held = phone.flash.lists.of(kind)
    if held is None or step.of == "none":
        found = "none" if held is None else f"of {cluster_of_list(held, lab.clusters.values())}"
        return compare([(kind.value, "none" if step.of == "none" else f"of {step.of}", found)])
    signer = _shown(certificate_id(lab.certificate(step.signer))) if step.signer else None
    return compare(
        [
            (f"{kind} of", step.of, cluster_of_list(held, lab.clusters.values()) or "no cluster here"),
            ("signer", signer, _shown(held.content.header.signer)),
            ("newest", step.newest, held.octets == _offered(scene, step)),
        ]
    )


def _shown(named: CertificateId) -> str:
    return f"{named.key} {named.serial_number:x}"


def _offered(scene: Scene, step: sc.TrustListHeld) -> bytes | None:
    """By the first TFTP server of the phone that runs, of what it asks for."""
    home = scene.lab.home(scene.lab.phones[step.phone])
    if step.list == ListKind.CTL:
        return home.cluster.ctl_file
    nodes = [home.nodes[name] for name in home.tftp_nodes]
    running = [node for node in nodes if node.services[ServiceName.TFTP].started]
    return (running or nodes)[0].itl_file


def _directory(step: sc.DirectoryOpened, scene: Scene) -> CheckVerdict:
    device, recent = scene.device(step.phone), scene.recent(step.phone)
    if view.of(recent, device, ServiceOpened):
        return compare([("opened", step.opened, True)])
    failed = view.of(recent, device, ServiceNotOpened)
    if not failed:
        return CheckVerdict(False, f"{step.phone} has opened no directory yet")
    found = compare([("opened", step.opened, False)])
    return found._replace(observed=f"{found.observed} ({failed[-1].failure})")


TRUST_CHECKS: dict[type[Any], Callable[[Any, Scene], CheckVerdict]] = {
    sc.TrustListHeld: _trust_list,
    sc.DirectoryOpened: _directory,
}
