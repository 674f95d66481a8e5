"""Operations on certificates: trust stores, the default list of authorities, new certificates of CAPF, CallManager and servers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from cisco_data import KIND_OF, CertificateUnit, ServiceKind, ServiceName, StoreName
from lab.base.failures import shown, suggestion
from lab.fleet.model import Fleet, FleetServer
from lab.operations import steps as st
from lab.operations.cast import Cast, NoSuch
from lab.operations.certificate_names import COMPANY_ROOT, check_authority, check_certificate
from lab.operations.effect import services_of
from lab.operations.effects_services import mode_ordered
from lab.operations.effects_trust import ALL, disabled_by, enabled_by
from lab.operations.operation import NamesInFleet, Operation
from lab.operations.running import RunningLab
from lab.operations.taken_up import ctl_file_taken_up, taken_up
from lab.operations.words import ListChange

OF_THE_STORE = (
    f"restart of {ServiceName.CALLMANAGER} ({StoreName.CALLMANAGER}), of CAPF ({StoreName.CAPF}), or of the authentication server; "
    "at a VPN gateway at once"
)
_THEN_PHONES = (
    f"restart of {{}}; phones trust it after update-ctl (in a non-secure cluster a restart of {ServiceName.TFTP}) "
    "and a reset; from release 14 on all but update-ctl is automatic for CallManager, TVS and CAPF"
)


def services_named(fleet: Fleet, cluster: str, kind: ServiceKind, node: str = "") -> list[FleetServer]:
    """CallManager of each node of a cluster or of one, or CAPF, at least one. Raises NoSuch where the fleet has none."""
    found = [each for each in services_of(fleet, cluster, kind) if not node or each.node in ("", node)]
    if not found:
        where = f"{cluster}/{node}" if node else cluster
        raise NoSuch("cluster", f"there is no {kind} of {where} in this network")
    return found


def service_named(fleet: Fleet, cluster: str, kind: ServiceKind) -> FleetServer:
    """CallManager of the publisher, or CAPF. Raises NoSuch where the fleet has none."""
    return services_named(fleet, cluster, kind)[0]


class InStore(Operation, frozen=True, kw_only=True):
    """A change of one trust store: of a cluster, or of an authentication server or VPN gateway."""

    TAKES_EFFECT: ClassVar[str] = OF_THE_STORE
    DUE: ClassVar[str] = "restart of that service; nothing for a VPN gateway"

    certificate: str
    """By its name; in a plan also a CN or a part of it, a serial number in hex, or a file."""
    cluster: str = ""
    """May be left out where there is one only."""
    store: StoreName | None = None
    server: str = ""
    """Instead of `cluster` and `store`: the authentication server or VPN gateway."""
    node: str = ""
    """Of the cluster, each where it is left out. It matters for stores without change notification (CAPF-trust, TVS-trust
    and those of phones but Phone-SAST-trust), and for deletions before release 11.5."""

    def check(self, cast: Cast) -> None:
        self.place(cast)
        self.node_of(cast)
        check_certificate(cast, self.certificate, "certificate")

    def place(self, cast: Cast) -> tuple[str, StoreName | None]:
        """Cluster and store, or server and None. Raises NoSuch."""
        if self.server:
            if self.cluster or self.store is not None:
                raise NoSuch("server", "a step names either a server, or a cluster and a store, not both")
            return cast.server(self.server), None
        if self.store is None:
            raise NoSuch(
                "",
                f'the key "store" is missing: {StoreName.CALLMANAGER} or {StoreName.CAPF}, or server for another server',
            )
        return cast.cluster(self.cluster), self.store

    def node_of(self, cast: Cast) -> str:
        """Empty for each. Raises NoSuch."""
        if self.server and self.node:
            raise NoSuch("node", "only a cluster has nodes")
        return "" if self.server else cast.node(self.place(cast)[0], self.node)

    def server_of(self, names: NamesInFleet) -> FleetServer | None:
        """The server of the fleet whose store it is; None for a store by which no service accepts phones' certificates."""
        place, store = self.place(names.cast)
        if store is None:
            return names.fleet.servers[place]
        node, nodes = self.node_of(names.cast), names.cast.nodes.get(place, ())
        if store is StoreName.CAPF and node and node != nodes[0].name:
            raise NoSuch("node", f"CAPF runs on {nodes[0].name} only, so {store} of {node} decides about no phone")
        return service_named(names.fleet, place, KIND_OF[store]) if store in KIND_OF else None

    def other_store(self, names: NamesInFleet, *, uploaded: bool) -> st.ChangeOtherStoreStep:
        """The change of a store for which `server_of` has no server. Raises InvalidInput for a certificate that is not known."""
        from cisco_data.release_table import UNNAMED_RELEASE
        from cisco_data.trust_store_copies import is_deleted_everywhere, stays_on_its_node

        cluster, store = self.place(names.cast)
        assert store is not None
        release = names.fleet.releases.get(cluster, UNNAMED_RELEASE)
        stays = stays_on_its_node(store, release) if uploaded else not is_deleted_everywhere(store, release)
        node = self.node_of(names.cast) if stays else ""
        return st.ChangeOtherStoreStep(cluster, store, names.certificate(self.certificate), uploaded, node)


