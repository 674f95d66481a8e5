"""What TVS says to a phone of a fleet: which TVS the phone asks, whether TLS with it comes up, and what it has read by then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import ServiceKind, ServiceName, tls
from cucm_sim.tvs_certificates import TvsCertificates, TvsLookUp
from lab.fleet.model import Fleet, FleetPhone
from lab.fleet.trust import ClusterTrust, FleetList, FleetNode, TvsInUse
from lab.operations.cluster_trust import answering
from lab.whatif.trust.held import NotTold, asks_tvs_at_all, held_lists
from phone_sim.trust.held_lists import HeldLists
from phone_sim.trust.servers import ServerUse, decide_server
from phone_sim.trust.tvs_answer import TrustRefusal, TvsAnswer, TvsVouch, tvs_obstacle
from phone_sim.tvs_events import TvsFailure
from pki import Certificate, load_untrusted
from wire.certificate_id import CertificateId, certificate_id
from wire.signed_files import TrustListFile


class _Read:
    """What TVS of one node goes by: a source for `TvsCertificates`."""

    def __init__(self, tvs: TvsInUse, ctl: TrustListFile | None) -> None:
        self._known = tvs.known
        self.ctl_trust_list = ctl

    def certificates_of_unit(self, unit: str) -> tuple[Certificate, ...]:
        return self._known.get(unit, ())


def obstacle(fleet: Fleet, phone: FleetPhone) -> TrustRefusal | None:
    """Why the phone cannot ask TVS now; None where it can. As `phone_sim.trust.phone_trust`."""
    has_tvs = asks_tvs_at_all(phone.model)
    return tvs_obstacle(held_lists(phone), has_tvs=has_tvs, servers=bool(phone.going.cluster))


class AskedNode(NamedTuple):
    """One TVS that a phone turned to."""

    node: str
    failure: str = ""
    """A value of TvsFailure; empty where it answered."""


_REFUSALS = {
    TvsFailure.UNREACHABLE: TrustRefusal.TVS_UNREACHABLE,
    TvsFailure.TLS_REFUSED: TrustRefusal.TVS_UNTRUSTED,
}


class TvsAnswers:
    """Asks each TVS by its caches, which are made once."""

    def __init__(self) -> None:
        self._caches: dict[int, tuple[TvsInUse, object, TvsCertificates]] = {}

    def about_signer(self, fleet: Fleet, phone: FleetPhone, wanted: CertificateId) -> TvsAnswer:
        """Of a list or a file, as the phone knows only its names. Raises NotTold."""
        return self._ask(fleet, phone, lambda certificates: certificates.query(wanted))

    def about_server(self, fleet: Fleet, phone: FleetPhone, certificate: Certificate) -> TvsAnswer:
        """Of a server. Raises NotTold."""
        wanted, octets = certificate_id(certificate), certificate.public_bytes(Encoding.DER)
        return self._ask(fleet, phone, lambda certificates: certificates.verify(wanted, octets))

    def _ask(self, fleet: Fleet, phone: FleetPhone, look_up: Callable[[TvsCertificates], TvsLookUp]) -> TvsAnswer:
        """The first TVS of its configuration that answers. One that does not know the certificate ends the search, too."""
        lists, cluster = held_lists(phone), phone.going.cluster
        trust = fleet.trust.get(cluster)
        if trust is None or not trust.nodes or trust.not_told:
            raise NotTold("tvs", cluster, trust.not_told if trust is not None else "")
        failed: TrustRefusal = TrustRefusal.TVS_NOT_CONFIGURED
        for node, failure in _tried(lists, phone, _met(fleet, phone, trust)):
            if failure is not None:
                failed = _REFUSALS[failure]
                continue
            assert node.tvs is not None
            found = look_up(self._certificates(fleet, cluster, node.tvs, trust.ctl_of(node))).found
            if found is None:
                return TrustRefusal.TVS_UNKNOWN
            return TvsVouch(_loaded(found.certificate), frozenset(found.roles))
        return failed

    def asked(self, fleet: Fleet, phone: FleetPhone) -> tuple[AskedNode, ...]:
        """The nodes whose TVS the phone turns to, up to the one that answers."""
        trust = fleet.trust.get(phone.going.cluster)
        if trust is None:
            return ()
        tried = _tried(held_lists(phone), phone, _met(fleet, phone, trust))
        return tuple(AskedNode(node.name, failure.value if failure is not None else "") for node, failure in tried)

    def _certificates(self, fleet: Fleet, cluster: str, tvs: TvsInUse, file: FleetList | None) -> TvsCertificates:
        now = answering(fleet, cluster, tvs)
        ctl = file.content if file is not None else None
        if now is not tvs:
            return _made(now, ctl)
        found = self._caches.get(id(tvs))
        if found is None or found[1] is not ctl:
            found = self._caches[id(tvs)] = tvs, ctl, _made(tvs, ctl)
        return found[2]


def members(fleet: Fleet, phone: FleetPhone, trust: ClusterTrust) -> list[FleetNode]:
    """The nodes of its CallManager Group by priority, whose TVS it asks in this order.

    Args:
        phone: by the configuration that it goes by.
    """
    servers = [server for server in fleet.servers.values() if server.cluster == phone.cluster]
    names = phone.call_managers or [server.name for server in servers if server.kind is ServiceKind.CALLMANAGER]
    nodes = [trust.node(fleet.servers[name].node) for name in names if name in fleet.servers]
    found = [node for node in nodes if node is not None]
    return found or [node for node in trust.nodes if ServiceName.CALLMANAGER in node.runs]


def _met(fleet: Fleet, phone: FleetPhone, trust: ClusterTrust) -> list[FleetNode]:
    """`members`, as the phone meets them: no TVS answers at a former address of a node."""
    names = phone.kept.elsewhere if phone.kept is not None else ()
    servers = [fleet.servers[name] for name in names if name in fleet.servers]
    gone = [trust.node(one.node) for one in servers if one.kind is ServiceKind.CALLMANAGER]
    return [replace(node, tvs=None) if node in gone else node for node in members(fleet, phone.going, trust)]


def _tried(
    lists: HeldLists, phone: FleetPhone, nodes: Iterable[FleetNode]
) -> Iterator[tuple[FleetNode, TvsFailure | None]]:
    """Each with why it gives no answer, up to the first that gives one."""
    for node in nodes:
        if node.tvs is None:
            yield node, TvsFailure.UNREACHABLE
        elif not _accepts(lists, phone, node.tvs):
            yield node, TvsFailure.TLS_REFUSED
        else:
            yield node, None
            return


def _accepts(lists: HeldLists, phone: FleetPhone, tvs: TvsInUse) -> bool:
    """Whether TLS with it comes up: by the version, and by its certificate, which must be in the lists for this use.

    Assumed: the phone and TVS have a cipher suite in common.
    """
    lowest = max(tvs.minimum_tls, tls.TVS.lowest)
    if phone.tls.maximum < lowest:
        return False
    return decide_server(lists, ServerUse.TVS, tvs.presents, None).trusted


def _made(tvs: TvsInUse, ctl: TrustListFile | None) -> TvsCertificates:
    made = TvsCertificates(_Read(tvs, ctl))
    made.read_changed_ctl_file()
    return made


@lru_cache(maxsize=256)
def _loaded(octets: bytes) -> Certificate:
    return load_untrusted(octets)
