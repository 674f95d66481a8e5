"""Operations on services and clusters: starts and stops, the minimum TLS version, the cluster security mode; and time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar

from cisco_data import STORE_OF, ClusterSecurityMode, ServiceKind, ServiceName
from cisco_data.tls import TlsVersion
from lab.base.failures import InvalidInput, shown
from lab.operations import steps as st
from lab.operations.cast import Cast, NoSuch
from lab.operations.certificates import service_named, services_named
from lab.operations.operation import NamesInFleet, Operation
from lab.operations.running import RunningLab
from lab.operations.taken_up import rollback_taken_up
from lab.operations.values import in_utc, moment_named, tls_version_named
from lab.operations.words import EnterpriseParameter

_JUDGING = (ServiceName.CALLMANAGER, ServiceName.CAPF)
"""Services of a cluster that judge phones' certificates."""
MAX_SECONDS = 31 * 24 * 3600.0
"""Of lab time that one step may take with all timers running."""
MAX_DAYS = 36500
"""That a story may skip in all."""

# Start, stop, restart


class ControlService(Operation, frozen=True, kw_only=True):
    """One service of a cluster, or an authentication server or VPN gateway."""

    TAKES_EFFECT: ClassVar[str] = "at once"

    cluster: str = ""
    """May be left out where there is one only."""
    service: ServiceName | None = None
    server: str = ""
    """Instead of `cluster` and `service`: the authentication server or VPN gateway."""
    node: str = ""
    """Of the cluster; where it is left out, every node that runs the service, the publisher first."""

    def check(self, cast: Cast) -> None:
        place, service = self.place(cast)
        if service is not None:
            cast.node(place, self.node, service)

    def place(self, cast: Cast) -> tuple[str, ServiceName | None]:
        """Cluster and service, or server and None. Raises NoSuch."""
        if self.server:
            if self.cluster or self.node or self.service is not None:
                raise NoSuch("server", "a step names either a server, or a cluster and a service, not both")
            return cast.server(self.server), None
        if self.service is None:
            raise NoSuch(
                "", f'the key "service" is missing: {ServiceName.CALLMANAGER}, say; or server for another server'
            )
        return cast.cluster(self.cluster), self.service

    def node_of(self, cast: Cast) -> str:
        """The node that is named, empty for every one and for a server. Raises NoSuch."""
        place, service = self.place(cast)
        return "" if service is None else cast.node(place, self.node, service)

    def steps_of(
        self,
        names: NamesInFleet,
        change: str,
        of_server: Callable[[str], st.Step],
    ) -> Iterator[st.Step]:
        """One for each server of the fleet; one for all nodes of a service that judges no phone."""
        place, service = self.place(names.cast)
        if service is None:
            yield of_server(names.fleet.servers[place].name)
        elif service in _JUDGING:
            for server in services_named(names.fleet, place, ServiceKind[service.name], self.node_of(names.cast)):
                yield of_server(server.name)
        else:
            yield st.ControlServiceStep(place, service, change, self.node_of(names.cast))


class RestartService(ControlService, frozen=True, kw_only=True, tag="restart-service"):
    """Restart a service: what is configured counts from now on. One that is stopped is started."""

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield from self.steps_of(names, "restart", st.RestartStep)

    async def carry_out(self, lab: RunningLab) -> None:
        place, service = self.place(lab.cast)
        node = self.node_of(lab.cast)
        await (lab.restart_server(place) if service is None else lab.restart_service(place, service, node))


class StopService(ControlService, frozen=True, kw_only=True, tag="stop-service"):
    """Stop a service, and with it every connection to it."""

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield from self.steps_of(names, "stop", st.StopStep)

    async def carry_out(self, lab: RunningLab) -> None:
        place, service = self.place(lab.cast)
        node = self.node_of(lab.cast)
        await (lab.stop_server(place) if service is None else lab.stop_service(place, service, node))


