"""One phone at one service, in memory: the lab's own TLS engine at both ends, then what the service does once TLS is up.

Nothing here decides whether a certificate is good: OpenSSL does, in a real handshake, at the moment that is asked about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from capf_sim.authentication import Authenticator
from cisco_data import CertificateKind, ServiceKind
from journal import Actor, Clock, Emitter, Event, Journal
from lab.fleet.model import FleetPhone, Settings
from lab.whatif.impact_report import Outcome
from lab.whatif.service_profiles import SERVICE_PROFILES, Attempt, ServiceProfile, context_of
from phone_sim.contexts import ClientContexts
from phone_sim.events import SecureConnectionRefused, SecureConnectionUp
from phone_sim.preference import prefer
from phone_sim.registration import Choice, choose
from phone_sim.trust.servers import ListedServers
from wire.tls import Credential, HandshakeFailed, ServerContext, TlsEngine
from wire.tls.in_memory import shake_hands

CONNECTION = "in memory"


@dataclass(frozen=True, slots=True)
class PhoneCredentials:
    """A phone with its certificates in OpenSSL's own objects, re-keyed certificates where it takes them."""

    phone: FleetPhone
    lsc: Credential | None
    mic: Credential | None


def actor_of(kind: ServiceKind, server_name: str, cluster: str) -> Actor:
    """The service's name in the journal, as in a running lab."""
    return {
        ServiceKind.CALLMANAGER: Actor.of(cluster, "callmanager"),
        ServiceKind.CAPF: Actor.of(cluster, "capf"),
        ServiceKind.DOT1X: Actor.of(server_name, "radius"),
        ServiceKind.VPN: Actor.of(server_name, "vpn"),
    }[kind]


class HandshakeRunner:
    """Keeps the Contexts of all services and phones that were asked about, each made once."""

    def __init__(self, at: datetime, *, subscriber: Callable[[Event], None] | None = None) -> None:
        """`at`: the moment, with time zone. With a `subscriber`, both ends note what they would note on a cable."""
        self.at = at
        self.journal = Journal(Clock(at, lambda: 0.0))
        self._recorded = subscriber is not None
        if subscriber is not None:
            self.journal.subscribe(subscriber)
        self._outcomes: dict[Outcome, Outcome] = {}
        """Each of them once: there are few, and phones that fare alike are found by them."""
        self._silent = self.journal.emitter("no actor", CONNECTION)
        """Of both ends where no subscriber wants events."""
        self._clients = ClientContexts()
        self._servers: dict[int, tuple[Settings, ServerContext, Authenticator | None]] = {}

    def attempt(
        self,
        credentials: PhoneCredentials,
        server_name: str,
        kind: ServiceKind,
        settings: Settings,
        certificate: CertificateKind | None = None,
        *,
        host: str = "",
        listed: ListedServers | None = None,
        refuses: bool = True,
    ) -> Outcome:
        """What becomes of it; never an exception for what the ends think of one another.

        Args:
            listed: the servers of the phone's lists for this service; None where it takes any there.
            refuses: whether the phone refuses any other server in the handshake; else it decides after that.
            settings: what the service reads at its start, with an identity.
            certificate: that one alone; None for what the phone itself would show.
            host: of a VPN gateway's URL.

        Raises TlsUnavailable where this machine's OpenSSL lacks what one end offers.
        """
        profile, phone = SERVICE_PROFILES[kind], credentials.phone
        context, authenticator = self._server(profile, kind, settings)
        emitter = server_emitter = self._silent
        if self._recorded:
            emitter = self.journal.emitter(phone.device_name, CONNECTION)
            server_emitter = self.journal.emitter(actor_of(kind, server_name, phone.cluster), CONNECTION)
        lsc = credentials.lsc if certificate is not CertificateKind.MIC else None
        mic = credentials.mic if certificate is not CertificateKind.LSC else None
        precedence = phone.capf_precedence if kind is ServiceKind.CAPF else CertificateKind.LSC
        chosen = prefer(lsc, mic, precedence)
        cause = None
        if self._recorded and profile.judges_in_tls:
            cause = self._note_choice(profile, PhoneCredentials(phone, lsc, mic), emitter)
        shown = chosen[1] if chosen is not None and profile.judges_in_tls else None
        trusted = listed if listed is not None else profile.trusts(phone)
        client_context = self._clients.get(profile.wants(phone), trusted, refuses=refuses)
        client = TlsEngine(client_context, emitter, shown, cause)
        server = TlsEngine(context, server_emitter)
        up = shake_hands(client, server)
        what = chosen[0] if chosen is not None else None
        if not up:
            outcome = _refused(what if shown is not None else None, client, server)
        else:
            identity = chosen[1].identity if chosen is not None else None
            outcome = profile.judge(
                Attempt(phone, settings, what, identity, client, server, self.at, server_emitter, authenticator, host)
            )
        if self._recorded:
            _note_end(profile, outcome, client, server, emitter)
        return self._outcomes.setdefault(outcome, outcome)

    def _server(
        self, profile: ServiceProfile, kind: ServiceKind, settings: Settings
    ) -> tuple[ServerContext, Authenticator | None]:
        found = self._servers.get(id(settings))
        if found is None or found[0] is not settings:
            context = context_of(profile, kind, settings)
            authenticator = Authenticator(settings.trust) if kind is ServiceKind.CAPF else None
            found = self._servers[id(settings)] = settings, context, authenticator
        return found[1], found[2]

    def _note_choice(self, profile: ServiceProfile, held: PhoneCredentials, emitter: Emitter) -> Event | None:
        """What the phone says of its certificate before it connects."""
        found = choose(held, profile.service, profile.wants(held.phone), emitter, None)
        return found.event if isinstance(found, Choice) else found


def _refused(kind: CertificateKind | None, client: TlsEngine, server: TlsEngine) -> Outcome:
    """TLS did not come up, or did not stay up: whose fault, as both ends tell."""
    shown = str(kind or "")
    if _gave_up(client):
        assert client.ended is not None
        failed = client.ended if isinstance(client.ended, HandshakeFailed) else None
        return Outcome(
            False,
            shown,
            client.ended.reason,
            failed.verify_code if failed is not None else -1,
            failed.depth if failed is not None else -1,
            client.ended.alert,
            "write" if client.ended.alert >= 0 else "",
        )
    ended = server.ended
    failed = ended if isinstance(ended, HandshakeFailed) else None
    alert = client.alert_read
    return Outcome(
        False,
        shown,
        ended.reason if ended is not None else "closed by peer",
        failed.verify_code if failed is not None else -1,
        failed.depth if failed is not None else -1,
        alert.description if alert is not None else -1,
        "read" if alert is not None else "",
    )


def _gave_up(client: TlsEngine) -> bool:
    """Whether the phone ended it by itself."""
    ended = client.ended
    return ended is not None and (ended.alert_direction == "write" or ended.reason == "no common ground")


def _note_end(
    profile: ServiceProfile, outcome: Outcome, client: TlsEngine, server: TlsEngine, emitter: Emitter
) -> None:
    """The phone's word on its TLS connection, which came up or did not: its console prints that."""
    if client.ended is None and server.ended is None:
        emitter.emit(
            SecureConnectionUp(service=profile.service, tls_version=outcome.tls_version, cipher=outcome.cipher)
        )
    else:
        emitter.emit(
            SecureConnectionRefused(
                service=profile.service, kind=outcome.kind, alert=outcome.alert, alert_direction=outcome.alert_direction
            ),
            cause=client.ended,
        )