class UploadCertificate(InStore, frozen=True, kw_only=True, tag="upload-certificate"):
    """Upload a certificate to a trust store."""

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        server = self.server_of(names)
        yield self.other_store(names, uploaded=True) if server is None else names.upload(server, self.certificate)

    async def carry_out(self, lab: RunningLab) -> None:
        place, store = self.place(lab.cast)
        if store:
            lab.upload_certificate(place, store, self.certificate, self.node_of(lab.cast))
        else:
            lab.trust_on_server(place, self.certificate, trusted=True)


class DeleteCertificate(InStore, frozen=True, kw_only=True, tag="delete-certificate"):
    """Delete a certificate from a trust store."""

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        server = self.server_of(names)
        if server is None:
            yield self.other_store(names, uploaded=False)
            return
        certificate = names.certificate_in(server, self.certificate)
        yield st.RemoveCertificateStep(certificate, server.name)
        if self._comes_back(names):
            yield st.AddCertificateStep(certificate, server.name)

    def _comes_back(self, names: NamesInFleet) -> bool:
        from cisco_data.trust_store_copies import comes_back

        cluster, store = self.place(names.cast)
        release, nodes = names.fleet.releases.get(cluster), names.cast.nodes.get(cluster, ())
        several = bool(self.node_of(names.cast)) and len(nodes) > 1
        return several and store is not None and release is not None and comes_back(store, release)

    async def carry_out(self, lab: RunningLab) -> None:
        place, store = self.place(lab.cast)
        if store:
            lab.delete_certificate(place, store, self.certificate, self.node_of(lab.cast))
        else:
            lab.trust_on_server(place, self.certificate, trusted=False)


class DefaultCaList(Operation, frozen=True, kw_only=True, tag="default-ca-list"):
    """`set cert default-ca-list`: the authorities that CUCM ships leave both trust stores, or come back."""

    TAKES_EFFECT: ClassVar[str] = f"restart of {ServiceName.CALLMANAGER}, CAPF and {ServiceName.TFTP}"
    DUE: ClassVar[str] = f"restart of {ServiceName.CALLMANAGER}, CAPF and {ServiceName.TFTP}"

    change: ListChange
    cluster: str = ""
    certificate: str = ALL
    """The CN of one, or `all`."""

    def check(self, cast: Cast) -> None:
        cast.cluster(self.cluster)
        if self.certificate != ALL:
            check_authority(self.certificate, "certificate", [ALL])

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        cluster = names.cast.cluster(self.cluster)
        enable = self.change == "enable"
        found = (enabled_by if enable else disabled_by)(names.fleet, cluster, self.certificate)
        if not found:
            which = "default authority" if self.certificate == ALL else shown(self.certificate)
            state = "is known to be disabled" if enable else "is in a trust store"
            raise NoSuch(
                "certificate", f"no {which} {state} in cluster {cluster}, so there is nothing to {self.change}"
            )
        yield st.ChangeDefaultCaListStep(cluster, enable, self.certificate)

    async def carry_out(self, lab: RunningLab) -> None:
        lab.default_ca_list(lab.cast.cluster(self.cluster), self.change, self.certificate)


class _Own(NamedTuple):
    """A certificate that a service presents."""

    unit: CertificateUnit | None
    """None for another server."""
    name: str
    """Of the cluster, or of the server."""


_UNITS = {unit.casefold(): unit for unit in CertificateUnit}


