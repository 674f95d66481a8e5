"""How each phone stands with each service at one moment; what was asked before is remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace
from datetime import datetime
from enum import Enum
from itertools import groupby
from typing import NamedTuple

from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import CertificateKind, ServiceKind, ServiceName
from lab.base.language import ENGLISH, Catalogue
from lab.fleet.model import Described, Fleet, FleetPhone, FleetServer, Pending, Settings, Unjudged, UnjudgedReason
from lab.fleet.told import not_told
from lab.operations.sentences import why_not as why_not_judged
from lab.whatif.credential_factory import CredentialFactory, NotRekeyable
from lab.whatif.impact_report import ELSEWHERE, SERVER_NOT_TRUSTED, Outcome, ServerTrust, ServiceAccess, Use, Verdict
from lab.whatif.in_memory_handshake import HandshakeRunner, PhoneCredentials
from lab.whatif.trust.held import NotTold
from lab.whatif.trust.servers import ServerJudged
from phone_sim.preference import prefer
from phone_sim.trust.servers import ListedServers
from pki import Identity, TrustStore
from wire.tls import TlsProfile, TlsUnavailable

STOPPED, OTHER_ADDRESS = Outcome(False, reason="stopped"), Outcome(False, reason=ELSEWHERE)
"""Of a service that does not run, and of one that is not where the phone's configuration says."""
FILES_TAKEN, FILES_REFUSED = Outcome(True), Outcome(False, reason="files refused")
"""Of Cisco Tftp, which judges no phone."""
_Key = tuple[object, ...]


class Refusals(NamedTuple):
    """Of one moment; names of the servers by phone and service."""

    refused: dict[Use, str]
    """By either end."""
    unknown: dict[Use, str]
    """What cannot be told is not refused."""
    distrusted: dict[Use, str]
    """Those of `refused` where the phone refuses the server, or its files."""


class ReachedServer(NamedTuple):
    """Where a phone ends up among its servers of one kind."""

    server: FleetServer
    """The one that accepts it; where none does, the one whose answer counts."""
    access: ServiceAccess
    refused: tuple[str, ...] = ()
    """Names of the others that refuse it, where this one accepts it."""


_FAILS_OVER = frozenset({ServiceKind.CALLMANAGER, ServiceKind.VPN})
"""Kinds of which a phone that is refused tries its next server.

CallManager: the members of its CallManager Group in turn (SIPCC: a TLS error is a reason to register with the standby). VPN: the
next URL of its group after a critical error (CUCM Security Guide). Assumed: a refused certificate is such an error. At the others
only a server that does not run is passed over: to a switch an Access-Reject is the answer (RFC 3579 2.1), and CAPF's LSCs are of
one key.
"""


