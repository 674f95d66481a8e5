"""One EAP-TLS exchange of a phone: the certificate that it chooses for it, and the TLS engine that it drives."""

from __future__ import annotations

from cisco_data.models import offer_for
from journal import Emitter, Event
from phone_sim.hardware import Hardware
from phone_sim.registration import Choice, choose
from phone_sim.supplicant.events import EapTlsHandshakeDone, EapTlsWaited
from phone_sim.supplicant.settings import Dot1x
from pki import NO_NAME, DistinguishedName
from wire.eap import Eap, EapTlsKeys, EapTlsPeer, Outcome, derive_keys
from wire.tls import TlsEngine

SERVICE = "802.1X"


class EapTlsExchange:
    """From the server's start to Success or Failure. It looks at the flash once, when it is made."""

    def __init__(self, hardware: Hardware, settings: Dot1x, emitter: Emitter, cause: Event | None) -> None:
        """Raises TlsUnavailable where this machine's OpenSSL cannot make the phone's offer."""
        offer = offer_for(hardware.model, authenticated=False)
        context = hardware.contexts.get(offer, settings.trusted_servers)
        found = choose(hardware.flash, SERVICE, offer, emitter, cause)
        self._emitter = emitter
        self.choice = found if isinstance(found, Choice) else None
        self.because: Event = found.event if isinstance(found, Choice) else found
        credential = self.choice.credential if self.choice is not None else None
        self.engine = TlsEngine(context, emitter, credential, cause=self.because)
        self._peer = EapTlsPeer(self.engine, settings.fragment_size)
        self._told = False
        self.keys: EapTlsKeys | None = None
        """Once the server accepted the phone."""

    @property
    def kind(self) -> str:
        """`LSC` or `MIC`; empty for no certificate."""
        return self.choice.kind.value if self.choice is not None else ""

    @property
    def issuer(self) -> DistinguishedName:
        return self.choice.event.issuer if self.choice is not None else NO_NAME

    @property
    def problem(self) -> str:
        """Which rule of EAP-TLS the server broke; empty for none."""
        return str(self._peer.problem) if self._peer.problem is not None else ""

    @property
    def why(self) -> Event:
        """The nearest known cause of its end: what TLS says, or the choice of the certificate."""
        alert = self.engine.alert_read or self.engine.alert_written
        return self.engine.ended or alert or self.because

    def receive(self, packet: Eap) -> Eap | Outcome:
        """As EapTlsPeer.receive; tells how far TLS has come."""
        result = self._peer.receive(packet)
        if isinstance(result, Eap):
            self._tell()
        elif result is Outcome.SUCCESS:
            self.keys = derive_keys(self.engine)
        return result

    def end_by(self, reason: str) -> None:
        """Nobody goes on with it. `reason`: one of HandshakeFailed's."""
        if self.keys is None:
            self.engine.end_by(reason)

    def _tell(self) -> None:
        engine = self.engine
        if engine.ended is not None or self._told:
            return
        if engine.established:
            self._told = True
            up = EapTlsHandshakeDone(tls_version=engine.version, cipher=engine.cipher)
            self._emitter.emit(up, cause=self.because)
        else:
            self._emitter.emit(EapTlsWaited(), cause=self.because)
