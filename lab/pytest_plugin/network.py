"""The `lab` of a test: what it holds, how it is built in, what is done to it, and how its phones are asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from cisco_data import STORE_OF, CertificateKind, DeviceSecurityMode, ServiceKind
from lab.base.failures import InvalidInput, shown, suggestion
from lab.base.language import ENGLISH
from lab.fleet import model as fl
from lab.fleet.findings import InputFinding
from lab.fleet.model import Fleet
from lab.operations.certificates import service_named
from lab.operations.effects import apply, apply_all
from lab.operations.steps import DeleteTrustListsStep, MoveStep, SetDateStep, Step
from lab.operations.table import operation_of
from lab.play.building import make_keys
from lab.pytest_plugin.assertion_log import AssertionLog
from lab.pytest_plugin.change_args import ChangeArgs, steps_of_args
from lab.pytest_plugin.devices import Gateway, PluginCapf, PluginCluster, PluginPhone, Radius
from lab.pytest_plugin.named import Named, edge_server, only
from lab.pytest_plugin.origin import Origin, moment
from lab.pytest_plugin.plainly import plainly
from lab.pytest_plugin.reply import Reply
from lab.pytest_plugin.scenario_builder import ScenarioBuilder
from lab.scenario.model import device_names
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.evaluate import ChangeRequest
from lab.whatif.fleet_names import FleetNames
from lab.whatif.impact_report import Outcome, ServiceAccess
from lab.whatif.initial_fleet import initial_fleet
from lab.whatif.judge import Judge, not_reached
from lab.whatif.names import cluster_named
from lab.whatif.trace_attempt import AttemptTrace, trace_attempt
from pki import KeyRing

FleetOperation = Callable[[Fleet, CredentialFactory], Collection[Step]]
OWN = "its own cluster"
"""Whose CAPF signed the LSC of a phone of which the test does not say."""


class _Built(NamedTuple):
    """The lab as it is, and who judges in it."""

    first: Fleet
    """Before anything was done."""
    now: Fleet
    phones: Mapping[str, fl.FleetPhone]
    """As they are now, by device name."""
    judge: Judge
    keys: KeyRing


class PluginLab:
    """A network in memory. Nothing runs: each request is a real handshake of two TLS engines, at the lab's time.

    It is put together when something is first asked, and once more when something is added after that; what was done to it
    is then done again.
    """

    def __init__(self, origin: Origin, log: AssertionLog) -> None:
        self.log = log
        self._origin = origin
        self._builder = ScenarioBuilder(origin.scenario) if origin.scenario is not None else None
        self._operations: list[FleetOperation] = []
        self._built: _Built | None = None

    # What it holds

    @property
    def name(self) -> str:
        """Of the story or the folder; `lab` for one that the test made."""
        return self._origin.name or "lab"

    @property
    def clusters(self) -> Named[PluginCluster]:
        """By name."""
        return Named("cluster", {name: PluginCluster(self, name) for name in self._cluster_names()})

    @property
    def phones(self) -> Named[PluginPhone]:
        """By device name, in their order; any spelling of a MAC will do, and the names that a story has for its phones."""
        devices = {device: PluginPhone(self, device) for device in self._device_names()}
        return Named("phone", devices, {**self._origin.phones, **self._own_names()})

    @property
    def servers(self) -> Named[Radius | Gateway]:
        """Authentication servers and VPN gateways, by name."""
        kinds: dict[ServiceKind, type[Radius | Gateway]] = {ServiceKind.DOT1X: Radius, ServiceKind.VPN: Gateway}
        there = [server for server in self.fleet.servers.values() if server.kind in kinds]
        return Named("server", {server.name: kinds[server.kind](self, server.name) for server in there})

    @property
    def findings(self) -> tuple[InputFinding, ...]:
        """What is wrong with the exports that it was read from; the rest went on without it."""
        return self._origin.findings

    @property
    def story_failed(self) -> str:
        """Why the story of the mark did not go as it says; empty where it did, and where there is none."""
        return self._origin.story_failed

    @property
    def fleet(self) -> Fleet:
        """The lab as what-if's own data."""
        return self._state().now

    @property
    def keys(self) -> KeyRing:
        return self._state().keys

    @property
    def at(self) -> datetime:
        """When certificates are judged, in UTC. Settable, as a datetime or as text like `2031-01-31`."""
        return self.fleet.at

    @at.setter
    @plainly
    def at(self, written: datetime | str) -> None:
        __tracebackhide__ = True
        then = moment(written)
        self.carry_out(lambda *_: (SetDateStep(then),))

    # How it is built in

    @plainly
    def cluster(self, name: str = "hq", **words: Any) -> PluginCluster:
        """One more cluster. Words: the keys of `[clusters.NAME]` in a scenario file, with `_` for `-`."""
        __tracebackhide__ = True
        self._building().add_cluster(name, words)
        return PluginCluster(self, name)

    @plainly
    def phone(
        self,
        name: str = "",
        *,
        model: str = "8861",
        cluster: PluginCluster | str | None = None,
        profile: str = DeviceSecurityMode.ENCRYPTED,
        lsc: PluginCluster | PluginCapf | str | None = OWN,
        **words: Any,
    ) -> PluginPhone:
        """One more phone. Words: the keys of `[phones.NAME]` in a scenario file, with `_` for `-`.

        Args:
            cluster: the lab's only one where left out.
            lsc: whose CAPF signed its LSC; its own cluster's where left out, None for a phone without LSC.
        """
        __tracebackhide__ = True
        home = str(cluster or self.only_cluster())
        words |= {"model": model, "cluster": home, "profile": profile, "lsc": home if lsc == OWN else lsc}
        return PluginPhone(self, self._building().add_phone(name, words))

    @plainly
    def radius(self, name: str = "ise", **words: Any) -> Radius:
        """One more 802.1X authentication server. Words: the keys of `[radius.NAME]` in a scenario file.

        `trusts` left out: the CAPFs of all clusters that there are by now, and the authorities that signed MICs.
        """
        __tracebackhide__ = True
        self._building().add_radius(name, words)
        return Radius(self, name)

    @plainly
    def gateway(self, name: str = "asa", **words: Any) -> Gateway:
        """One more VPN gateway. Words: the keys of `[vpn.NAME]` in a scenario file; `trusts` as of an authentication server."""
        __tracebackhide__ = True
        self._building().add_gateway(name, words)
        return Gateway(self, name)

    def only_cluster(self) -> PluginCluster:
        """The only one; made where there is none and may be one. Raises InvalidInput where there are several."""
        if not self._cluster_names() and self._builder is not None:
            return self.cluster()
        return only("cluster", self.clusters)

    def only_phone(self) -> PluginPhone:
        """Likewise."""
        if not self._device_names() and self._builder is not None:
            return self.phone()
        return only("phone", self.phones)

    # What is done to it

    @plainly
    def change(self, **words: Any) -> None:
        """Do what `trust_change` asks about: the same words; services that it touches are restarted, unless it is a plan."""
        __tracebackhide__ = True
        wanted = ChangeArgs(**words)
        self.carry_out(lambda fleet, factory: steps_of_args(fleet, factory, wanted, self._origin.folder)[0])

    @plainly
    def do(self, word: str, **keys: Any) -> None:
        """Do one operation, as a step of a scenario or a plan does it: `lab.do("restart-service", server="ise")`.

        Args:
            word: of the operation; `_` may stand for `-` here and in the keys.
            keys: of its table. A cluster, a server, a CAPF or a phone of this lab stands for its name.
        """
        __tracebackhide__ = True
        operation = operation_of({"do": word.replace("_", "-"), **_as_toml(keys)})
        folder = self._origin.folder
        self.carry_out(lambda fleet, factory: tuple(operation.steps(FleetNames(fleet, folder))))

    def carry_out(self, operation: FleetOperation) -> None:
        """Raises InvalidInput for what cannot be done; then nothing was done."""
        built = self._state()
        factory = built.judge.factory
        now = apply_all(built.now, operation(built.now, factory), factory)
        self._built = built._replace(now=now, phones=_by_name(now))
        self._operations.append(operation)

    @property
    def folder(self) -> Path:
        """Where relative paths begin."""
        return self._origin.folder

    def request(self, words: ChangeArgs) -> tuple[ChangeRequest, CredentialFactory]:
        """The lab, and what the words mean here and now, looked up in a factory of their own. Raises InvalidInput."""
        fleet = self.fleet
        factory = CredentialFactory(fleet, self.keys)
        steps, odd = steps_of_args(fleet, factory, words, self._origin.folder)
        return ChangeRequest(fleet, steps, self.name, (*self.findings, *odd)), factory

    # How its phones are asked

    def evaluate(
        self,
        phone: PluginPhone,
        kind: ServiceKind,
        does: str,
        *,
        cluster: str = "",
        server: str = "",
        precedence: str = "",
    ) -> Reply:
        """`does`: what the phone does where all is well. Raises InvalidInput for names that mean nothing here."""
        built = self._state()
        fleet, judge = built.now, built.judge
        now = self.phone_now(phone.device_name)
        if kind in STORE_OF:
            name = cluster_named(fleet, cluster) if cluster else now.cluster
            if name != now.cluster:  # as if it had been moved there, and its lists been deleted
                moved = apply(replace(fleet, phones=(now,)), MoveStep(name), judge.factory)
                deleted = DeleteTrustListsStep(frozenset({now.device_name}), "menu")
                (now,) = apply(moved, deleted, judge.factory).phones
            target = service_named(fleet, name, kind)
        else:
            target = edge_server(fleet, now, kind, server)
        if precedence:
            kinds = {str(kind): kind for kind in CertificateKind}
            if precedence not in kinds:
                raise InvalidInput(f"there is no precedence to {shown(precedence)}{suggestion(precedence, kinds)}")
            now = replace(now, capf_mode=fl.MODE_OF_PRECEDENCE[kinds[precedence]])
        if kind is ServiceKind.CALLMANAGER and not (now.is_secure and target.mixed):
            plain = ServiceAccess(not_reached(now, target) or Outcome(True))
            return Reply(now, target, plain, does, self.log, lambda: AttemptTrace((), None))
        if own := [each for each in fleet.services_of(now) if each.kind is kind and not server]:
            target, access, _ = judge.reached(fleet, now, own)
        else:
            access = judge.access(fleet, now, target)
        noted = partial(trace_attempt, judge, fleet, now, target, ENGLISH)
        return Reply(now, target, access, does, self.log, noted)

    def phone_now(self, device_name: str) -> fl.FleetPhone:
        return self._state().phones[device_name]

    def cluster_named(self, text: str) -> str:
        """Raises InvalidInput, with what there is."""
        return cluster_named(self.fleet, text)

    # How it is put together

    def _building(self) -> ScenarioBuilder:
        if self._builder is None:
            raise InvalidInput(
                f"nothing can be added to {self.name}: only a lab that a test made, or a scenario, can grow"
            )
        self._built = None
        return self._builder

    def _state(self) -> _Built:
        if self._built is None:
            fleet, keys = self._begun()
            factory = CredentialFactory(fleet, keys)
            now = fleet
            for operation in self._operations:
                now = apply_all(now, operation(now, factory), factory)
            self._built = _Built(fleet, now, _by_name(now), Judge(factory), keys)
        return self._built

    def _begun(self) -> tuple[Fleet, KeyRing]:
        if self._builder is None:
            assert self._origin.fleet is not None
            assert self._origin.keys is not None
            return self._origin.fleet, self._origin.keys
        scenario = self._builder.scenario
        keys = make_keys(scenario, self._origin.pool)
        return initial_fleet(scenario, keys), keys

    def _cluster_names(self) -> list[str]:
        return list(self._builder.scenario.clusters) if self._builder is not None else self.fleet.clusters

    def _device_names(self) -> list[str]:
        if self._builder is not None:
            return list(device_names(self._builder.scenario).values())
        return [phone.device_name for phone in self.fleet.phones]

    def _own_names(self) -> dict[str, str]:
        return device_names(self._builder.scenario) if self._builder is not None else {}

    def __repr__(self) -> str:
        return f"<Lab {self.name}: {len(self._cluster_names())} clusters, {len(self._device_names())} phones>"


def _by_name(fleet: Fleet) -> dict[str, fl.FleetPhone]:
    return {phone.device_name: phone for phone in fleet.phones}


def _as_toml(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Keys and values as a file would have them."""
    return {key.replace("_", "-"): _value(value) for key, value in keys.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(each) for each in value]
    return value if isinstance(value, str | int | float | date) else str(value)
