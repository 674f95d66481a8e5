"""How each phone stands with each service at one moment; what was asked before is remembered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from lab.fleet.model import Described, Fleet, Phone, Server, ServiceKind, Settings
from lab.fleet.told import not_told
from lab.language import ENGLISH
from lab.operations.sentences import why_not as why_not_judged
from lab.whatif.answer import Outcome, Standing, Verdict
from lab.whatif.stage import Caster, Stage
from lab.whatif.twin_shop import NoTwin, TwinShop
from phone_sim.preference import CertificateKind, prefer
from wire.tls import TlsUnavailable

STOPPED = Outcome(False, reason="stopped")
"""Of a service that does not run."""
_Key = tuple[object, ...]


class Judge:
    """Asks the stage, and never the same twice."""

    def __init__(self, shop: TwinShop, heed: Callable[[], None] = lambda: None) -> None:
        """`heed` is called before each phone and service that was not asked about yet, and may end it all."""
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
        self._numbers: dict[int, tuple[int, Phone]] = {}
        self._casters: dict[int, Caster | str] = {}
        self._known: dict[_Key, tuple[Standing, Settings]] = {}

    def standing(self, fleet: Fleet, phone: Phone, server: Server) -> Standing:
        """What becomes of the phone at this server of the fleet now, with each of its certificates."""
        if why_not := not_told(phone, server, fleet.at):
            return Standing(None, why_not=why_not)
        unjudged = fleet.unjudged_at(phone, server) if fleet.unjudged else None
        if unjudged is not None:
            return Standing(None, why_not=why_not_judged(unjudged, ENGLISH))
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

    def down(self, fleet: Fleet) -> frozenset[str]:
        """Device names that have no CallManager, no network or no VPN."""
        return self._without(fleet, lambda kind: kind is not ServiceKind.CAPF)

    def without_capf(self, fleet: Fleet) -> frozenset[str]:
        """Device names that CAPF does not know by their certificates."""
        return self._without(fleet, lambda kind: kind is ServiceKind.CAPF)

    def caster(self, phone: Phone) -> Caster | str:
        """The phone with certificates to handshake with, or why it can have none."""
        return self._caster(phone, self._number(phone))

    def _caster(self, phone: Phone, number: int) -> Caster | str:
        known = self._casters.get(number)
        if known is None:
            try:
                known = self.shop.caster(phone)
            except NoTwin as problem:
                known = str(problem)
            self._casters[number] = known
        return known

    def _number(self, phone: Phone) -> int:
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
        """What was found out with twins that were signed by nobody, now that more authorities are known."""
        if self._lessons != self.shop.lessons:
            self._lessons = self.shop.lessons
            self.forget()

    def _without(self, fleet: Fleet, counts: Callable[[ServiceKind], bool]) -> frozenset[str]:
        self.shop.learn(fleet)
        return frozenset(
            phone.device_name
            for phone in fleet.phones
            for server in fleet.services_of(phone)
            if counts(server.kind) and not works(self.standing(fleet, phone, server))
        )

    def _ask(self, at: datetime, phone: Phone, server: Server, settings: Settings, caster: Caster | str) -> Standing:
        self._heed()
        if isinstance(caster, str):
            return Standing(None, why_not=caster)
        stage, trust = self.stage(at), settings.trust
        playable = self.shop.settings(settings)
        asked: dict[CertificateKind | None, Outcome] = {}
        held: list[CertificateKind | None] = []
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


def works(standing: Standing) -> bool:
    """Whether the phone gets through, as far as anybody can tell."""
    return standing.outcome is None or standing.outcome.accepted


def verdict(kind: ServiceKind, before: Standing | None, after: Standing) -> Verdict:
    """What the change does to one phone at one service. `before` is None where it did not use such a service."""
    if after.outcome is None:
        return Verdict.UNKNOWN
    was_up = before is None or before.outcome is None or before.outcome.accepted
    if after.outcome.accepted:
        if after.outcome.kind == "MIC":
            return Verdict.ONLY_BY_MIC
        return Verdict.WORKS if was_up else Verdict.MENDED
    if kind is ServiceKind.CAPF and after.mic is not None and after.mic.accepted:
        return Verdict.ONLY_BY_MIC  # there, and only there, the administrator can choose
    return Verdict.BREAKS if was_up else Verdict.WAS_BROKEN


def _identity(phone: Phone) -> tuple[_Key, tuple[object, ...]]:
    """What makes the phone the same for a judge, and what must live on so that the identities in that stay unique."""
    objects = phone.lsc, phone.mic, phone.trusted_servers, phone.dot1x_trusted_servers, phone.vpn_group
    plain = (
        phone.device_name,
        phone.model,
        phone.tls,
        phone.mode,
        phone.capf_precedence,
        phone.tls12_only,
        phone.cluster,
    )
    return (*plain, *(each if isinstance(each, Described) else id(each) for each in objects)), objects