def own_certificate(cast: Cast, text: str, cluster: str, server: str) -> _Own:
    """Whose certificate a step means: `CAPF`, `CAPF of hq`, `TVS of hq`, or the name of a server. Raises NoSuch."""
    what, of, name = text.partition(" of ")
    unit = _UNITS.get(what.strip().casefold())
    if unit and not server:
        if of and cluster and cluster.casefold() != name.strip().casefold():
            raise NoSuch("cluster", f"{shown(text)} is not of cluster {shown(cluster)}")
        return _Own(unit, cast.cluster(name.strip() if of else cluster, "certificate" if of else "cluster"))
    if server and text and text.casefold() != server.casefold():
        raise NoSuch("server", f"{shown(text)} is not a certificate of server {shown(server)}")
    if not (server or text):
        raise NoSuch("", 'the key "certificate" is missing: CAPF of CLUSTER, CallManager of CLUSTER, or a server')
    known = [*cast.radius, *cast.gateways]
    wanted = server or text
    found = [each for each in known if each.casefold() == wanted.casefold()]
    if not found:
        own = [f"{each} of {one}" for each in _UNITS.values() for one in cast.clusters]
        key = "server" if server else "certificate"
        there = known if server else [*own, *known]
        raise NoSuch(key, f"no service has a certificate {shown(wanted)}{suggestion(wanted, there)}")
    return _Own(None, found[0])


def _node_of(cast: Cast, own: _Own, node: str) -> str:
    """Empty for the publisher. Raises NoSuch."""
    if node and (own.unit in (None, CertificateUnit.CAPF)):
        raise NoSuch("node", f"{own.unit or own.name} is not on each node of a cluster")
    return cast.node(own.name, node) if own.unit else ""


class RegenerateCertificate(Operation, frozen=True, kw_only=True, tag="regenerate-certificate"):
    """Regenerate a certificate of a cluster or of another server: a new key, self-signed, valid from now.

    CUCM copies a new CAPF certificate to both trust stores of the cluster, those of TVS and tomcat to their own. The former one
    stays there, unless it has the same name: a store keeps one certificate a name.
    """

    TAKES_EFFECT: ClassVar[str] = _THEN_PHONES.format("its service")
    DUE: ClassVar[str] = "restart of its service, update-ctl and a reset of the phones; update-vpn-group for a gateway"

    certificate: str = ""
    """`CAPF of CLUSTER`, likewise `CallManager`, `CallManager-ECDSA`, `TVS`, `ITLRecovery` and `tomcat`; or the name of an
    authentication server or VPN gateway."""
    cluster: str = ""
    """For `CAPF`, say, alone; may be left out where there is one cluster only."""
    server: str = ""
    """Instead of `certificate`."""
    same_name: bool = False
    """CAPF only: keep the CN. Assumed: that CUCM gives a new one each time; no source says so."""
    node: str = ""
    """Whose; the publisher's where it is left out. CAPF is the publisher's, from release 12.5 on ITLRecovery too."""

    def check(self, cast: Cast) -> None:
        self.node_of(cast)
        if self.own(cast).unit is not CertificateUnit.CAPF and self.same_name:
            raise NoSuch("same-name", "only CAPF has a choice: every other certificate keeps its name")

    def own(self, cast: Cast) -> _Own:
        return own_certificate(cast, self.certificate, self.cluster, self.server)

    def node_of(self, cast: Cast) -> str:
        """Empty for the publisher. Raises NoSuch."""
        return _node_of(cast, self.own(cast), self.node)

    def after(self, cast: Cast) -> Cast:
        own = self.own(cast)
        return cast.with_regenerated(own.name) if own.unit is CertificateUnit.CAPF else cast

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        self.check(names.cast)
        unit, name = self.own(names.cast)
        if unit is CertificateUnit.CAPF:
            yield st.RegenerateCapfStep(name, self.same_name)
        elif unit is CertificateUnit.CALLMANAGER:
            node = self.node_of(names.cast)
            services_named(names.fleet, name, ServiceKind.CALLMANAGER, node)
            yield st.RegenerateCallManagerStep(name, node)
        elif unit is not None:
            yield st.RenewOtherStep(name, unit, self.node_of(names.cast))
        else:
            yield st.RegenerateServerStep(name)
        if unit is not None:
            yield from taken_up(names.fleet, name, unit, self.node_of(names.cast))

    async def carry_out(self, lab: RunningLab) -> None:
        unit, name = self.own(lab.cast)
        if unit is None:
            lab.regenerate_server(name)
        else:
            await lab.regenerate_certificate(name, unit, self.node_of(lab.cast), self.same_name)


