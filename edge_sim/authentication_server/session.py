"""One conversation with one endpoint: its identity, EAP-TLS, the check of its name, and the verdict. No sockets, no RADIUS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from edge_sim.authentication_server.events import AuthenticationFailed, AuthenticationPassed, AuthenticationStarted
from edge_sim.authentication_server.failure_reasons import FailureReason, reason_of
from edge_sim.authentication_server.settings import ServerSettings
from journal import Emitter, Event
from pki import NO_NAME, Certificate, DistinguishedName, read
from wire.eap import Eap, EapCode, EapTlsKeys, EapTlsServer, EapType, Outcome, derive_keys, eap_connection
from wire.eap.fragments import START_DATA
from wire.plain_text import plain
from wire.tls import ServerContext, TlsEngine

MAX_NAME: Final = 253
"""Characters of an identity, as of any RADIUS attribute."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for whom, from the first Access-Request."""

    network_device: str
    nas_address: str
    nas_port: int
    calling_station_id: str


@dataclass(frozen=True, slots=True)
class Step:
    """What the endpoint is told: a request, Success or Failure."""

    eap: Eap
    keys: EapTlsKeys | None = None
    """With Success."""
    repeated: bool = False
    """The last request again: what came was no answer to it."""

    @property
    def over(self) -> bool:
        return self.eap.code != EapCode.REQUEST


