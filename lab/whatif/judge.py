"""How each phone stands with each service at one moment; what was asked before is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from cisco_data import STORE_OF, CertificateKind, ServiceKind
from lab.base.language import ENGLISH, Catalogue
from lab.fleet.model import Described, Fleet, FleetPhone, FleetServer, Pending, Settings
from lab.fleet.told import not_told
from lab.operations.sentences import why_not as why_not_judged
from lab.whatif.answer import Outcome, Standing, Use, Verdict
from lab.whatif.stage import Caster, Stage
from lab.whatif.twin_shop import NotRekeyable, TwinShop
from phone_sim.preference import prefer
from wire.tls import TlsProfile, TlsUnavailable, VerifyCode

STOPPED = Outcome(False, reason="stopped")
"""Of a service that does not run."""
_Key = tuple[object, ...]


_DATES = frozenset({VerifyCode.CERT_HAS_EXPIRED, VerifyCode.CERT_NOT_YET_VALID})


class Refusals(NamedTuple):
    """Of one moment; names of the servers by phone and service."""

    refused: dict[Use, str]
    distrusted: dict[Use, str]
    """The phone refuses the server, whose certificate its trust list does not hold."""
    unknown: dict[Use, str]
    """What cannot be told is not refused."""


class Judge:
    """Asks the stage, and never the same twice."""

    def __init__(self, shop: TwinShop, heed: Callable[[], None] = lambda: None, say: Catalogue = ENGLISH) -> None:
        """
        Args:
            heed: is called before each phone and service that was not asked about yet, and may end it all.
            say: tells why nothing can be said after an operation.
        """
        self._say = say
        self.shop = shop
        self._heed = heed
        self.handshakes = 0
        """Made so far."""
        self._lessons = shop.lessons
        self._stages: dict[datetime, Stage] = {}
        self._standings: dict[tuple[int, int, int], Standing] = {}
        """Each of them once."""
        self._identities: dict[_Key, tuple[int, tuple[object, ...]]] = {}
        """Numbers of phones, and what must live on so that the identities in a key stay unique."""
        self._numbers: dict[int, tuple[int, FleetPhone]] = {}
        self._casters: dict[int, Caster | str] = {}
        self._known: dict[_Key, tuple[Standing, Settings]] = {}

    def standing(self, fleet: Fleet, phone: FleetPhone, server: FleetServer) -> Standing:
        """What becomes of the phone at this server of the fleet now, with each of its certificates."""
        if why_not := not_told(phone, server, fleet.at):
            return Standing(None, why_not=why_not)
        unjudged = fleet.unjudged_at(phone, server) if fleet.unjudged else None
        if unjudged is not None:
            return Standing(None, why_not=why_not_judged(unjudged, self._say))
        settings = server.in_use
        if settings is None:
            return Standing(STOPPED)
        self._forget()
        number = self._number(phone)
        key = fleet.at, server.kind, server.name, id(settings), number
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = (
                self._ask(fleet.at, phone, server, settings, self._caster(phone, number)),
                settings,
            )
        return known[0]

    def refusals(self, fleet: Fleet) -> Refusals:
        """Every phone at every service that it uses, as far as it is refused or cannot be judged."""
        self.shop.learn(fleet)
        found = Refusals({}, {}, {})
        for phone in fleet.phones:
            for server in fleet.services_of(phone):
                outcome = self.standing(fleet, phone, server).outcome
                if outcome is not None and outcome.accepted:
                    continue
                listed = found.unknown if outcome is None else found.refused
                if is_distrust(server.kind, outcome):
                    listed = found.distrusted
                listed[Use(phone.device_name, server.door)] = server.name
        return found

    def caster(self, phone: FleetPhone) -> Caster | str:
        """The phone with certificates to handshake with, or why it can have none."""
        return self._caster(phone, self._number(phone))

    def _caster(self, phone: FleetPhone, number: int) -> Caster | str:
        known = self._casters.get(number)
        if known is None:
            try:
                known = self.shop.caster(phone)
            except NotRekeyable as problem:
                known = str(problem)
            self._casters[number] = known
        return known

    def _number(self, phone: FleetPhone) -> int:
        """The same for phones that are made of the same: steps make new ones all the time that are as they were before."""
        found = self._numbers.get(id(phone))
        if found is None:
            identity, kept = _identity(phone)
            number, _ = self._identities.setdefault(identity, (len(self._identities), kept))
            found = self._numbers[id(phone)] = number, phone
        return found[0]

    def stage(self, at: datetime) -> Stage:
        if at not in self._stages:
            self._stages[at] = Stage(at)
        return self._stages[at]

    def forget(self) -> None:
        """What is known of single phones. Contexts stay, which are dear and the same for all."""
        self._known.clear()
        self._casters.clear()
        self._numbers.clear()
        self._identities.clear()
        self.shop.forget()

    def _forget(self) -> None:
        """What was found out with re-keyed certificates that were signed by nobody, now that more authorities are known."""
        if self._lessons != self.shop.lessons:
            self._lessons = self.shop.lessons
            self.forget()

    def _ask(
        self, at: datetime, phone: FleetPhone, server: FleetServer, settings: Settings, caster: Caster | str
    ) -> Standing:
        self._heed()
        if isinstance(caster, str):
            return Standing(None, why_not=caster)
        stage, trust = self.stage(at), settings.trust
        playable = self.shop.settings(settings)
        asked: dict[CertificateKind | None, Outcome] = {}
        held: list[CertificateKind | None] = []
        if server.kind is not ServiceKind.CAPF or phone.shows_capf_a_certificate:
            held += [CertificateKind.LSC] if caster.lsc is not None else []
            held += [CertificateKind.MIC] if caster.mic is not None else []
        for kind in held or [None]:
            why_not = self.shop.disagreement(phone, caster, kind, trust, at) if kind is not None else ""
            if why_not:
                return Standing(None, why_not=why_not)
            try:
                asked[kind] = stage.attempt(caster, server.name, server.kind, playable, kind, host=server.host)
            except TlsUnavailable as problem:
                return Standing(None, why_not=str(problem))
            self.handshakes += 1
        lsc, mic = asked.get(CertificateKind.LSC), asked.get(CertificateKind.MIC)
        precedence = phone.capf_precedence if server.kind is ServiceKind.CAPF else CertificateKind.LSC
        chosen = prefer(lsc, mic, precedence)
        own = chosen[1] if chosen is not None else asked[None]
        alike = id(own), id(lsc), id(mic)  # the stage gives the same object for the same outcome
        if alike not in self._standings:
            self._standings[alike] = Standing(own, lsc, mic)
        return self._standings[alike]


def verdict(kind: ServiceKind, before: Standing | None, after: Standing) -> Verdict:
    """What the change does to one phone at one service. `before` is None where it did not use such a service.

    Where a server gets another certificate, or the phone another server, it cannot be told whether the phone will accept that:
    the lab does not judge trust lists and what TVS vouches for yet. What a phone refused before is known.

    CAPF is no exception: where the certificate that the phone's authentication mode asks for is refused, its certificate
    operations fail, whatever another mode would do.
    """
    if after.outcome is None:
        return Verdict.UNKNOWN
    was_up = before is None or before.outcome is None or before.outcome.accepted
    if not after.outcome.accepted:
        if not was_up:
            return Verdict.WAS_BROKEN
        return Verdict.UNKNOWN if is_distrust(kind, after.outcome) else Verdict.BREAKS
    if after.outcome.kind == "MIC":
        return Verdict.ONLY_BY_MIC
    return Verdict.WORKS if was_up else Verdict.MENDED


def is_distrust(kind: ServiceKind, outcome: Outcome | None) -> bool:
    """Whether the phone refuses a server of its cluster because its trust list does not hold the server's certificate."""
    if kind not in STORE_OF or outcome is None or outcome.accepted or outcome.alert_direction != "write":
        return False
    return outcome.verify_code > 0 and outcome.verify_code not in _DATES


_FIELDS = tuple(each.name for each in fields(FleetPhone))
_PLAIN = (str, bool, Enum, frozenset, Described, Pending, TlsProfile, type(None))
"""Compared by value: the others are large, and the same object comes with many phones."""


def _identity(phone: FleetPhone) -> tuple[_Key, tuple[object, ...]]:
    """What makes the phone the same for a judge, and what must live on so that the identities in that stay unique."""
    values = [getattr(phone, name) for name in _FIELDS]
    kept = tuple(value for value in values if not isinstance(value, _PLAIN))
    return tuple([value if isinstance(value, _PLAIN) else id(value) for value in values]), kept
