"""OpenSSL Contexts, each made once: per service start for a server, per profile and trust list for clients.

How this works. A Context is frozen by its first connection, and nothing can be taken out of its trust store. That is Cisco's
"restart the service after a trust change": code that changes trust makes a new Context, and connections that are up keep the
old one.

What differs from one connection to the next is set on the connection, so that Contexts can be shared:

- The phone's own certificate and key. One client Context then serves a thousand phones, and each phone's key is converted once
  (`Credential`). pyOpenSSL's `use_privatekey` takes a key of cryptography only and converts it at every call, which makes the
  first private operation of a new key object each time and costs half a handshake; it takes no certificate that cryptography
  refuses. So a Credential goes to OpenSSL's own functions, through pyOpenSSL's bindings. pyOpenSSL can put extra chain
  certificates on a Context only, so a client that sends some gets a Context of its own, and the least recently used of those
  are dropped.
- Lab time. OpenSSL would judge certificates by the clock of this machine. A story's clock is the journal's: it may stand years
  ahead, and it moves between two connections of one service. OpenSSL copies a time into a store's parameters only if there is
  none yet, so the second `set_time` of a store has no effect and gives no error. Therefore each new connection gets the moment
  at which it is made, in its own verify parameters; a handshake that goes on while lab time passes is judged as of its
  beginning.

The callbacks only take notes, in a list that is the connection's application data: which alert passed, and each step of path
validation with its code and depth. They decide nothing and never raise, as Python would print such an exception and go on. The
engine (`wire.tls.engine`) reads the notes after OpenSSL has returned and makes events of them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Protocol

from cryptography import x509
from cryptography.hazmat.bindings.openssl.binding import Binding
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL, crypto

from cisco_data.tls import TlsProfile, TlsVersion
from pki import Certificate, Identity
from pki.untrusted import in_openssl

_lib: Final = Binding().lib
_NO_AUTO_CHAIN: Final = 0x8
"""SSL_MODE_NO_AUTO_CHAIN: without it OpenSSL completes a chain from the trust store, and "intermediate not sent" lies."""
_RELEASE_BUFFERS: Final = 0x10
"""SSL_MODE_RELEASE_BUFFERS: a third less memory for each idle connection."""
_NO_RENEGOTIATION: Final = 0x40000000
_CURVES: Final = b"P-256:P-384:P-521"
_NO_CHECK_TIME: Final = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME, which pyOpenSSL does not name."""
_ALERT: Final = 0x4000
"""SSL_CB_ALERT"""

_CHAINS_KEPT: Final = 256
"""Client Contexts with a chain of their own, each 20 KiB; the one that was not used for longest goes first."""

KeyLog = Callable[[bytes], None]
"""Gets each line of the NSS key log format, without its newline."""


class Anchors(Protocol):
    """What a Context needs of a trust store; a gateway with several stores has them all in one of these."""

    @property
    def certificates(self) -> tuple[Certificate, ...]: ...
    @property
    def crls(self) -> tuple[x509.CertificateRevocationList, ...]: ...


class TlsUnavailable(Exception):
    """This machine's OpenSSL lacks what a profile asks for; the message says what."""


class Credential:
    """An identity in OpenSSL's own objects. Keep it: the first private operation of a new key object costs double."""

    __slots__ = ("chain", "identity", "pkey", "x509")

    def __init__(self, identity: Identity, pkey: crypto.PKey | None = None) -> None:
        """`pkey`: the same key in another credential, where several share one."""
        self.identity = identity
        self.pkey = pkey if pkey is not None else crypto.PKey.from_cryptography_key(identity.key)
        self.x509 = in_openssl(identity.certificate)
        self.chain = tuple(identity.chain)