class StartService(ControlService, frozen=True, kw_only=True, tag="start-service"):
    """Start a service that is stopped, with what is configured now."""

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield from self.steps_of(names, "start", st.StartStep)

    async def carry_out(self, lab: RunningLab) -> None:
        place, service = self.place(lab.cast)
        if service is None:
            lab.start_server(place)
        else:
            lab.start_service(place, service, self.node_of(lab.cast))


class SetClusterMode(Operation, frozen=True, kw_only=True, tag="set-cluster-mode"):
    """`utils ctl set-cluster mixed-mode` or `non-secure-mode`."""

    TAKES_EFFECT: ClassVar[str] = f"restart of {ServiceName.CALLMANAGER} and of {ServiceName.TFTP}"
    DUE: ClassVar[str] = f"{TAKES_EFFECT}, and reset of the phones"

    mode: ClusterSecurityMode
    cluster: str = ""

    def check(self, cast: Cast) -> None:
        cast.cluster(self.cluster)

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        cluster = names.cast.cluster(self.cluster)
        service_named(names.fleet, cluster, ServiceKind.CALLMANAGER)
        yield st.SetClusterModeStep(cluster, self.mode is ClusterSecurityMode.MIXED)

    async def carry_out(self, lab: RunningLab) -> None:
        lab.set_cluster_mode(lab.cast.cluster(self.cluster), self.mode)


class SetParameter(Operation, frozen=True, kw_only=True, tag="set-parameter"):
    """Set an enterprise parameter of a cluster."""

    DUE: ClassVar[str] = f"restart of {ServiceName.TFTP}, and reset of the phones, for TFTP File Signature Algorithm"
    TAKES_EFFECT: ClassVar[str] = f"restart of {ServiceName.TFTP}; the other parameters at once"

    name: EnterpriseParameter
    value: str
    cluster: str = ""

    def check(self, cast: Cast) -> None:
        from cisco_data.enterprise_parameters import values_of
        from cisco_data.release_table import UNNAMED_RELEASE

        cluster = cast.cluster(self.cluster)
        release = cast.release(cluster) or UNNAMED_RELEASE
        values = values_of(self.name, release)
        if not values:
            raise NoSuch("name", f"release {release.name} of {cluster} has no {self.name}")
        if self.value not in values:
            raise NoSuch(
                "value", f"{shown(self.value)} is no value of {self.name} in {cluster}; it has {', '.join(values)}"
            )

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        from cisco_data.enterprise_parameters import ON, ROLLBACK

        self.check(names.cast)
        cluster, fleet = names.cast.cluster(self.cluster), names.fleet
        yield st.SetParameterStep(cluster, self.name, self.value)
        if self.name == ROLLBACK:
            yield from rollback_taken_up(fleet, cluster, self.value == ON)

    async def carry_out(self, lab: RunningLab) -> None:
        self.check(lab.cast)
        await lab.set_parameter(lab.cast.cluster(self.cluster), self.name, self.value)


