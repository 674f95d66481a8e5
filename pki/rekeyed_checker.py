"""OpenSSL's verifier, asked about originals and about re-keyed certificates. The rest of `pki` is imported without OpenSSL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from cryptography.hazmat.bindings.openssl.binding import Binding
from OpenSSL import crypto

from pki import untrusted
from pki._identity import Identity
from pki._trust import TrustStore
from pki.untrusted import Certificate

_lib: Final = Binding().lib


class Verified(NamedTuple):
    """What X509_verify_cert said."""

    code: int
    """X509_V_ERR; 0 is X509_V_OK."""
    depth: int


class RekeyedChecker:
    """OpenSSL's verifier, asked about originals and about their re-keyed certificates, at one moment."""

    def __init__(self, originals: TrustStore, rekeyed: TrustStore, at: datetime) -> None:
        """`originals` is a trust store, and `rekeyed` the same store with re-keyed certificates."""
        self._stores = _store(originals, at), _store(rekeyed, at)

    def verdicts(
        self, original: Certificate, chain: Sequence[Certificate], rekeyed: Identity
    ) -> tuple[Verified, Verified]:
        """Of the original and of its re-keyed certificate: they are the same, or the re-keying went wrong."""
        return self.verdicts_on(in_openssl(original, *chain), in_openssl(rekeyed.certificate, *rekeyed.chain))

    def verdicts_on(self, original: Sequence[crypto.X509], rekeyed: Sequence[crypto.X509]) -> tuple[Verified, Verified]:
        """The same for certificates that are OpenSSL's already, each with what is sent along."""
        of_original, of_rekeyed = self._stores
        return _verify(of_original, *original), _verify(of_rekeyed, *rekeyed)


def in_openssl(*certificates: Certificate) -> tuple[crypto.X509, ...]:
    """As OpenSSL's own objects, to keep: to make one costs twice as much as to verify it."""
    return tuple(map(untrusted.in_openssl, certificates))


def _store(trust: TrustStore, at: datetime) -> crypto.X509Store:
    store = crypto.X509Store()
    for certificate in trust.certificates:
        store.add_cert(untrusted.in_openssl(certificate))
    store.set_time(at)  # a store keeps the first time that it is given, so each moment has a store of its own
    return store


def _verify(store: crypto.X509Store, certificate: crypto.X509, *sent: crypto.X509) -> Verified:
    """Through the bindings: pyOpenSSL's own verifier copies the certificate into an exception, which costs more than to verify."""
    context, chain = _lib.X509_STORE_CTX_new(), _lib.sk_X509_new_null()
    try:
        for link in sent:
            _lib.sk_X509_push(chain, link._x509)
        _lib.X509_STORE_CTX_init(context, store._store, certificate._x509, chain)
        if _lib.X509_verify_cert(context) > 0:
            return Verified(0, 0)
        return Verified(_lib.X509_STORE_CTX_get_error(context), _lib.X509_STORE_CTX_get_error_depth(context))
    finally:
        _lib.X509_STORE_CTX_free(context)
        _lib.sk_X509_free(chain)
        _lib.ERR_clear_error()
