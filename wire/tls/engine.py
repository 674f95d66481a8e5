"""One TLS connection without a socket: wire bytes in, wire bytes out, events for all that OpenSSL did.

Everything that speaks TLS here drives this engine: the trio stream, EAP-TLS, what-if. The loop is always the same: call one of
`handshake`, `read`, `write`, `close`; take `data_to_send` to the wire whether or not it raised, since an alert that explains a
failure is written by the very call that fails; when told that more is needed, `receive` what came.
"""

from __future__ import annotations

from typing import Any, NoReturn

from OpenSSL import SSL, crypto

from journal import Emitter, Event
from pki import Certificate
from wire.errors import ProtocolError
from wire.tls.client_hello import ClientHelloReader
from wire.tls.context import ClientContext, Credential, ServerContext
from wire.tls.description import UNTOLD, certificate_untrusted, describe_untrusted
from wire.tls.events import (
    AlertSeen,
    CertificateVerified,
    ClientHelloSeen,
    HandshakeCompleted,
    HandshakeFailed,
    TlsClosed,
)
from wire.tls_numbers import AlertDescription

_READ = 0x04
"""SSL_CB_READ: the alert came from the peer."""
_HANDSHAKE_RECORD = 22
_BIO_CHUNK = 64 * 1024
MAX_PLAIN = 16 * 1024
"""Octets: what one TLS record holds."""


class TlsRefused(Exception):
    """TLS ended this connection. The reason is in the journal, as `HandshakeFailed` or `TlsClosed`."""