class SetMinimumTls(Operation, frozen=True, kw_only=True, tag="set-minimum-tls"):
    """`set tls min-version` of a cluster or, before release 15SU2, of one node; of every cluster where none is named; or of an
    authentication server.
    """

    DUE: ClassVar[str] = f"restart of {ServiceName.CALLMANAGER} and of CAPF, or of the server"
    TAKES_EFFECT: ClassVar[str] = f"{DUE} (a real node reboots)"

    version: str
    """`TLSv1`, `TLSv1.1`, `TLSv1.2`, `TLSv1.3`, or the number alone."""
    cluster: str = ""
    server: str = ""
    """Instead of `cluster`."""
    node: str = ""
    """Of the cluster; each where it is left out, and from release 15SU2 on, which sets it for the whole cluster."""

    def check(self, cast: Cast) -> None:
        version = self._version()
        self.node_of(cast)
        for place in self._places(cast):
            release = cast.release(place) if not self.server else None
            if release is not None and (why := release.wrong_minimum(version)):
                raise NoSuch("version", f"cluster {place}: {why}")

    def _version(self) -> TlsVersion:
        try:
            return tls_version_named(self.version)
        except InvalidInput as error:
            raise NoSuch("version", str(error)) from None

    def _places(self, cast: Cast) -> tuple[str, ...]:
        """Clusters, or the server."""
        if self.server and self.cluster:
            raise NoSuch("server", "a step names either a server or a cluster, not both")
        if self.server:
            server = cast.server(self.server)
            if server in cast.gateways:
                raise NoSuch("server", f"{server} is a VPN gateway, whose minimum TLS version this lab cannot set")
            return (server,)
        return (cast.cluster(self.cluster),) if self.cluster or self.node else cast.clusters

    def node_of(self, cast: Cast) -> str:
        """Empty for each. Raises NoSuch."""
        from cisco_data.release_table import MINIMUM_TLS_OF_CLUSTER, UNNAMED_RELEASE

        if not self.node:
            return ""
        if self.server:
            raise NoSuch("node", "only a cluster has nodes")
        (cluster,) = self._places(cast)
        node, release = cast.node(cluster, self.node), cast.release(cluster) or UNNAMED_RELEASE
        return "" if MINIMUM_TLS_OF_CLUSTER.of(release.name) else node

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        self.check(names.cast)
        version, node = self._version(), self.node_of(names.cast)
        for place in self._places(names.cast):
            if self.server:
                yield st.SetMinimumTlsStep(place, version)
                continue
            for kind in STORE_OF:
                if kind is ServiceKind.CAPF and node and node != names.cast.nodes[place][0].name:
                    continue  # it runs on the publisher only
                for server in services_named(names.fleet, place, kind, node):
                    yield st.SetMinimumTlsStep(server.name, version)

    async def carry_out(self, lab: RunningLab) -> None:
        self.check(lab.cast)
        version = str(self._version())
        for place in self._places(lab.cast):
            if self.server:
                lab.set_minimum_tls_of_server(place, version)
            else:
                lab.set_minimum_tls(place, version, self.node_of(lab.cast))


class Wait(Operation, frozen=True, kw_only=True, tag="wait"):
    """Let time pass: `seconds` with all timers running, `days` or until a moment in one leap."""

    TAKES_EFFECT: ClassVar[str] = "at once"

    seconds: float = 0.0
    """31 days of them at most."""
    days: int = 0
    until: Any = None
    """A date, or a date and time, of TOML's own kinds or as text; UTC where it names no zone."""

    def check(self, cast: Cast) -> None:
        for key, most in (("seconds", MAX_SECONDS), ("days", MAX_DAYS)):
            if not 0 <= getattr(self, key) <= most:
                raise NoSuch(key, f"this must be between 0 and {most:.0f}")
        if self.until is not None:
            if self.seconds or self.days:
                raise NoSuch("until", "a step waits either until a moment, or for seconds and days, not both")
            self.moment()

    def moment(self) -> datetime:
        """Of `until`. Raises NoSuch."""
        try:
            return moment_named(self.until)
        except InvalidInput as error:
            raise NoSuch("until", str(error)) from None

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        self.check(names.cast)
        now = names.fleet.at
        if self.until is None and not self.days:
            yield st.NoEffectStep("wait", seconds=self.seconds)
            return
        try:
            then = self.moment() if self.until is not None else in_utc(now + timedelta(self.days, self.seconds))
        except OverflowError:
            raise NoSuch("days", "the calendar ends before that") from None
        except InvalidInput as error:
            raise error if isinstance(error, NoSuch) else NoSuch("days", str(error)) from None
        if then < now:
            raise NoSuch("until", f"{then:%Y-%m-%d %H:%M}Z is before {now:%Y-%m-%d %H:%M}Z, and time only passes")
        yield st.SetDateStep(then)

    async def carry_out(self, lab: RunningLab) -> None:
        if self.until is not None:
            await lab.wait_until(self.moment())
        else:
            await lab.wait(self.seconds, timedelta(days=self.days))


OPERATIONS = (RestartService, StopService, StartService, SetClusterMode, SetParameter, SetMinimumTls, Wait)
