"""Whether the bearer of a certificate is the device: its chain at lab time, its name, and the proof that it holds the key.

Assumed, where nothing is published: no extended key usage is asked for and no revocation list is looked at; a second
certificate (the SUDI element) must pass the same three tests, over its own signed octets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from OpenSSL import crypto

from cisco_data import signs_mics
from pki import Certificate, PublicKey, TrustStore, Unreadable, load_untrusted, names_device, read
from pki.untrusted import in_openssl
from wire.capf import AuthResponse, Proof, ProofVerdict, Sudi, signed_octets, sudi_octets, verify_untrusted
from wire.errors import ProtocolError


class BearerFault(StrEnum):
    NOT_PRESENTED = "no certificate was presented"
    UNREADABLE = "not a certificate"
    NOT_TRUSTED = "its chain does not end in CAPF-trust"
    OTHER_DEVICE = "it names another device"
    PROOF_MISSING = "the proof of possession is missing"
    PROOF_WRONG = "the proof of possession is not by its key"


@dataclass(frozen=True, slots=True)
class BearerVerdict:
    """`fault` is None where all is well; `certificate` is the one in question, None where none could be read."""

    fault: BearerFault | None
    certificate: Certificate | None = None
    verify_code: int = 0
    depth: int = 0
    second_certificate: bool = False


class BearerJudge:
    """Judges by CAPF-trust as it was when the service started."""

    def __init__(self, trust: TrustStore) -> None:
        self._trusted = [in_openssl(certificate) for certificate in trust.certificates]
        self._store: tuple[datetime, crypto.X509Store] | None = None

    def judge_untrusted(self, response: AuthResponse, at: datetime) -> BearerVerdict:
        """`at`: lab time, with time zone. Never raises."""
        if response.certificate is None:
            return BearerVerdict(BearerFault.NOT_PRESENTED)
        proof = None if response.signed_data is None else Proof(response.signed_data, response.sha2_signed_data)
        octets = signed_octets(response.device_name, response.certificate)
        verdict = self._judge(response.certificate, response.device_name, octets, proof, at, second=False)
        if verdict.fault is None and response.sudi is not None:
            second = self._judge_sudi(response.sudi, response, at)
            return verdict if second.fault is None else second
        return verdict

    def _judge_sudi(self, sudi: Sudi, response: AuthResponse, at: datetime) -> BearerVerdict:
        octets = sudi_octets(response.session_id, sudi.certificate)
        proof = Proof(sudi.signed_data, sudi.sha2_signed_data)
        return self._judge(sudi.certificate, response.device_name, octets, proof, at, second=True)

    def _judge(
        self, der: bytes, device_name: str, octets: bytes, proof: Proof | None, at: datetime, *, second: bool
    ) -> BearerVerdict:
        try:
            certificate, key, for_openssl = _load_untrusted(der)
        except ProtocolError:
            return BearerVerdict(BearerFault.UNREADABLE, second_certificate=second)
        code, depth = self._verify_chain(for_openssl, at)
        if code:
            return BearerVerdict(BearerFault.NOT_TRUSTED, certificate, code, depth, second)
        if not names_device(read(certificate).subject, device_name):
            return BearerVerdict(BearerFault.OTHER_DEVICE, certificate, second_certificate=second)
        if proof is None:
            return BearerVerdict(BearerFault.PROOF_MISSING, certificate, second_certificate=second)
        found = verify_untrusted(key, octets, proof)
        if found is ProofVerdict.VALID:
            return BearerVerdict(None, certificate, second_certificate=second)
        fault = BearerFault.PROOF_MISSING if found is ProofVerdict.SHA512_MISSING else BearerFault.PROOF_WRONG
        return BearerVerdict(fault, certificate, second_certificate=second)

    def _verify_chain(self, certificate: crypto.X509, at: datetime) -> tuple[int, int]:
        """X509_V_ERR and depth of OpenSSL's path validation; 0 is X509_V_OK."""
        store = self._store_at(at)
        try:
            crypto.X509StoreContext(store, certificate).verify_certificate()
        except crypto.X509StoreContextError as error:
            return int(error.errors[0]), int(error.errors[1])
        return 0, 0

    def _store_at(self, at: datetime) -> crypto.X509Store:
        """A new one for each moment: OpenSSL silently keeps the first time that a store was set to."""
        if self._store is None or self._store[0] != at:
            store = crypto.X509Store()
            for trusted in self._trusted:
                store.add_cert(trusted)
            store.set_time(at)
            self._store = at, store
        return self._store[1]


def certificate_kind(certificate: Certificate) -> str:
    """`MIC` where a manufacturing authority is its issuer by name, else `LSC`: on the wire nothing tells them apart."""
    issuer = read(certificate).issuer
    return "MIC" if signs_mics(issuer.cn, issuer.attribute("O")) else "LSC"


def load_certificate_untrusted(der: bytes) -> tuple[Certificate, PublicKey]:
    """An untrusted certificate and its key. Raises ProtocolError where OpenSSL takes no certificate, or the key is no phone's."""
    return _load_untrusted(der)[:2]


def _load_untrusted(der: bytes) -> tuple[Certificate, PublicKey, crypto.X509]:
    """The same, and the certificate as OpenSSL's own object."""
    try:
        certificate = load_untrusted(der)
        for_openssl = in_openssl(certificate)
    except Unreadable:
        raise ProtocolError("the certificate cannot be read") from None
    key = read(certificate).usable_key
    if key is None:
        raise ProtocolError("the certificate's key is neither RSA nor EC, or cannot be read")
    return certificate, key, for_openssl
