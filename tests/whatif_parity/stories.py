"""A story played over real sockets, with what-if's word on every attempt of a phone before anybody has judged it.

The moment is the ClientHello: the service has heard the phone and nothing else. The lab as it is then becomes a fleet, and nothing
that happens later is looked at. What happened is read from the journal of the same connection when the story is over.
"""

from __future__ import annotations

import errno
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

from cisco_data import ServiceKind
from journal import Event
from lab.fleet.model import Fleet, FleetPhone, FleetServer, Settings
from lab.play.building import make_keys
from lab.play.runner import play
from lab.running.lab import Lab, key_pool
from lab.running.snapshot import fleet_of
from lab.scenario import gallery
from lab.scenario import model as sc
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.impact_report import SERVER_NOT_TRUSTED, Outcome, ServiceAccess
from lab.whatif.in_memory_handshake import actor_of
from lab.whatif.initial_fleet import initial_fleet
from lab.whatif.judge import Judge
from phone_sim.boot import BootState
from phone_sim.events import CertificateChosen, CertificateMissing, ServerUnreachable, StateChanged
from pki import KeyRing
from tests.whatif_parity.conftest import as_exported, facts, ring_apart
from tests.whatif_parity.happened import NotAboutCertificates, happened, tls_of
from tests.whatif_parity.operations import OperationsDone
from wire.tls import ClientHelloSeen

JUDGED = gallery.names()
"""Stories whose attempts what-if judges: all."""
_TRIGGERS = (ClientHelloSeen, ServerUnreachable)
_CHOICES = (CertificateChosen, CertificateMissing)
"""What a phone notes before it says hello, except to CAPF."""
_SERVICES = {"SCCP": ServiceKind.CALLMANAGER, "CAPF": ServiceKind.CAPF, "VPN": ServiceKind.VPN}


class Attempt(NamedTuple):
    """A phone has said hello to a service, or found nobody there."""

    story: str
    began: Event
    fleet: Fleet
    """The lab at that moment."""

    def find(self, events: Iterable[Event]) -> tuple[list[Event], str]:
        """What both ends noted from then on, up to the next attempt on a connection of that name; and the device."""
        mine: list[Event] = []
        for event in events:
            if event.connection != self.began.connection:
                continue
            if event.seq < self.began.seq:
                mine = [event] if isinstance(event, _CHOICES) else mine
            elif event.seq > self.began.seq and isinstance(event, (ClientHelloSeen, *_CHOICES)):
                break
            else:
                mine.append(event)
        names = {phone.device_name for phone in self.fleet.phones}
        return mine, next(event.actor for event in mine if event.actor in names)


@dataclass
class Tally:
    """What was compared, and what not and why."""

    whole: Counter[str] = field(default_factory=Counter)
    """To the end, by service and result."""
    in_tls: Counter[str] = field(default_factory=Counter)
    """Up to the end of TLS only: why no further."""
    left_out: Counter[str] = field(default_factory=Counter)
    by_rekeyed: int = 0
    by_cast: int = 0
    """Foretold from the cast alone, before anything ran."""
    by_steps: int = 0
    """Foretold from the cast and what-if's own steps, after somebody had changed something."""
    lost: Counter[str] = field(default_factory=Counter)
    """Why nothing could be foretold from the steps, by the attempts for which that is so."""

    def add(self, other: Tally) -> None:
        self.whole += other.whole
        self.in_tls += other.in_tls
        self.left_out += other.left_out
        self.by_rekeyed += other.by_rekeyed
        self.by_cast += other.by_cast
        self.by_steps += other.by_steps
        self.lost += other.lost


class Prophet:
    """What-if, asked about one moment of a story after the other: the authorities are learnt as they appear."""

    def __init__(self, keys: KeyRing, *, exported: bool) -> None:
        self._keys = keys
        self._exported = exported
        self._judge: Judge | None = None

    @property
    def factory(self) -> CredentialFactory:
        """Once it was asked."""
        assert self._judge is not None
        return self._judge.factory

    def access(self, fleet: Fleet, device: str, server_name: str) -> ServiceAccess:
        if self._exported:
            fleet = exported(fleet)
        if self._judge is None:
            self._judge = Judge(CredentialFactory(fleet, self._keys))
        self._judge.factory.learn(fleet)
        phone = next(phone for phone in fleet.phones if phone.device_name == device)
        server = fleet.servers[server_name]
        assert server in fleet.services_of(phone), f"what-if does not know that {device} uses {server_name}"
        return self._judge.access(fleet, phone, server)


