"""One CAPF session, phone side, sans-io: the server's messages go in, a `Reply` comes out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cisco_data import CAPF_AUTH_MODES, AuthenticationMode
from journal import Event
from phone_sim import capf_events as ev
from phone_sim.capf_certificate_store import CapfCertificateStore, bearer
from phone_sim.capf_requests import StoreFault, certificate_to_store_untrusted, key_to_make_untrusted
from pki import NO_NAME, Certificate, Identity, KeySpec, PrivateKey, iso, names_of, read
from wire import capf
from wire.errors import ProtocolError

MOST_MESSAGES = 64
"""From one server in one session; ours. The longest exchange that makes sense has eight."""


class State(Enum):
    """The phone only ever answers; what it waits for is the server's next request."""

    AWAIT_AUTH_REQUEST = "AWAIT AUTH REQ"
    AWAIT_REQUEST = "AWAIT REQ"
    MAKING_KEY = "MAKING KEY"
    AWAIT_STORE_REQUEST = "AWAIT STORE CERT REQ"
    ENDED = "ENDED"


class CapfEnding(StrEnum):
    DONE = "done"
    NOTHING_PENDING = "nothing pending"
    DECLINED = "declined"
    UNKNOWN_DEVICE = "unknown device"
    COMMUNICATION_FAILURE = "communication failure"


_S: Final = State
_AUTH, _KEYGEN, _STORE = capf.AuthRequest, capf.KeyGenerateRequest, capf.StoreCertificateRequest
_FETCH, _DELETE, _END = capf.FetchCertificateRequest, capf.DeleteCertificateRequest, capf.EndSession

TRANSITIONS: Final[dict[tuple[State, type[capf.Message]], State]] = {
    (_S.AWAIT_AUTH_REQUEST, _AUTH): _S.AWAIT_REQUEST,
    (_S.AWAIT_AUTH_REQUEST, _END): _S.ENDED,
    (_S.AWAIT_REQUEST, _KEYGEN): _S.MAKING_KEY,
    (_S.AWAIT_REQUEST, _FETCH): _S.AWAIT_REQUEST,
    (_S.AWAIT_REQUEST, _DELETE): _S.AWAIT_REQUEST,
    (_S.AWAIT_REQUEST, _END): _S.ENDED,
    (_S.AWAIT_STORE_REQUEST, _STORE): _S.AWAIT_REQUEST,
    (_S.AWAIT_STORE_REQUEST, _KEYGEN): _S.MAKING_KEY,
    (_S.AWAIT_STORE_REQUEST, _END): _S.ENDED,
}
"""The server's messages. MAKING KEY is left by `key_made` and `key_not_made`; anything not listed is an error."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Note the events, send the messages, each in a write of its own, make the key if one is wanted."""

    events: tuple[Event, ...] = ()
    send: tuple[capf.Message, ...] = ()
    make: KeySpec | None = None