class TlsEngine:
    """One side of one connection. Knows no sockets, no clock of its own and no policy."""

    def __init__(
        self,
        context: ClientContext | ServerContext,
        emitter: Emitter,
        credential: Credential | None = None,
        cause: Event | int | None = None,
    ) -> None:
        """`credential` is what a client presents; `cause` is the event that the failure of this handshake points back to."""
        self._side = context.side
        self._emitter = emitter
        self._cause = cause
        self._notes: list[Any] = []
        self.context = context  # keeps the Context alive
        self._connection = context.new_connection(credential, self._notes, emitter.clock.now())
        self._heard = emitter.heard
        self._hello = ClientHelloReader() if context.side == "server" and self._heard else None
        self._hello_seen = self._received_any = False
        self._eof = self._close_written = False
        self.established = False
        self.ended: HandshakeFailed | TlsClosed | None = None
        """How it ended, once it has."""
        self.alert_read: AlertSeen | None = None
        self.alert_written: AlertSeen | None = None
        self.peer_verified: CertificateVerified | None = None
        """The last step of path validation at depth 0: the peer's own certificate in words, whatever is odd about it."""
        self._verify_failure: CertificateVerified | None = None

    # What the wire brings and takes

    def receive(self, data: bytes) -> None:
        """Octets from the peer; b"" says that it will send no more."""
        if not data:
            self._eof = True
            self._connection.bio_shutdown()
            return
        if self._hello is not None:
            self._look_for_client_hello(data)
        elif not self._received_any and not self._heard:  # without a subscriber no ClientHello is decoded
            self._hello_seen = data[0] == _HANDSHAKE_RECORD
        self._received_any = True
        self._connection.bio_write(data)

    def data_to_send(self) -> bytes:
        """Octets for the peer; b"" when there are none."""
        pieces = []
        try:
            while True:
                pieces.append(self._connection.bio_read(_BIO_CHUNK))
                if len(pieces[-1]) < _BIO_CHUNK:  # that was all, and to be told so once more costs an exception
                    break
        except SSL.Error:  # WantReadError: the BIO is empty
            pass
        return b"".join(pieces)

    # What the owner wants

    def handshake(self) -> bool:
        """One step; True when it is complete, False when the peer's next octets are due. Raises TlsRefused."""
        if self.ended is not None:
            raise TlsRefused
        try:
            self._connection.do_handshake()
        except SSL.WantReadError:
            if self._notes:
                self._emit_notes()
            return False
        except SSL.SysCallError:
            self._fail(by_eof=True)
        except SSL.Error:
            self._fail()
        if self._notes:
            self._emit_notes()
        self.established = True
        if self._heard:
            self._emitter.emit(
                HandshakeCompleted(side=self._side, version=self.version, cipher=self.cipher), cause=self._cause
            )
        return True

    def read(self, max_bytes: int) -> bytes | None:
        """Decrypted octets, b"" at the peer's end, None when more must be received first. Raises TlsRefused."""
        if isinstance(self.ended, TlsClosed) and self.ended.reason in ("close notify", "eof"):
            return b""
        if self.ended is not None:
            raise TlsRefused
        try:
            data = self._connection.recv(min(max_bytes, MAX_PLAIN))
        except SSL.WantReadError:
            if self._notes:
                self._emit_notes()
            return None
        except SSL.ZeroReturnError:
            self._emit_notes()
            self._end("close notify")
            return b""
        except SSL.SysCallError:
            self._emit_notes()
            self._end("eof")
            return b""
        except SSL.Error:
            self._fail()
        return data

    def write(self, data: bytes) -> None:
        """Encrypt octets; they leave with `data_to_send`. Raises TlsRefused."""
        if self.ended is not None or self._close_written:
            raise TlsRefused
        view = memoryview(data)
        try:
            while view:
                view = view[self._connection.send(view[:MAX_PLAIN].tobytes()) :]
        except SSL.Error:
            self._fail()

    def close(self) -> None:
        """Write close notify, if the connection is still open."""
        if self.established and self.ended is None and not self._close_written:
            self._close_written = True
            try:
                self._connection.shutdown()
            except SSL.Error:
                pass  # the peer's bytes were bad and no caller read them; there is nothing left to send
            self._notes.clear()

    def end_by(self, reason: str) -> None:
        """The owner ends it for a reason that OpenSSL does not see: `timeout`, `reset`."""
        if self.ended is None:
            if self.established:
                self._end(reason)
            else:
                self._fail_handshake(reason)

    # What is known of the connection

    @property
    def version(self) -> str:
        return self._connection.get_protocol_version_name()

    @property
    def cipher(self) -> str:
        return self._connection.get_cipher_name() or ""

    @property
    def peer_certificate(self) -> Certificate | None:
        """What the peer presented; None for none."""
        return certificate_untrusted(self._connection.get_peer_certificate())

    @property
    def peer_chain(self) -> tuple[bytes, ...]:
        """DER of all that the peer sent, its own certificate first; whether any of it is true is another question."""
        sent = self._connection.get_peer_cert_chain() or ()
        return tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate) for certificate in sent)

    @property
    def anchor(self) -> bytes:
        """DER of the trusted certificate in which the peer's chain ended; empty where nothing was validated."""
        chain = self._connection.get_verified_chain() if self.peer_verified is not None else None
        return crypto.dump_certificate(crypto.FILETYPE_ASN1, chain[-1]) if chain else b""

    @property
    def verify_failure(self) -> CertificateVerified | None:
        """The step of OpenSSL's path validation that failed; OpenSSL itself forgets a certificate that it refused."""
        return self._verify_failure

    @property
    def client_random(self) -> bytes:
        """32 octets, from the ClientHello."""
        return self._connection.client_random() or b""

    @property
    def server_random(self) -> bytes:
        """32 octets, from the ServerHello."""
        return self._connection.server_random() or b""

    def export(self, label: bytes, length: int, context: bytes | None) -> bytes:
        """`length` octets of keying material (RFC 5705, RFC 8446 section 7.5). Up to TLS 1.2 no context and an empty one differ."""
        return self._connection.export_keying_material(label, length, context)

    # Facts

    def _look_for_client_hello(self, data: bytes) -> None:
        assert self._hello is not None
        try:
            hello = self._hello.feed_untrusted(data)
        except ProtocolError:
            self._hello = None  # OpenSSL says what is wrong with it
            return
        if hello is not None:
            self._hello, self._hello_seen = None, True
            self._emitter.emit(ClientHelloSeen(versions=hello.versions, cipher_suites=hello.cipher_suites))

    def _emit_notes(self) -> None:
        """Events may not be emitted inside OpenSSL's callbacks, where an exception is lost; so they are noted first."""
        for note in self._notes:
            if len(note) == 3:
                certificate, code, depth = note
                words = describe_untrusted(certificate) if self._heard else UNTOLD
                step = self._emitter.emit(
                    CertificateVerified(
                        verify_code=code,
                        depth=depth,
                        subject=words.subject,
                        issuer=words.issuer,
                        serial_number=words.serial_number,
                    )
                )
                if code and self.context.judges:
                    self._verify_failure = step
                if depth == 0:
                    self.peer_verified = step
            else:
                where, ret = note
                direction = "read" if where & _READ else "write"
                because = self._verify_failure if direction == "write" else None
                alert = self._emitter.emit(
                    AlertSeen(direction=direction, level=ret >> 8, description=ret & 255), cause=because or self._cause
                )
                if direction == "read":
                    self.alert_read = alert
                else:
                    self.alert_written = alert
        self._notes.clear()

    def _fatal_alert(self) -> AlertSeen | None:
        for alert in (self.alert_read, self.alert_written):
            if alert is not None and alert.description != AlertDescription.CLOSE_NOTIFY:
                return alert
        return None

    def _fail(self, *, by_eof: bool = False) -> NoReturn:
        self._emit_notes()
        if self.established:
            self._end("alert" if self._fatal_alert() else "eof" if self._eof else "bad record")
        elif self._verify_failure is not None:
            self._fail_handshake("verify")
        elif by_eof:  # OpenSSL even writes an alert then, decode_error, which reaches no peer and says nothing
            self._fail_handshake("closed by peer")
        elif not self._received_any:
            self._fail_handshake("no common ground")
        elif self.alert_read is None and self._side == "server" and not self._hello_seen:
            self._fail_handshake("not TLS")  # whatever alert OpenSSL found for it
        else:
            self._fail_handshake("alert" if self._fatal_alert() else "not TLS")
        raise TlsRefused from None

    def _fail_handshake(self, reason: str) -> None:
        alert, verify = self._fatal_alert() if reason != "closed by peer" else None, self._verify_failure
        self.ended = self._emitter.emit(
            HandshakeFailed(
                side=self._side,
                reason=reason,
                verify_code=verify.verify_code if verify else -1,
                depth=verify.depth if verify else -1,
                alert=alert.description if alert else -1,
                alert_direction=alert.direction if alert else "",
            ),
            cause=alert or verify or self._cause,
        )

    def _end(self, reason: str) -> None:
        alert = self._fatal_alert() if reason != "eof" else None
        self.ended = self._emitter.emit(
            TlsClosed(
                side=self._side,
                reason=reason,
                alert=alert.description if alert else -1,
                alert_direction=alert.direction if alert else "",
            ),
            cause=alert or self._cause,
        )
