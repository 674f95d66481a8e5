"""What phones make of lists, files and servers in one fleet after the other; each question is answered once for phones alike."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from cisco_data import ServiceKind
from lab.fleet.model import Fleet, FleetPhone, FleetServer, Settings
from lab.fleet.trust import ClusterTrust, FleetNode
from lab.operations.effect import service_of, with_phones
from lab.whatif.trust.boot import Booted, boot
from lab.whatif.trust.held import NotTold, held_lists
from lab.whatif.trust.lists import ListMaker
from lab.whatif.trust.servers import ServerJudged, judged
from lab.whatif.trust.tvs import TvsAnswers, obstacle
from phone_sim.trust.servers import ServerUse, ServerVerdict, decide_server
from pki import Certificate

_Key = tuple[object, ...]
MAX_STATES = 32
"""The one that was met first gives way."""


@dataclass(slots=True)
class _State:
    """The clusters' trust at one moment, and what was found about it."""

    trust: dict[str, ClusterTrust]
    boots: dict[_Key, Booted | NotTold] = field(default_factory=dict)
    servers: dict[_Key, tuple[Settings | None, ServerJudged | NotTold | None]] = field(default_factory=dict)
    """With what must live on so that its identity in the key stays unique."""


class FleetTrust:
    """Remembers what was asked about the last states of the clusters' trust."""

    def __init__(self) -> None:
        self.lists = ListMaker()
        self._answers = TvsAnswers()
        self._states: OrderedDict[tuple[int, datetime], _State] = OrderedDict()

    def boot(self, fleet: Fleet, phone: FleetPhone) -> Booted | None:
        """What the phone takes when it starts now; None where its lists are not known. Raises NotTold."""
        if phone.lists is None:
            return None
        boots, key = self._state(fleet).boots, _alike(phone)
        found = boots.get(key)
        if found is None:
            try:
                found = boot(fleet, phone, self._answers)
            except NotTold as why:
                found = why
            boots[key] = found
        if isinstance(found, NotTold):
            raise found
        return found

    def server(self, fleet: Fleet, phone: FleetPhone, server: FleetServer) -> ServerJudged | None:
        """As `servers.judged`."""
        if phone.lists is None:
            return None
        servers, key = self._state(fleet).servers, (server.name, id(server.in_use), *_alike(phone))
        found = servers.get(key)
        if found is None:
            said: ServerJudged | NotTold | None
            try:
                said = judged(fleet, phone, server, self._answers)
            except NotTold as why:
                said = why
            found = servers[key] = server.in_use, said
        if isinstance(found[1], NotTold):
            raise found[1]
        return found[1]

    def started(self, fleet: Fleet, phone: FleetPhone) -> FleetPhone:
        """The phone after it has asked for its files. Where it cannot be told what it takes, it goes by what its page says."""
        try:
            found = self.boot(fleet, phone)
        except NotTold:
            return phone
        if found is None:
            return replace(phone, kept=None) if phone.kept is not None else phone
        kept = None if found.taken else phone.kept
        if found.lists == phone.lists and kept == phone.kept:
            return phone
        return replace(phone, lists=found.lists, kept=kept)

    def booted(self, fleet: Fleet, names: frozenset[str]) -> Fleet:
        """As `lab.operations.effect.Shop`."""
        after = with_phones(fleet, names, lambda phone: phone if phone.offline else self.started(fleet, phone))
        same = all(old is new for old, new in zip(fleet.phones, after.phones, strict=True))
        return fleet if same else after

    def lists_one_of(self, phone: FleetPhone, nodes: Iterable[FleetNode]) -> bool:
        """As `lab.operations.effect.Shop`."""
        lists = held_lists(phone)
        return any(lists.lists_tftp_server(node.address, node.name) for node in nodes)

    def takes_file(self, fleet: Fleet, phone: FleetPhone) -> bool:
        """As `lab.operations.effect.Shop`."""
        try:
            found = self.boot(fleet, phone)
        except NotTold:
            return True
        return found is None or found.taken

    def accepts_capf(self, fleet: Fleet, phone: FleetPhone) -> bool:
        """As `lab.operations.effect.Shop`."""
        capf = service_of(fleet, phone.going.cluster, ServiceKind.CAPF)
        try:
            found = self.server(fleet, phone, capf) if capf is not None else None
        except NotTold:
            return True
        return found is None or found.decision.trusted

    def accepts_https(self, fleet: Fleet, phone: FleetPhone, certificate: Certificate | None) -> bool | None:
        """Whether the phone as it is accepts a server that shows this certificate over HTTPS; None where that cannot be told.

        It asks TVS where it can, and accepts every server where it has no list.
        """
        if certificate is None or phone.lists is None:
            return None
        lists, cannot_ask = held_lists(phone), obstacle(fleet, phone)
        decision = decide_server(lists, ServerUse.HTTPS, certificate, cannot_ask)
        if decision.verdict is ServerVerdict.ASK_TVS:
            try:
                answer = self._answers.about_server(fleet, phone, certificate)
            except NotTold:
                return None
            decision = decide_server(lists, ServerUse.HTTPS, certificate, answer)
        return decision.trusted

    def _state(self, fleet: Fleet) -> _State:
        key = id(fleet.trust), fleet.at
        found = self._states.get(key)
        if found is None:
            found = self._states[key] = _State(fleet.trust)
            if len(self._states) > MAX_STATES:
                self._states.popitem(last=False)
        return found


def _alike(phone: FleetPhone) -> _Key:
    """All of a phone that decides what it makes of files and servers."""
    return phone.model, phone.cluster, phone.tftp_servers, phone.lists, phone.kept, phone.call_managers, phone.tls
