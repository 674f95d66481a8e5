"""What parity compares: one phone at one service, once as what-if says and once over sockets."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from cryptography import x509

from cisco_data import ServiceKind
from lab.fleet.model import Fleet, FleetPhone, FleetServer, Held, Known, Settings
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.impact_report import Outcome
from lab.whatif.judge import Judge
from pki import RSA_2048, Identity, KeyPool, KeyRing
from tests.whatif.conftest import DEVICE, NOW, Network, make_network

POOL = KeyPool()
"""One for all of this folder, since a pool keeps in memory what it has read."""
MODEL = "8861"
HOST = "asa.example.com"


class Facts(NamedTuple):
    """All of an outcome that both worlds know; the words for a reason are each one's own."""

    accepted: bool
    kind: str
    verify: tuple[int, int]
    """Code and depth, -1 twice for none."""
    alert: int
    direction: str
    cause: str
    tls: tuple[str, str]
    """Version and suite, where TLS came up and stayed up."""


def facts(outcome: Outcome) -> Facts:
    return Facts(
        outcome.accepted,
        outcome.kind,
        (outcome.verify_code, outcome.depth),
        outcome.alert,
        outcome.alert_direction,
        outcome.cause,
        (outcome.tls_version, outcome.cipher),
    )


def ring_apart(taken: int = 40) -> KeyRing:
    """A ring whose keys are nobody's yet: two rings of one pool give the same keys in the same order."""
    ring = POOL.ring()
    for _ in range(taken):
        ring.take(RSA_2048)
    return ring


def own_network() -> Network:
    """The network of what-if's other tests, with keys left for phones that are not its servers'."""
    return replace(make_network(), keys=ring_apart(12))


def of_lab(identity: Identity) -> Known:
    return Known(identity.certificate, identity.chain, identity)


def as_exported(held: Held | None) -> Held | None:
    """The same certificate as a folder of exports has it: without its key."""
    return replace(held, identity=None) if isinstance(held, Known) else held


class Case(NamedTuple):
    """One phone and one service. `identities`: authorities whose keys the lab has."""

    kind: ServiceKind
    phone: FleetPhone
    settings: Settings
    known: tuple[x509.Certificate, ...] = ()
    identities: tuple[Identity, ...] = ()

    @property
    def server(self) -> FleetServer:
        in_cluster = self.kind in (ServiceKind.CALLMANAGER, ServiceKind.CAPF)
        name = f"{self.kind} of hq" if in_cluster else self.kind.value
        return FleetServer(self.kind, name, self.settings, self.settings, "hq" if in_cluster else "", HOST)

    def fleet(self, phone: FleetPhone) -> Fleet:
        certificates = dict.fromkeys([*self.settings.trust, *self.known])
        return Fleet(NOW, {self.server.name: self.server}, (phone,), tuple(certificates), self.identities)


class Foretold(NamedTuple):
    outcome: Outcome | None
    why_not: str
    as_it_likes: Outcome | None
    """The same where the phone itself chooses its certificate."""
    rekeyed: int


def foretold(
    case: Case, keys: KeyRing, *, by_rekeyed: bool, identities: tuple[Identity, ...] | None = None
) -> Foretold:
    """What what-if says: with the phone's own key, or without it and with no other authority's than `identities`."""
    phone = case.phone
    if by_rekeyed:
        case = case._replace(identities=identities or ())
        phone = replace(phone, lsc=as_exported(phone.lsc), mic=as_exported(phone.mic))
    fleet = case.fleet(phone)
    factory = CredentialFactory(fleet, keys)
    judge, server = Judge(factory), case.server
    access, credentials = judge.access(fleet, phone, server), judge.credentials(phone)
    chosen = None
    if not isinstance(credentials, str):
        settings = factory.settings(case.settings)
        decided = factory.trust.server(fleet, phone, server)
        listed = decided.listed if decided is not None else None
        runner = judge.runner(NOW)
        chosen = runner.attempt(credentials, server.name, server.kind, settings, host=server.host, listed=listed)
    return Foretold(access.outcome, access.why_not, chosen, factory.rekeyed.made)


__all__ = [
    "DEVICE",
    "HOST",
    "MODEL",
    "NOW",
    "Case",
    "Facts",
    "facts",
    "foretold",
    "of_lab",
    "own_network",
    "ring_apart",
]