class SignCertificate(Operation, frozen=True, kw_only=True, tag="sign-certificate"):
    """Generate a CSR for a certificate of a cluster, have an authority sign it that a trust store holds, and upload the answer."""

    TAKES_EFFECT: ClassVar[str] = _THEN_PHONES.format("its service")
    DUE: ClassVar[str] = "restart of its service, update-ctl and a reset of the phones"

    certificate: str = CertificateUnit.CAPF
    """As of `regenerate-certificate`, of a cluster."""
    cluster: str = ""
    issuer: str = COMPANY_ROOT
    """Who signs. A running lab has `company root` only; a plan may name any authority, or a file."""
    node: str = ""
    """As of `regenerate-certificate`."""

    def check(self, cast: Cast) -> None:
        self.node_of(cast)
        if self.issuer != COMPANY_ROOT:
            raise NoSuch("issuer", f"in a running lab only {shown(COMPANY_ROOT)} signs certificates")

    def own(self, cast: Cast) -> tuple[CertificateUnit, str]:
        """The unit and its cluster. Raises NoSuch."""
        own = own_certificate(cast, self.certificate, self.cluster, "")
        if own.unit is None:
            raise NoSuch("certificate", "only a certificate of a cluster can be signed by another authority here")
        return own.unit, own.name

    def node_of(self, cast: Cast) -> str:
        """Empty for the publisher. Raises NoSuch."""
        return _node_of(cast, _Own(*self.own(cast)), self.node)

    def after(self, cast: Cast) -> Cast:
        unit, cluster = self.own(cast)
        return cast.with_regenerated(cluster) if unit is CertificateUnit.CAPF else cast

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        unit, cluster = self.own(names.cast)
        if unit is not CertificateUnit.CAPF:
            yield st.RenewOtherStep(cluster, unit, self.node_of(names.cast), names.certificate(self.issuer))
            yield from taken_up(names.fleet, cluster, unit, self.node_of(names.cast))
            return
        issuer = names.certificate(self.issuer)
        if issuer not in service_named(names.fleet, cluster, ServiceKind.CAPF).configured.trust:
            raise NoSuch(
                "issuer", f"{StoreName.CAPF} of {cluster} does not hold {shown(self.issuer)}; upload it there first"
            )
        yield st.SignCapfStep(cluster, issuer)
        yield from taken_up(names.fleet, cluster, unit, "")

    async def carry_out(self, lab: RunningLab) -> None:
        unit, cluster = self.own(lab.cast)
        await lab.sign_certificate(cluster, unit, self.node_of(lab.cast))


class UpdateCtl(Operation, frozen=True, kw_only=True, tag="update-ctl"):
    """`utils ctl update CTLFile`, in mixed mode only: phones are told the servers' present certificates."""

    TAKES_EFFECT: ClassVar[str] = "when the phone next starts or is reset"
    DUE: ClassVar[str] = "reset of the phones, which release 14SU2 and later do by themselves"

    cluster: str = ""

    def check(self, cast: Cast) -> None:
        cast.cluster(self.cluster)

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        cluster = names.cast.cluster(self.cluster)
        if not mode_ordered(names.fleet, cluster):
            problem = (
                f"{cluster} is not in mixed mode and has no CTL file; restart {ServiceName.TFTP} for a new ITL file"
            )
            raise NoSuch("cluster", problem)
        yield st.UpdateTrustListsStep(cluster)
        yield from ctl_file_taken_up(names.fleet, cluster)

    async def carry_out(self, lab: RunningLab) -> None:
        await lab.update_ctl(lab.cast.cluster(self.cluster))


class UpdateVpnGroup(Operation, frozen=True, kw_only=True, tag="update-vpn-group"):
    """Save the hash of the gateway's present certificate in the VPN group; a phone learns of it from its file."""

    TAKES_EFFECT: ClassVar[str] = "when the phone next reads its file"
    DUE: ClassVar[str] = "reset of the phones, before the gateway is restarted"

    server: str

    def check(self, cast: Cast) -> None:
        cast.server(self.server, gateways_only=True)

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.UpdateVpnGroupStep(names.cast.server(self.server, gateways_only=True))

    async def carry_out(self, lab: RunningLab) -> None:
        lab.update_vpn_group(lab.cast.server(self.server, gateways_only=True))


OPERATIONS = (
    UploadCertificate,
    DeleteCertificate,
    DefaultCaList,
    RegenerateCertificate,
    SignCertificate,
    UpdateCtl,
    UpdateVpnGroup,
)
