"""What effects on a fleet share: who makes certificates, how a server is configured, how an act is noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Protocol

from cisco_data import DeviceSecurityMode, ServiceKind
from lab.base.acts import ActKind
from lab.fleet.model import Act, Fleet, FleetPhone, FleetServer, Unjudged, UnjudgedReason
from lab.fleet.trust import FleetList, FleetNode, KeptConfiguration
from lab.operations.renewed import Renewed
from pki import Authority, Certificate, Identity, TrustStore


class Shop(Protocol):
    """What makes the certificates that a fleet does not hold."""

    @property
    def renewed(self) -> Renewed: ...

    def learn(self, fleet: Fleet) -> None:
        """Take up authorities that a step has brought."""

    def authority(self, certificate: Certificate) -> Authority:
        """Who signs as this certificate's owner would."""

    def itl(self, fleet: Fleet, cluster: str, node: str) -> FleetList | None:
        """The ITL file that Cisco Tftp of this node makes now; None where the node's own certificates are not known."""

    def ctl(self, fleet: Fleet, cluster: str, *, capf_only: bool = False) -> FleetList | None:
        """The CTL file that `utils ctl` makes now, `capf_only` in non-secure mode; None likewise."""

    def reset_itl(self, fleet: Fleet, cluster: str, saved: Certificate | None = None) -> FleetList | None:
        """The ITL file that `utils itl reset` makes now, signed by `saved` or, where None, by the other key that phones know; None
        where the signer, or what the file lists, is not known."""

    def reset_ctl(self, fleet: Fleet, cluster: str) -> FleetList | None:
        """The CTL file that `utils ctl reset localkey` makes now; None likewise."""

    def booted(self, fleet: Fleet, names: frozenset[str]) -> Fleet:
        """These phones have asked their TFTP servers for CTL, ITL and configuration: with what each took. Phones that are off
        are as they were."""

    def lists_one_of(self, phone: FleetPhone, nodes: Iterable[FleetNode]) -> bool:
        """Whether the lists that the phone holds name one of these nodes as a TFTP server."""

    def takes_file(self, fleet: Fleet, phone: FleetPhone) -> bool:
        """Whether the phone takes its configuration file when it starts now; true where that cannot be told."""

    def accepts_capf(self, fleet: Fleet, phone: FleetPhone) -> bool:
        """Whether the phone accepts its CAPF by its lists and TVS now; true where that cannot be told."""


Effect = Callable[[Fleet, Any, Shop], Fleet]


def did(fleet: Fleet, kind: ActKind, **facts: Any) -> Fleet:
    """With one more act in its history; `apply` fills in the number of the step."""
    return replace(fleet, acts=(*fleet.acts, Act(kind, fleet.at, **facts)))


def configured(server: FleetServer, **changes: Any) -> FleetServer:
    """With other settings; a gateway goes by its trustpoints at once, every other service by what it read at its start."""
    settings = replace(server.configured, **changes)
    in_use = server.in_use
    if server.kind is ServiceKind.VPN and in_use is not None:
        in_use = replace(in_use, trust=settings.trust)
    return replace(server, configured=settings, in_use=in_use)


def with_trust(fleet: Fleet, server: FleetServer, trust: TrustStore) -> Fleet:
    """What a store of a cluster has, it has on each node."""
    for each in services_of(fleet, server.cluster, server.kind) if server.cluster else [server]:
        fleet = fleet.with_server(configured(each, trust=trust))
    return fleet


def of_cluster(fleet: Fleet, cluster: str) -> list[FleetServer]:
    """CallManager of each of its nodes, the publisher first, and its CAPF."""
    return [server for server in fleet.servers.values() if server.cluster == cluster]


def services_of(fleet: Fleet, cluster: str, kind: ServiceKind) -> list[FleetServer]:
    """Those of one kind, the publisher's first."""
    return [server for server in of_cluster(fleet, cluster) if server.kind is kind]


def service_of(fleet: Fleet, cluster: str, kind: ServiceKind) -> FleetServer | None:
    """The publisher's, as far as each node has its own."""
    return next(iter(services_of(fleet, cluster, kind)), None)


def learnt(fleet: Fleet, certificate: Certificate, identity: Identity | None = None) -> Fleet:
    """With a certificate that is known from now on, and its key where the lab made it."""
    certificates = tuple(dict.fromkeys((*fleet.certificates, certificate)))
    if identity is None:
        return replace(fleet, certificates=certificates)
    return replace(fleet, certificates=certificates, identities=(*fleet.identities, identity))


def with_phones(fleet: Fleet, names: Iterable[str], change: Callable[[FleetPhone], FleetPhone]) -> Fleet:
    """The phones of these device names changed; the same objects where nothing changes."""
    wanted = frozenset(names)
    return replace(
        fleet, phones=tuple(change(phone) if phone.device_name in wanted else phone for phone in fleet.phones)
    )


def changed_phones(before: Fleet, after: Fleet) -> frozenset[str]:
    """Device names of the phones that are not what they were."""
    return frozenset(
        new.device_name for old, new in zip(before.phones, after.phones, strict=True) if old is not new and old != new
    )


def cannot_judge(fleet: Fleet, reason: UnjudgedReason, **which: Any) -> Fleet:
    """Nothing can be said of these phones at these services from now on."""
    return replace(fleet, unjudged=(*fleet.unjudged, Unjudged(reason, **which)))


def can_judge(
    fleet: Fleet, reason: UnjudgedReason, *, cluster: str = "", phones: frozenset[str] = frozenset()
) -> Fleet:
    """What could not be judged for this reason can be judged again: in a cluster, or for these phones."""
    left = []
    for each in fleet.unjudged:
        if each.reason is not reason or (cluster and each.cluster != cluster):
            left.append(each)
        elif phones and each.phones:
            rest = each.phones - phones
            left += [replace(each, phones=rest)] if rest else []
    return replace(fleet, unjudged=tuple(left)) if len(left) != len(fleet.unjudged) or phones else fleet


def held_before(fleet: Fleet, names: Iterable[str]) -> Fleet:
    """The pages of these phones are about to say something else: until a phone takes its file, it goes by what it has."""

    def keeping(phone: FleetPhone) -> FleetPhone:
        if phone.kept is not None or phone.lists is None:
            return phone
        callmanager = service_of(fleet, phone.cluster, ServiceKind.CALLMANAGER)
        secure = callmanager is None or callmanager.mixed
        mode = phone.mode if secure else DeviceSecurityMode.NON_SECURE
        return replace(phone, kept=KeptConfiguration(phone.cluster, mode, phone.call_managers))

    return with_phones(fleet, names, keeping)