class _TlsContext:
    """What client and server Contexts share. Observes; OpenSSL alone decides."""

    side: str
    _method: int

    def __init__(
        self,
        profile: TlsProfile,
        trust: Anchors | None,
        verify_mode: int,
        *,
        exact: bool,
        check_crl: bool,
        check_dates: bool = True,
        keylog: KeyLog | None,
        credential: Credential | None,
    ) -> None:
        self.profile = profile
        self.judges = verify_mode != SSL.VERIFY_NONE
        """Whether a certificate that OpenSSL finds fault with ends the handshake. It looks at a server's in any case."""
        self.waits = False
        """Whether a server's connection was seen to wait for its client; one that can offer nothing ends at once."""
        self._context = context = SSL.Context(self._method)
        try:
            context.set_min_proto_version(profile.minimum)
            context.set_max_proto_version(profile.maximum)
            suites = ":".join(profile.ciphers) or "ALL"
            context.set_cipher_list(f"{suites}:@SECLEVEL={profile.security_level}".encode())
            if profile.maximum >= TlsVersion.TLSv1_3:
                context.set_tls13_ciphersuites(":".join(profile.ciphersuites).encode())
        except SSL.Error:
            raise TlsUnavailable(
                f"this machine's OpenSSL cannot offer {profile.minimum} to {profile.maximum} with {profile.offered or 'ALL'}"
            ) from None
        context.set_mode(_NO_AUTO_CHAIN | _RELEASE_BUFFERS)
        # No resumption: a resumed session shows no certificate, and certificates are what this lab is about.
        context.set_options(SSL.OP_NO_TICKET | _NO_RENEGOTIATION)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.set_info_callback(_note_alert)
        context.set_verify(verify_mode, _note_verify)
        if keylog is not None:
            context.set_keylog_callback(lambda _, line: keylog(line))
        store = context.get_cert_store()
        assert store is not None
        flags = (
            (crypto.X509StoreFlags.PARTIAL_CHAIN if exact else 0)
            | (crypto.X509StoreFlags.CRL_CHECK if check_crl else 0)
            | (0 if check_dates else _NO_CHECK_TIME)
        )
        if flags:
            store.set_flags(flags)
        for certificate in trust.certificates if trust is not None else ():
            store.add_cert(in_openssl(certificate))
        for crl in trust.crls if trust is not None else ():
            store.add_crl(crl)
        if credential is not None:
            handle = context._context
            _require(_lib.SSL_CTX_use_PrivateKey(handle, credential.pkey._pkey))
            _require(_lib.SSL_CTX_use_certificate(handle, credential.x509._x509))
            for certificate in credential.chain:  # the Context takes over what it is given
                _require(_lib.SSL_CTX_add_extra_chain_cert(handle, _lib.X509_dup(in_openssl(certificate)._x509)))

    def new_connection(self, credential: Credential | None, notes: list[Any], judged_at: datetime) -> SSL.Connection:
        """A connection over memory BIOs; alerts and verify steps are appended to `notes` while OpenSSL runs.

        Certificates are judged as of `judged_at`. It is set on the connection and through the bindings, since a store's
        `set_time` works only once: OpenSSL copies a second time into a store's parameters only if there is none yet.
        """
        connection = SSL.Connection(self._context, None)
        connection.set_app_data(notes)
        _lib.X509_VERIFY_PARAM_set_time(_lib.SSL_get0_param(connection._ssl), int(judged_at.timestamp()))
        return connection


def _require(result: int) -> None:
    """Raises SSL.Error where OpenSSL refused a certificate or a key."""
    if result != 1:
        SSL._raise_current_error()


def _note_alert(connection: SSL.Connection, where: int, ret: int) -> None:
    if where & _ALERT:
        connection.get_app_data().append((where, ret))


def _note_verify(connection: SSL.Connection, certificate: crypto.X509, code: int, depth: int, ok: int) -> bool:
    # A veto from here without an error code would become the alert internal_error; an exception would never reach us.
    connection.get_app_data().append((certificate, code, depth))
    return bool(ok)