class Judge:
    """Tries phones at servers by handshakes in memory, and never the same twice."""

    def __init__(
        self, factory: CredentialFactory, check_interrupt: Callable[[], None] = lambda: None, say: Catalogue = ENGLISH
    ) -> None:
        """
        Args:
            check_interrupt: is called before each phone and service that was not asked about yet, and may end it all.
            say: tells why nothing can be said after an operation.
        """
        self._say = say
        self.factory = factory
        self._check_interrupt = check_interrupt
        self.handshakes = 0
        """Made so far."""
        self._lessons = factory.lessons
        self._runners: dict[datetime, HandshakeRunner] = {}
        self._accesses: dict[ServiceAccess, ServiceAccess] = {}
        self._identities: dict[_Key, tuple[int, tuple[object, ...]]] = {}
        """Numbers of phones, and what must live on so that the identities in a key stay unique."""
        self._numbers: dict[int, tuple[int, FleetPhone]] = {}
        self._credentials: dict[int, PhoneCredentials | str] = {}
        self._known: dict[_Key, ServiceAccess] = {}
        self._settings: dict[_Key, Settings] = {}
        """By content, the first of each."""
        self._alike: dict[int, tuple[Settings, Settings]] = {}
        """By identity: settings, which must live on, and the first ones that are alike."""

    def access(self, fleet: Fleet, phone: FleetPhone, server: FleetServer) -> ServiceAccess:
        """What becomes of the phone at this server of the fleet now, with each of its certificates."""
        if why_not := not_told(phone, server, fleet.at):
            return ServiceAccess(None, why_not=why_not)
        unjudged = fleet.unjudged_at(phone, server) if fleet.unjudged else None
        by_lists = unjudged is not None and unjudged.reason is UnjudgedReason.LISTS_NOT_TOLD
        if unjudged is not None and not by_lists:
            return ServiceAccess(None, why_not=why_not_judged(unjudged, self._say))
        if (unreached := not_reached(phone, server)) is not None:
            return ServiceAccess(unreached)
        try:
            judged = self.factory.trust.server(fleet, phone, server)
        except NotTold as why:
            why_not = self._why_not(why)
            return ServiceAccess(None, why_not=why_not, server=ServerTrust(None, why_not=why_not))
        self._forget()
        assert server.in_use is not None, "it is reached"
        settings = self._first_alike(server.in_use)
        number = self._number(phone.going)
        known = self._handshake(fleet.at, phone.going, server, settings, number, judged)
        if by_lists and known.accepted:  # where the server refuses the phone, lists are no matter
            trust = ServerTrust(None, why_not=phone.lists_not_told)
            return self._once(ServiceAccess(None, why_not=phone.lists_not_told, server=trust))
        return known if judged is None else self._both_directions(known, judged)

    def _why_not_judged(self, unjudged: Unjudged, phone: FleetPhone) -> str:
        """Of lists that the inputs could not tell, in their own words."""
        if unjudged.reason is UnjudgedReason.LISTS_NOT_TOLD:
            return phone.lists_not_told
        return why_not_judged(unjudged, self._say)

    def _why_not(self, why: NotTold) -> str:
        return why.why or self._say(f"whatif-trust.{why.key}", cluster=why.cluster)

    def files(self, fleet: Fleet, phone: FleetPhone) -> ReachedServer | None:
        """Whether the phone takes the lists and the configuration of its TFTP server now.

        None where its lists are not known, unless the inputs should have told them and a step matters to it by them.
        """
        server = tftp_server(phone.cluster)
        if phone.lists is None and not (phone.lists_not_told and fleet.unjudged_at(phone, server)):
            return None
        why_not = self.files_not_told(fleet, phone, server)
        if not why_not:
            try:
                found = self.factory.trust.boot(fleet, phone)
            except NotTold as why:
                why_not = self._why_not(why)
            else:
                assert found is not None, "its lists are known"
                outcome = FILES_TAKEN if found.files.accepted else FILES_REFUSED
                return ReachedServer(server, self._once(ServiceAccess(outcome, server=found.files)))
        return ReachedServer(server, ServiceAccess(None, why_not=why_not, server=ServerTrust(None, why_not=why_not)))

    def files_not_told(self, fleet: Fleet, phone: FleetPhone, server: FleetServer) -> str:
        """Why nothing can be said of the files that the phone gets there; empty where something can."""
        why_not = not_told(phone, server, fleet.at)
        unjudged = fleet.unjudged_at(phone, server) if fleet.unjudged and not why_not else None
        return self._why_not_judged(unjudged, phone) if unjudged is not None else why_not

    def _handshake(
        self,
        at: datetime,
        phone: FleetPhone,
        server: FleetServer,
        settings: Settings,
        number: int,
        judged: ServerJudged | None,
    ) -> ServiceAccess:
        """What the server makes of the phone, and, where the phone refuses it in TLS, that."""
        listed = judged.listed if judged is not None and judged.in_tls else None
        if judged is not None and judged.decision.trusted and settings.identity is None:
            listed = None  # a certificate of the lab's stands in
        key = at, server.kind, server.name, id(settings), number, listed
        known = self._known.get(key)
        if known is None:
            credentials = self._credentials_of(phone, number)
            known = self._known[key] = self._ask(at, phone, server, settings, credentials, listed)
        return known

    def _both_directions(self, access: ServiceAccess, judged: ServerJudged) -> ServiceAccess:
        """With the phone's word on the server. What it does not trust it closes, before anything is said after TLS."""
        if judged.decision.trusted:
            return self._once(replace(access, server=judged.trust))

        def closed(outcome: Outcome | None) -> Outcome | None:
            if outcome is None or outcome.reason not in _AFTER_TLS:
                return outcome
            return Outcome(False, outcome.kind, SERVER_NOT_TRUSTED)

        return self._once(
            ServiceAccess(closed(access.outcome), closed(access.lsc), closed(access.mic), access.why_not, judged.trust)
        )

    def _once(self, access: ServiceAccess) -> ServiceAccess:
        """The same object for what is the same: phones that fare alike are found by it."""
        return self._accesses.setdefault(access, access)

    def reach(self, fleet: Fleet, phone: FleetPhone) -> Iterator[ReachedServer]:
        """What becomes of the phone at each kind of service that it uses, with failover: one result a kind and cluster.

        It starts now, and meets each server with what it took then; and at CallManager also without a start, by what it has: the
        worse of both counts. Of Cisco Tftp, whether it takes the lists and the configuration file.
        """
        now = self._reached(fleet, self.factory.trust.started(fleet, phone))
        in_service = not phone.offline and (phone.kept is None or phone.kept.cluster)
        as_it_is = self._reached(fleet, phone) if in_service and phone.lists is not None else []
        for found in now:
            if found.server.kind is ServiceKind.CALLMANAGER:
                found = next((each for each in as_it_is if _is_worse(each, found)), found)
            yield found
        files = self.files(fleet, phone)
        if files is not None:
            yield files

    def as_met(self, fleet: Fleet, phone: FleetPhone, server: FleetServer, access: ServiceAccess) -> FleetPhone:
        """The phone of which `reach` says this at this server: as it is, or as it is when it has started."""
        if server.kind is ServiceKind.TFTP:
            return phone
        started = self.factory.trust.started(fleet, phone)
        return phone if self.access(fleet, started, server) != access else started

    def _reached(self, fleet: Fleet, phone: FleetPhone) -> list[ReachedServer]:
        """By the lists and the configuration that the phone has."""
        groups = groupby(fleet.services_of(phone), key=lambda server: (server.kind, server.cluster))
        return [self.reached(fleet, phone, servers) for _, servers in groups]

    def reached(self, fleet: Fleet, phone: FleetPhone, servers: Iterable[FleetServer]) -> ReachedServer:
        """The same for these servers of one kind, at least one, by priority."""
        tried = [ReachedServer(server, self.access(fleet, phone, server)) for server in servers]
        return tried[0] if len(tried) == 1 else _failed_over(tried)

    def refusals(self, fleet: Fleet, *, offline: bool = False) -> Refusals:
        """Every phone at every kind of service that it uses, as far as it is refused or cannot be judged.

        Args:
            offline: also phones that are off, which lose nothing until they come back.
        """
        self.factory.learn(fleet)
        found = Refusals({}, {}, {})
        for phone in fleet.phones:
            if phone.offline and not offline:
                continue
            for server, access, _ in self.reach(fleet, phone):
                if access.accepted:
                    continue
                use = Use(phone.device_name, server.kind)
                (found.unknown if access.outcome is None else found.refused)[use] = server.name
                if access.outcome is not None and access.server is not None and access.server.accepted is False:
                    found.distrusted[use] = server.name
        return found

    def credentials(self, phone: FleetPhone) -> PhoneCredentials | str:
        """The phone with certificates to handshake with, or why it can have none."""
        return self._credentials_of(phone, self._number(phone))

    def _credentials_of(self, phone: FleetPhone, number: int) -> PhoneCredentials | str:
        known = self._credentials.get(number)
        if known is None:
            try:
                known = self.factory.credentials(phone)
            except NotRekeyable as problem:
                known = str(problem)
            self._credentials[number] = known
        return known

    def _number(self, phone: FleetPhone) -> int:
        """The same for phones that are made of the same: steps make new ones all the time that are as they were before."""
        found = self._numbers.get(id(phone))
        if found is None:
            identity, kept = _identity(phone)
            number, _ = self._identities.setdefault(identity, (len(self._identities), kept))
            found = self._numbers[id(phone)] = number, phone
        return found[0]

    def _first_alike(self, settings: Settings) -> Settings:
        """The same object for the same content: each order of the same steps leads a service to the same settings."""
        found = self._alike.get(id(settings))
        if found is None:
            found = self._alike[id(settings)] = settings, self._settings.setdefault(_content(settings), settings)
        return found[1]

    def runner(self, at: datetime) -> HandshakeRunner:
        if at not in self._runners:
            self._runners[at] = HandshakeRunner(at)
        return self._runners[at]

    def forget(self) -> None:
        """What is known of single phones. Contexts stay: they cost most, and are the same for all."""
        self._known.clear()
        self._credentials.clear()
        self._numbers.clear()
        self._identities.clear()
        self.factory.forget()

    def _forget(self) -> None:
        """What was found with re-keyed certificates without a known signer, now that more authorities are known."""
        if self._lessons != self.factory.lessons:
            self._lessons = self.factory.lessons
            self.forget()

    def _ask(
        self,
        at: datetime,
        phone: FleetPhone,
        server: FleetServer,
        settings: Settings,
        credentials: PhoneCredentials | str,
        listed: ListedServers | None,
    ) -> ServiceAccess:
        self._check_interrupt()
        if isinstance(credentials, str):
            return ServiceAccess(None, why_not=credentials)
        runner, trust = self.runner(at), settings.trust
        playable = self.factory.settings(settings)
        asked: dict[CertificateKind | None, Outcome] = {}
        held: list[CertificateKind | None] = []
        if server.kind is not ServiceKind.CAPF or phone.shows_capf_a_certificate:
            held += [CertificateKind.LSC] if credentials.lsc is not None else []
            held += [CertificateKind.MIC] if credentials.mic is not None else []
        for kind in held or [None]:
            why_not = self.factory.disagreement(phone, credentials, kind, trust, at) if kind is not None else ""
            if why_not:
                return ServiceAccess(None, why_not=why_not)
            try:
                asked[kind] = runner.attempt(
                    credentials, server.name, server.kind, playable, kind, host=server.host, listed=listed
                )
            except TlsUnavailable as problem:
                return ServiceAccess(None, why_not=str(problem))
            self.handshakes += 1
        lsc, mic = asked.get(CertificateKind.LSC), asked.get(CertificateKind.MIC)
        precedence = phone.capf_precedence if server.kind is ServiceKind.CAPF else CertificateKind.LSC
        chosen = prefer(lsc, mic, precedence)
        own = chosen[1] if chosen is not None else asked[None]
        return self._once(ServiceAccess(own, lsc, mic))