def exported(fleet: Fleet) -> Fleet:
    """The same network as a folder of exports shows it: nobody's keys, no trust lists, no hashes of gateways."""

    def bare(settings: Settings | None) -> Settings | None:
        return replace(settings, identity=None) if settings is not None else None

    def stripped(server: FleetServer) -> FleetServer:
        configured = bare(server.configured)
        assert configured is not None
        return replace(server, configured=configured, in_use=bare(server.in_use))

    def anonymous(phone: FleetPhone) -> FleetPhone:
        return replace(
            phone,
            lsc=as_exported(phone.lsc),
            mic=as_exported(phone.mic),
            lists=None,
            kept=None,
            dot1x_trusted_servers=None,
            vpn_group=None,
        )

    return replace(
        fleet,
        servers={name: stripped(server) for name, server in fleet.servers.items()},
        phones=tuple(map(anonymous, fleet.phones)),
        identities=(),
    )


class Download(NamedTuple):
    """A phone is about to ask its TFTP servers for its files."""

    story: str
    began: Event
    fleet: Fleet
    """The lab at that moment."""


class Watched(NamedTuple):
    attempts: list[Attempt]
    downloads: list[Download]
    events: list[Event]
    cast: Fleet
    scenario: sc.Scenario


def watch(scenario: sc.Scenario) -> Watched:
    """Play a story, and take down the lab at each attempt."""
    worlds: list[Lab] = []
    attempts: list[Attempt] = []
    downloads: list[Download] = []

    def note(event: Event) -> None:
        if isinstance(event, StateChanged) and event.next_state == BootState.DOWNLOADING.value:
            downloads.append(Download(scenario.name, event, fleet_of(worlds[0])))
        if isinstance(event, _TRIGGERS):
            attempts.append(Attempt(scenario.name, event, fleet_of(worlds[0])))

    cast = initial_fleet(scenario, make_keys(scenario, key_pool()))
    result = play(scenario, keys=make_keys(scenario, key_pool()), subscribers=(note,), watch=worlds.append)
    assert result.passed
    return Watched(attempts, downloads, result.events, cast, scenario)


def compare(watched: Watched) -> Tally:
    """Every attempt of a story: AssertionError where what-if says something else than what happened."""
    tally = Tally()
    own, rekeyed = Prophet(ring_apart(), exported=False), Prophet(ring_apart(), exported=True)
    keys = ring_apart()
    operations = OperationsDone(watched.scenario, watched.cast, watched.events, CredentialFactory(watched.cast, keys))
    steps = Prophet(keys, exported=False)
    for attempt in watched.attempts:
        if isinstance(attempt.began, ServerUnreachable):
            _nobody_there(attempt, own, tally)
            continue
        server = server_of(attempt)
        if server is None:
            continue
        mine, device = attempt.find(watched.events)
        said = own.access(attempt.fleet, device, server.name)
        assert said.outcome is not None, said.why_not
        expected = operations.fleet_at(attempt.began.seq)
        unknown = _unknown(expected, device, server.name) if expected is not None else operations.lost
        if expected is not None and not unknown and _under_way(expected, attempt.fleet, device):
            unknown = "under-way"
        if expected is None or unknown:
            tally.lost[unknown] += 1
        else:
            by_steps = steps.access(replace(expected, at=attempt.fleet.at), device, server.name)
            assert by_steps.outcome is not None, by_steps.why_not
            assert facts(by_steps.outcome) == facts(said.outcome), _where(attempt, device)
            tally.by_cast += expected is watched.cast
            tally.by_steps += expected is not watched.cast
        real = _compared(attempt, server.kind, mine, device, said.outcome, tally)
        if real is None or real.alert_direction == "write" or real.reason in ("host ID", SERVER_NOT_TRUSTED):
            continue  # the phone's own refusal: no export tells whom phones trust
        by_rekeyed = rekeyed.access(attempt.fleet, device, server.name)
        assert by_rekeyed.outcome is not None, by_rekeyed.why_not
        assert facts(by_rekeyed.outcome) == facts(said.outcome), _where(attempt, device)
        tally.by_rekeyed += 1
    return tally