class ServerContext(_TlsContext):
    """What a service presents and whom it trusts, from its start to its stop."""

    side = "server"
    _method = SSL.TLS_SERVER_METHOD

    def __init__(
        self,
        identity: Identity,
        profile: TlsProfile,
        trust: Anchors | None = None,
        *,
        exact: bool = False,
        check_crl: bool = False,
        certificate_optional: bool = False,
        keylog: KeyLog | None = None,
    ) -> None:
        """With a trust store the client must present a certificate; without one it is not asked for any.

        `exact` accepts any certificate of the store as an anchor (X509_V_FLAG_PARTIAL_CHAIN). `certificate_optional`: the
        client is asked, and may have none; one that it does present must still be trusted.
        Raises TlsUnavailable where OpenSSL lacks a version or every suite of the profile.
        """
        must = 0 if certificate_optional else SSL.VERIFY_FAIL_IF_NO_PEER_CERT
        mode = SSL.VERIFY_NONE if trust is None else SSL.VERIFY_PEER | must
        super().__init__(
            profile, trust, mode, exact=exact, check_crl=check_crl, keylog=keylog, credential=Credential(identity)
        )

    def new_connection(self, credential: Credential | None, notes: list[Any], judged_at: datetime) -> SSL.Connection:
        connection = super().new_connection(credential, notes, judged_at)
        connection.set_accept_state()
        return connection


class ClientContext(_TlsContext):
    """Whom a client trusts and what it offers; shared by all clients of one kind."""

    side = "client"
    _method = SSL.TLS_CLIENT_METHOD

    def __init__(
        self,
        profile: TlsProfile,
        trust: Anchors | None = None,
        *,
        exact: bool = True,
        check_crl: bool = False,
        check_dates: bool = True,
        refuses: bool = True,
        keylog: KeyLog | None = None,
        _credential: Credential | None = None,
    ) -> None:
        """Without a trust store, or without `refuses`, any server is accepted.
        `exact`: a phone trusts the very certificates of its trust list.
        Without `check_dates` an expired certificate is as good as any.

        Raises TlsUnavailable where OpenSSL lacks a version or every suite of the profile.
        """
        self._made_from = (profile, trust, exact, check_crl, check_dates, refuses, keylog)
        mode = SSL.VERIFY_NONE if trust is None or not refuses else SSL.VERIFY_PEER
        super().__init__(
            profile,
            trust,
            mode,
            exact=exact,
            check_crl=check_crl,
            check_dates=check_dates,
            keylog=keylog,
            credential=_credential,
        )
        # OpenSSL's first choice for TLS 1.3 is a post-quantum hybrid that no phone of the lab speaks and that costs 200 us. All
        # three curves stay: a TLS 1.2 server refuses an EC certificate on a curve that its client did not name.
        tls_1_3 = profile.maximum >= TlsVersion.TLSv1_3
        if tls_1_3 and not _lib.SSL_CTX_set1_curves_list(self._context._context, _CURVES):
            raise TlsUnavailable("this machine's OpenSSL lacks one of the NIST curves P-256, P-384 and P-521")
        self._of_chains: OrderedDict[tuple[bytes, ...], ClientContext] = OrderedDict()

    def new_connection(self, credential: Credential | None, notes: list[Any], judged_at: datetime) -> SSL.Connection:
        if credential is not None and credential.chain:
            return self._with_chain(credential).new_connection(None, notes, judged_at)
        connection = super().new_connection(credential, notes, judged_at)
        connection.set_connect_state()
        if credential is not None:
            _require(_lib.SSL_use_certificate(connection._ssl, credential.x509._x509))
            _require(_lib.SSL_use_PrivateKey(connection._ssl, credential.pkey._pkey))
        return connection

    def _with_chain(self, credential: Credential) -> ClientContext:
        certificates = (credential.identity.certificate, *credential.chain)
        key = tuple(sha256(certificate.public_bytes(Encoding.DER)).digest() for certificate in certificates)
        made = self._of_chains.pop(key, None)
        if made is None:
            profile, trust, exact, check_crl, check_dates, refuses, keylog = self._made_from
            made = ClientContext(
                profile,
                trust,
                exact=exact,
                check_crl=check_crl,
                check_dates=check_dates,
                refuses=refuses,
                keylog=keylog,
                _credential=credential,
            )
        self._of_chains[key] = made
        if len(self._of_chains) > _CHAINS_KEPT:
            self._of_chains.popitem(last=False)
        return made