def _failed_over(tried: list[ReachedServer]) -> ReachedServer:
    """Of servers of one kind, by priority: the first that accepts the phone among those that it would try, else the first of
    which that cannot be told, else the first. Where running authentication servers disagree, it cannot be told: an order in an
    inventory cell says what a switch prefers, not which server it asks (RFC 2865 section 2 leaves that to the client)."""
    counting = tried
    if tried[0].server.kind not in _FAILS_OVER:
        counting = [each for each in tried if each.server.in_use is not None][:1] or tried[:1]
    accepting = next((each for each in counting if each.access.accepted), None)
    if accepting is None:
        return next((each for each in counting if each.access.outcome is None), counting[0])
    refused = [each.server.name for each in tried if each.access.outcome is not None and not each.access.accepted]
    running = [each for each in tried if each.server.in_use is not None]
    if accepting.server.kind not in _FAILS_OVER and not all(each.access.accepted for each in running):
        others = ", ".join(each.server.name for each in running if not each.access.accepted)
        why_not = (
            f"{accepting.server.name} accepts it and {others} may not, and which of them its switch asks is not known"
        )
        accepting = accepting._replace(access=ServiceAccess(None, why_not=why_not))
    return accepting._replace(refused=tuple(refused))


def verdict(kind: ServiceKind, before: ServiceAccess | None, after: ServiceAccess) -> Verdict:
    """What the change does to one phone at one service. `before` is None where it did not use such a service.

    CAPF is no exception: where the certificate that the phone's authentication mode asks for is refused, its certificate
    operations fail, whatever another mode would do.
    """
    if after.outcome is None:
        return Verdict.UNKNOWN
    was_up = before is None or before.outcome is None or before.accepted
    if not after.accepted:
        return Verdict.BREAKS if was_up else Verdict.WAS_BROKEN
    if after.outcome.kind == "MIC":
        return Verdict.ONLY_BY_MIC
    return Verdict.WORKS if was_up else Verdict.MENDED