class Session:
    """From an endpoint's identity to Success or Failure."""

    def __init__(
        self,
        number: int,
        identity: str,
        asked: Asked,
        settings: ServerSettings,
        context: ServerContext,
        emitter: Emitter,
        fragment_size: int,
        ends_at: float,
    ) -> None:
        """`identity` is the endpoint's claim. `ends_at`: when all of it must be over, by the owner's clock."""
        self.number = number
        self.identity = readable_untrusted(identity)
        self.asked = asked
        self.ends_at = ends_at
        self._claimed = identity
        self._settings = settings
        self._context = context
        # Without a MAC the conversation bears the switch's name, and cannot be laid beside the phone's.
        self._emitter = emitter.on(eap_connection(asked.calling_station_id or asked.network_device))
        self._fragment_size = fragment_size
        self._method: EapTlsServer | None = None
        self._started: Event | None = None
        self._last: Eap
        self._invalid = 0
        self._names: tuple[str, str] | None = None
        self._reason: FailureReason | None = None

    @property
    def claimed_octets(self) -> bytes:
        """The identity for a User-Name attribute."""
        return self._claimed.encode()[:MAX_NAME]

    @property
    def speaks_tls(self) -> bool:
        return self._method is not None

    def start(self, identifier: int) -> Step:
        """The answer to the identity response with that identifier."""
        self._last = Eap(EapCode.REQUEST, (identifier + 1) % 256, EapType.TLS, START_DATA)
        return Step(self._last)

    def receive(self, packet: Eap | None) -> Step:
        """What to say to a response; None stands for octets that were no EAP packet."""
        if packet is None or packet.code != EapCode.RESPONSE or packet.identifier != self._last.identifier:
            return self._repeat()
        if self._method is None:
            if packet.type == EapType.NAK:
                wanted = ", ".join(str(kind) for kind in packet.data[:8])
                self._names = str(int(EapType.TLS)), wanted
                return self._fail(packet.identifier, FailureReason.EAP_TLS_AUTHENTICATION_FAILED)
            if packet.type != EapType.TLS:
                return self._repeat()
            self._method = self._begin()
        answer = self._method.receive(packet)
        if isinstance(answer, Eap):
            self._last = answer
            return Step(answer)
        if answer is Outcome.SUCCESS:
            return self._pass(packet.identifier)
        if answer is Outcome.FAILURE:
            return self._fail(packet.identifier, self._reason or self._reason_of_tls())
        return self._repeat()

    def give_up(self) -> None:
        """The endpoint has been silent for too long; nobody is told but the log."""
        if self._method is not None:
            self._method.engine.end_by("timeout")
        self._fail(0, FailureReason.SUPPLICANT_STOPPED_RESPONDING)

    def _begin(self) -> EapTlsServer:
        asked = self.asked
        self._started = self._emitter.emit(
            AuthenticationStarted(
                session=self.number,
                identity=self.identity,
                calling_station_id=asked.calling_station_id,
                network_device=asked.network_device,
                nas_address=asked.nas_address,
                nas_port=asked.nas_port,
            )
        )
        engine = TlsEngine(self._context, self._emitter, cause=self._started)
        settings = self._settings
        method = EapTlsServer(engine, self._fragment_size, settings.include_length, self._authorise)
        method.start(self._last.identifier)
        return method

    def _repeat(self) -> Step:
        self._invalid += 1
        if self._invalid > self._settings.limits.invalid_packets:
            if self._method is not None:
                self._method.engine.end_by("closed here")
            return self._fail(self._last.identifier, FailureReason.NO_SSL_SESSION)
        return Step(self._last, repeated=True)

    def _authorise(self) -> bool:
        assert self._method is not None
        name = _common_name_untrusted(self._method.engine.peer_certificate)
        if self._settings.check_identity and name != self._claimed:
            self._names = self.identity, readable_untrusted(name)
            self._reason = FailureReason.EAP_TLS_AUTHENTICATION_FAILED
        elif self._settings.endpoints is not None and name not in self._settings.endpoints:
            self._names = "", readable_untrusted(name)
            self._reason = FailureReason.SUBJECT_NOT_FOUND
        return self._reason is None

    def _reason_of_tls(self) -> FailureReason:
        assert self._method is not None
        if self._method.problem is not None:
            return FailureReason.NO_SSL_SESSION
        return reason_of(self._method.engine.ended, hello_answered=self._method.answered)

    def _pass(self, identifier: int) -> Step:
        assert self._method is not None
        engine = self._method.engine
        subject, issuer, serial_number = _certificate_of(engine)
        asked = self.asked
        self._emitter.emit(
            AuthenticationPassed(
                session=self.number,
                identity=self.identity,
                calling_station_id=asked.calling_station_id,
                network_device=asked.network_device,
                nas_address=asked.nas_address,
                nas_port=asked.nas_port,
                tls_version=engine.version,
                cipher=engine.cipher,
                certificate_subject=subject,
                certificate_issuer=issuer,
                certificate_serial_number=serial_number,
                rounds=self._method.rounds,
            ),
            cause=self._started,
        )
        return Step(Eap(EapCode.SUCCESS, identifier), derive_keys(engine))

    def _fail(self, identifier: int, reason: FailureReason) -> Step:
        asked, method = self.asked, self._method
        engine = method.engine if method is not None else None
        ended = engine.ended if engine is not None else None
        subject, issuer, serial_number = _certificate_of(engine)
        expected, received = self._names or ("", "")
        self._emitter.emit(
            AuthenticationFailed(
                session=self.number,
                identity=self.identity,
                calling_station_id=asked.calling_station_id,
                network_device=asked.network_device,
                nas_address=asked.nas_address,
                nas_port=asked.nas_port,
                failure_code=reason,
                failure_name=reason.name,
                verify_code=getattr(ended, "verify_code", -1),
                depth=getattr(ended, "depth", -1),
                alert=ended.alert if ended is not None else -1,
                alert_direction=ended.alert_direction if ended is not None else "",
                tls_version=engine.version if engine is not None else "",
                certificate_subject=subject,
                certificate_issuer=issuer,
                certificate_serial_number=serial_number,
                expected=expected,
                received=received,
                problem=str(method.problem or "") if method is not None else "",
            ),
            cause=ended or self._started,
        )
        return Step(Eap(EapCode.FAILURE, identifier))


def _certificate_of(engine: TlsEngine | None) -> tuple[DistinguishedName, DistinguishedName, str]:
    """Subject, issuer and serial number of the certificate that failed, else of the endpoint's own."""
    step = (engine.verify_failure or engine.peer_verified) if engine is not None else None
    return (step.subject, step.issuer, step.serial_number) if step is not None else (NO_NAME, NO_NAME, "")


def _common_name_untrusted(certificate: Certificate | None) -> str:
    """Empty for none, and for a name without one."""
    return read(certificate).subject.cn if certificate is not None else ""


def readable_untrusted(text: str) -> str:
    """An untrusted text for the log: nothing that moves a cursor, and not more than fits into an attribute."""
    return plain(text[:MAX_NAME])