def _unknown(fleet: Fleet, device: str, server_name: str) -> str:
    """Why the fleet says that it cannot judge this phone at this server; empty where it can."""
    (phone,) = [phone for phone in fleet.phones if phone.device_name == device]
    unjudged = fleet.unjudged_at(phone, fleet.servers[server_name])
    return str(unjudged.reason) if unjudged is not None else ""


def at_address(attempt: Attempt, servers: Sequence[FleetServer]) -> FleetServer:
    """Of several nodes' servers, the one that did not answer; the first where the address tells none of them."""
    address = getattr(attempt.began, "address", "")
    trust = attempt.fleet.trust
    nodes = {node.name for each in trust.values() for node in each.nodes if node.address == address}
    return next((server for server in servers if server.node in nodes), servers[0])


def _under_way(expected: Fleet, now: Fleet, device: str) -> bool:
    """Whether an operation of several steps has set the phone's page, and is not done."""
    page, own = (next(one for one in fleet.phones if one.device_name == device) for fleet in (now, expected))
    return page.pending is not None and page.mode_at_capf != own.mode_at_capf


def server_of(attempt: Attempt) -> FleetServer | None:
    """Whose journal the hello is in; None for TVS, Cisco Tftp and Tomcat, which judge no phone."""
    actor = attempt.began.actor
    for server in attempt.fleet.servers.values():
        own = actor_of(server.kind, server.name, server.cluster)
        if (own.cluster, own.service) == (actor.cluster, actor.service) and server.node in ("", actor.node):
            return server
    assert actor.service in ("tvs", "tftp", "tomcat"), actor
    return None


def _compared(
    attempt: Attempt, kind: ServiceKind, events: list[Event], device: str, said: Outcome, tally: Tally
) -> Outcome | None:
    where, service = _where(attempt, device), attempt.began.actor
    try:
        real = happened(kind, events, device, service)
    except NotAboutCertificates as reason:
        try:
            tls = tls_of(events, device, service)
        except NotAboutCertificates as broken:
            tally.left_out[str(broken)] += 1
            return None
        assert tls.accepted
        assert said.accepted or said.cause, f"{where}: TLS came up, and what-if said {said}"
        tally.in_tls[str(reason)] += 1
        return tls
    if kind is ServiceKind.CAPF and not real.accepted and not real.cause:
        said = replace(said, kind="")  # the phone has chosen none when TLS ends
    assert facts(said) == facts(real), where
    tally.whole[f"{kind}, {'accepted' if real.accepted else 'refused'}"] += 1
    return real


def _nobody_there(attempt: Attempt, own: Prophet, tally: Tally) -> None:
    """A service that does not run, where the phone wants TLS with it and the way there is open."""
    began, fleet = attempt.began, attempt.fleet
    assert isinstance(began, ServerUnreachable)
    if began.service in ("TVS", "TFTP"):
        return  # what a phone asks it is part of another attempt, or of its files
    phone = next(phone for phone in fleet.phones if phone.device_name == began.actor)
    kind = _SERVICES.get(began.service)
    servers = [server for server in fleet.services_of(phone) if server.kind is kind]
    if not servers:
        return  # a phone that speaks no TLS there
    if began.error != errno.ECONNREFUSED:
        tally.left_out["nobody there, and not by TLS"] += 1
        return
    said = own.access(fleet, began.actor, at_address(attempt, servers).name).outcome
    assert said is not None
    assert said.reason == "stopped", _where(attempt, began.actor)
    tally.whole[f"{kind}, stopped"] += 1


def _where(attempt: Attempt, device: str) -> str:
    return f"{attempt.story}: {device} at {attempt.began.actor}, event {attempt.began.seq}"


@cache
def watched(name: str) -> Watched:
    """`watch`, once in a process: verdicts and explanations are compared with the same attempts."""
    return watch(gallery.story(name))


@cache
def compared(name: str) -> Tally:
    """`compare`, once in a process."""
    return compare(watched(name))


def stories(*, edge: bool) -> list[str]:
    """Those of the gallery in which an authentication server or a gateway takes part, or the others."""
    found = {name: tomllib.loads((gallery.FOLDER / f"{name}.toml").read_text("utf-8")) for name in JUDGED}
    return [name for name, tables in found.items() if edge is not {"radius", "vpn"}.isdisjoint(tables)]


def total(names: Iterable[str]) -> Tally:
    tally = Tally()
    for name in names:
        tally.add(compared(name))
    return tally