class ClientSession:
    """Feed it the server's messages until `ending` is set. Raises ProtocolError for a server that breaks the protocol."""

    def __init__(self, store: CapfCertificateStore) -> None:
        self.state = State.AWAIT_AUTH_REQUEST
        self.ending: CapfEnding | None = None
        self.reason = -1
        self.lsc_installed = self.lsc_deleted = False
        self.certificates_shown = 0
        self._certificate_store = store
        self._session_id: int | None = None
        self._messages = 0
        self._asked = False
        self._key: PrivateKey | None = None

    def receive(self, message: capf.Message) -> Reply:
        """What the server sent. Raises ProtocolError."""
        self._messages += 1
        if self._session_id is None:
            self._session_id = message.session_id
        if message.session_id != self._session_id:
            raise ProtocolError(
                f"the CAPF server changes its session id from {self._session_id} to {message.session_id}"
            )
        if self._messages > MOST_MESSAGES:
            raise ProtocolError("the CAPF server asks without end")
        following = TRANSITIONS.get((self.state, type(message)))
        if following is None:
            raise ProtocolError(f"{capf.command_of(message).name} does not belong in state {self.state.value}")
        self.state = following
        self._asked |= isinstance(message, _STORE | _FETCH | _DELETE)
        match message:
            case capf.AuthRequest():
                return self._authenticate(message)
            case capf.KeyGenerateRequest():
                return self._start_key(message)
            case capf.StoreCertificateRequest():
                return self._store(message)
            case capf.FetchCertificateRequest():
                return self._show(message)
            case capf.DeleteCertificateRequest():
                return self._delete(message)
            case capf.EndSession(reason=reason):
                return self._end(reason)
        raise AssertionError(f"{type(message).__name__} is in the table and not handled")

    def key_made(self, spec: KeySpec, key: PrivateKey) -> Reply:
        """The key that `Reply.make` asked for."""
        self.state, self._key = State.AWAIT_STORE_REQUEST, key
        spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return Reply((ev.CapfKeyMade(key=str(spec)),), (capf.KeyGenerateResponse(self._number, spki),))

    def key_not_made(self, spec: KeySpec | None) -> Reply:
        """The phone cannot; the server may ask for another kind."""
        self.state, self._key = State.AWAIT_REQUEST, None
        answer = capf.KeyGenerateResponse(self._number, reason=capf.Reason.DECLINED)
        return Reply((ev.CapfKeyNotMade(key="" if spec is None else str(spec)),), (answer,))

    def failed(self) -> None:
        """The connection is no good any more."""
        self.state, self.ending = State.ENDED, CapfEnding.COMMUNICATION_FAILURE

    @property
    def _number(self) -> int:
        assert self._session_id is not None
        return self._session_id

    def _authenticate(self, request: capf.AuthRequest) -> Reply:
        store, mode = self._certificate_store, self._certificate_store.capf_auth_mode
        version = min(store.capf_version, request.version)
        kind, issuer, serial_number = "", NO_NAME, ""
        answer = capf.AuthResponse(self._number, version, store.device_name)
        if mode is AuthenticationMode.BY_AUTHENTICATION_STRING:
            answer = capf.AuthResponse(
                self._number, version, store.device_name, password=store.authentication_string.encode()
            )
        elif mode is AuthenticationMode.BY_NULL_STRING:
            answer = capf.AuthResponse(self._number, version, store.device_name, password=b"")
        elif (shown := bearer(store)) is not None:
            kind, identity = shown
            issuer, serial_number = (
                names_of(identity.certificate).issuer,
                f"{read(identity.certificate).serial_number:x}",
            )
            answer = self._with_proof(version, kind, identity)
        sent = ev.CapfCredentialsSent(
            session=self._number,
            version=version,
            authentication_mode=CAPF_AUTH_MODES.index(mode),
            certificate_kind=kind,
            issuer=issuer,
            serial_number=serial_number,
        )
        return Reply((sent,), (answer,))

    def _with_proof(self, version: int, kind: str, identity: Identity) -> capf.AuthResponse:
        name, der = self._certificate_store.device_name, _der(identity)
        proof = capf.sign(identity.key, capf.signed_octets(name, der))
        sudi = None
        if self._certificate_store.sends_sudi and kind == "MIC" and isinstance(identity.key, rsa.RSAPrivateKey):
            second = capf.sign(identity.key, capf.sudi_octets(self._number, der))
            sudi = capf.Sudi(der, second.sha1, second.sha512)
        return capf.AuthResponse(
            self._number,
            version,
            name,
            certificate=der,
            signed_data=proof.sha1,
            sudi=sudi,
            sha2_signed_data=proof.sha512,
        )

    def _start_key(self, request: capf.KeyGenerateRequest) -> Reply:
        spec = key_to_make_untrusted(request)
        if spec is None:
            return self.key_not_made(None)
        progress = (capf.RequestInProgress(self._number),) if self._certificate_store.reports_progress else ()
        return Reply(send=progress, make=spec)

    def _store(self, request: capf.StoreCertificateRequest) -> Reply:
        assert self._key is not None
        stored = self._keep_untrusted(request, self._key)
        self._key = None
        if isinstance(stored, StoreFault):
            answer = capf.StoreCertificateResponse(self._number, capf.Reason.DECLINED)
            return Reply((ev.LscRejected(fault=stored.value),), (answer,))
        self.lsc_installed = True
        installed = ev.LscInstalled(
            serial_number=f"{read(stored).serial_number:x}",
            subject=names_of(stored).subject,
            issuer=names_of(stored).issuer,
            not_after=iso(read(stored).not_after),
        )
        return Reply((installed,), (capf.StoreCertificateResponse(self._number, capf.Reason.OK),))

    def _keep_untrusted(self, request: capf.StoreCertificateRequest, key: PrivateKey) -> Certificate | StoreFault:
        certificate = certificate_to_store_untrusted(request, key)
        if isinstance(certificate, StoreFault):
            return certificate
        try:
            self._certificate_store.store_lsc(Identity(key, certificate))
        except OSError:
            return StoreFault.FLASH
        return certificate

    def _show(self, request: capf.FetchCertificateRequest) -> Reply:
        wants_mic = request.certificate_type == capf.CertificateType.MIC
        identity = self._certificate_store.mic if wants_mic else self._certificate_store.lsc
        shown = ev.CertificateShown(certificate_kind="MIC" if wants_mic else "LSC", found=identity is not None)
        self.certificates_shown += identity is not None
        if identity is None:
            return Reply((shown,), (capf.FetchCertificateResponse(self._number, capf.Reason.DECLINED),))
        return Reply((shown,), (capf.FetchCertificateResponse(self._number, capf.Reason.OK, _der(identity)),))

    def _delete(self, request: capf.DeleteCertificateRequest) -> Reply:
        if self._certificate_store.delete_lsc():
            self.lsc_deleted = True
            return Reply((ev.LscErased(),), (capf.DeleteCertificateResponse(self._number, capf.Reason.OK),))
        return Reply((ev.LscNotErased(),), (capf.DeleteCertificateResponse(self._number, capf.Reason.DECLINED),))

    def _end(self, reason: int) -> Reply:
        self.reason = reason
        self.ending = {
            capf.Reason.OK: CapfEnding.DONE,
            capf.Reason.NO_ACTION: CapfEnding.NOTHING_PENDING,
            capf.Reason.UNKNOWN_DEVICE: CapfEnding.UNKNOWN_DEVICE,
        }.get(reason, CapfEnding.DECLINED)  # type: ignore[call-overload]
        if self.ending is CapfEnding.NOTHING_PENDING and self._asked:
            self.ending = CapfEnding.DONE  # a fetch ends with reason 0 as well
        return Reply()


def _der(identity: Identity) -> bytes:
    return identity.certificate.public_bytes(Encoding.DER)