def tftp_server(cluster: str) -> FleetServer:
    """Cisco Tftp of a cluster as one that phones reach. It judges no phone, so no fleet has it among its servers."""
    nothing = Settings(TrustStore(""))
    return FleetServer(ServiceKind.TFTP, f"{ServiceName.TFTP} of {cluster}", nothing, nothing, cluster)


def server_named(fleet: Fleet, name: str) -> FleetServer:
    """Of the name that a line of a report has."""
    found = fleet.servers.get(name)
    return found if found is not None else tftp_server(name.removeprefix(f"{ServiceName.TFTP} of "))


def not_reached(phone: FleetPhone, server: FleetServer) -> Outcome | None:
    """Why the phone does not reach it at all; None where it does."""
    if server.in_use is None:
        return STOPPED
    return OTHER_ADDRESS if phone.kept is not None and server.name in phone.kept.elsewhere else None


def _is_worse(one: ReachedServer, other: ReachedServer) -> bool:
    """Of two results at one kind of service: refused counts before what cannot be told, and that before accepted."""
    return one.server.kind is other.server.kind and _rank(one.access) < _rank(other.access)


def _rank(access: ServiceAccess) -> int:
    if access.outcome is None:
        return 1
    return 2 if access.accepted else 0


_AFTER_TLS = frozenset({"", "rejected", "host ID"})
"""Reasons of an outcome where TLS came up."""
_OF_TRUST = ("lists", "kept", "offline", "lists_not_told", "tftp_servers")
"""Fields that no handshake depends on: what comes of them is asked of `FleetTrust`."""
_FIELDS = tuple(each.name for each in fields(FleetPhone) if each.name not in _OF_TRUST)


def _content(settings: Settings) -> _Key:
    """All that a service reads. A store counts in its order, and a key by its identity, which the settings keep unique."""
    return tuple([_part(getattr(settings, each.name)) for each in fields(Settings)])


def _part(value: object) -> object:
    if isinstance(value, TrustStore):
        return value.name, value.certificates, tuple(crl.public_bytes(Encoding.DER) for crl in value.crls)
    if isinstance(value, Identity):
        return id(value.key), value.certificate, value.chain
    return value


_PLAIN = (str, bool, Enum, frozenset, Described, Pending, TlsProfile, type(None))
"""Compared by value: the others are large, and the same object comes with many phones."""


def _identity(phone: FleetPhone) -> tuple[_Key, tuple[object, ...]]:
    """What makes the phone the same for a judge, and what must live on so that the identities in that stay unique."""
    values = [getattr(phone, name) for name in _FIELDS]
    kept = tuple(value for value in values if not isinstance(value, _PLAIN))
    return tuple([value if isinstance(value, _PLAIN) else id(value) for value in values]), kept
