"""Re-keyed certificates, which stand in for certificates whose private keys the lab does not have.

What-if tries real handshakes, and a handshake needs a private key. Here is how a certificate gets one that OpenSSL judges as it
judges the original.

*Two fields change.* The TBSCertificate stays octet for octet (version, serial number, names, dates, every extension), but for the
SubjectPublicKeyInfo: a key of the same algorithm and size that the lab generated. Key identifiers stay too, though they are no
hash of the new key: OpenSSL compares them with one another only. The signature is made again, by the original's algorithm.

*The signer is found by its signature.* A name proves nothing: two authorities may have the same one. So each known certificate
whose subject is the issuer's name is asked whether its key verifies the original's signature (`signer`). That one is re-keyed
first, and so on up to the root; the new key of the signer then signs. All certificates of one public key get one new key, so an
authority that was renewed with its key stays one authority.

*What fails must fail in the same way.* Where no known key verifies the original (an unknown issuer, another key under the same
name, a signature that was changed), the signature is made with a key that belongs to no certificate. A self-signed certificate
of an unknown algorithm keeps its signature, which OpenSSL does not look at.

*What has its key stays itself,* unless the certificate that signed it has a new key; then it is signed again.

*It is checked each time.* `pki.rekeyed_checker` asks OpenSSL's verifier about the original in the original trust store and about
the re-keyed certificate in the re-keyed store. Different answers mean that what-if cannot tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain as joined

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from pki import _der
from pki._anatomy import Anatomy, elements_untrusted
from pki._authority import Authority
from pki._identity import Identity
from pki._keys import EC_CURVES, RSA_SIZES, KeySpec, PrivateKey, PublicKey
from pki._pool import KeyRing
from pki._sign import public_octets, rsa_signature
from pki._signatures import signed_by
from pki._trust import TrustStore
from pki.untrusted import Certificate, SignatureScheme, made, name_hash, read, same_name

_DER = serialization.Encoding.DER
_INTEGER = 0x02


class NotRekeyable(Exception):
    """A certificate that cannot be re-keyed; the message is a clause that says why."""


class RekeyedCertificates:
    """Re-keys the certificates of one network. Authorities are kept; leaves are made again each time, since there may be 40,000.

    Args:
        known: every certificate that may have signed another one, in a trust store or not.
        keys: where the keys of re-keyed certificates come from.
        identities: those of them whose keys are there. A certificate of such a key stays itself, unless the one that signed it
            has a new key.
    """

    def __init__(self, known: Iterable[Certificate], keys: KeyRing, identities: Iterable[Identity] = ()) -> None:
        self._keys = keys
        self._known: dict[int, list[Certificate]] = {}
        """By `name_hash` of their subjects: names that OpenSSL takes for one are together."""
        self._seen: set[bytes] = set()
        self._seen_keys: set[bytes] = set()
        self._own: dict[bytes, PrivateKey] = {}
        self._new_keys: dict[bytes, PrivateKey] = {}
        """By the public key that each stands in for."""
        self._leaf_keys: dict[tuple[str, int, int], PrivateKey] = {}
        self._foreign: dict[str, PrivateKey] = {}
        self._made: dict[bytes, Certificate] = {}
        self._authority_keys: dict[int, tuple[Certificate, bytes]] = {}
        """Public keys of signers, by the object: the same few sign thousands."""
        self._last: tuple[Certificate, Sequence[Certificate], Anatomy, Certificate | None] | None = None
        """Whom `signer` was last asked about: its re-keyed certificate is mostly asked for next."""
        self._orphans: set[bytes] = set()
        """Originals without a known signer."""
        self.made = 0
        """How many re-keyed certificates there are by now."""
        self.learn(known, identities)

    def learn(self, known: Iterable[Certificate], identities: Iterable[Identity] = ()) -> bool:
        """Take up more of them; gives whether there was anything new.

        A re-keyed certificate whose original had no known signer is forgotten then, since that signer may be known now; all are
        forgotten where a key is new, since what has its key needs none.
        """
        before, keys = len(self._seen), len(self._own)
        for identity in identities:
            self._own.setdefault(public_octets(identity.key.public_key()), identity.key)
            self._enter(identity.certificate)
        for certificate in known:
            self._enter(certificate)
        if len(self._own) > keys:
            self._made.clear()
        elif len(self._seen) == before:
            return False
        for der in self._orphans:
            self._made.pop(der, None)
        self._orphans.clear()
        return True

    def _enter(self, certificate: Certificate) -> None:
        der = certificate.public_bytes(_DER)
        if der not in self._seen:
            self._seen.add(der)
            self._seen_keys.add(_spki(certificate))
            self._known.setdefault(name_hash(read(certificate).parts.subject), []).append(certificate)
            self._last = None

    # Who signed what

    def signer(
        self, certificate: Certificate, chain: Sequence[Certificate] = (), parts: Anatomy | None = None
    ) -> Certificate | None:
        """Whose key really signed it: names fit and the signature verifies. Itself where it did so; None for no known key.

        Args:
            chain: what is sent along, where its signer may be.
            parts: of the certificate, where they are known.
        """
        last = self._last
        if last is not None and last[0] is certificate and last[1] is chain:
            return last[3]
        parts = parts or read(certificate).parts
        found = self._found_signer(certificate, chain, parts)
        self._last = certificate, chain, parts, found
        return found

    def _found_signer(
        self, certificate: Certificate, chain: Sequence[Certificate], parts: Anatomy
    ) -> Certificate | None:
        own = (certificate,) if same_name(parts.issuer, parts.subject) else ()
        sent = (link for link in chain if same_name(read(link).parts.subject, parts.issuer))
        for candidate in joined(own, sent, self._known.get(name_hash(parts.issuer), ())):
            if signed_by(certificate, candidate):
                return candidate
        return None

    # Re-keyed certificates

    def certificate(self, original: Certificate, chain: Sequence[Certificate] = ()) -> Certificate:
        """An authority's certificate, re-keyed, or itself.

        Args:
            chain: what is sent along, where its signer may be.

        Raises:
            NotRekeyable: a key of a kind that the lab does not make.
        """
        der = original.public_bytes(_DER)
        rekeyed = self._made.get(der)
        if rekeyed is None:
            parts = read(original).parts
            signer = self.signer(original, chain, parts)
            rekeyed = self._made[der] = self._rekeyed(original, parts, signer, self._key_of(original))
            if signer is None:
                self._orphans.add(der)
        return rekeyed

    def identity(self, original: Certificate, chain: Sequence[Certificate] = ()) -> Identity:
        """A leaf, re-keyed, with its key and with what is sent along, re-keyed where that is possible.

        Raises as `certificate`.
        """
        der = original.public_bytes(_DER)
        last = self._last
        parts = last[2] if last is not None and last[0] is original else read(original).parts
        spki = parts.public_key
        # The peer that presents it must handshake with it, and an authority's curve may be one that TLS does not speak.
        if spki not in self._own:
            _kind(original)
        if der in self._seen or spki in self._seen_keys or spki in self._own or (chain and spki in map(_spki, chain)):
            key = self._key_of(original)
            rekeyed = self.certificate(original, chain)
        else:
            key = self._leaf_key(original)
            rekeyed = self._rekeyed(original, parts, self.signer(original, chain, parts), key)
        return Identity(key, rekeyed, tuple(self._or_itself(link, chain) for link in chain))

    def authority(self, original: Certificate) -> Authority:
        """Who signs as the owner of this certificate does; with SHA-1 where that is how the certificate itself was signed."""
        rekeyed = self.certificate(original)
        scheme = read(original).scheme
        sha1 = scheme is not None and isinstance(scheme.digest, hashes.SHA1)
        return Authority(Identity(self._key_of(original), rekeyed), "sha1" if sha1 else "sha256")

    def store(self, store: TrustStore) -> TrustStore:
        """Re-keyed, in the same order. What cannot be re-keyed stays itself: nothing that it signed can be presented."""
        return TrustStore(store.name, map(self._or_itself, store.certificates), map(self.crl, store.crls))

    def crl(self, original: x509.CertificateRevocationList) -> x509.CertificateRevocationList:
        """The same list, signed with the new key of its signer. One without a known signer stays itself."""
        issuer = name_hash(_issuer_of_crl(original))
        for candidate in self._known.get(issuer, ()):
            key = read(candidate).usable_key
            if key is not None and _is_signed(original, key):
                try:
                    new_key = self._key_of(candidate)
                except NotRekeyable:
                    return original
                if new_key.public_key() == key:
                    return original
                digest = original.signature_hash_algorithm
                assert digest is not None  # it was verified
                scheme = SignatureScheme(padding.PKCS1v15() if isinstance(new_key, rsa.RSAPrivateKey) else None, digest)
                algorithm = _element_after_first(original.public_bytes(_DER))
                return x509.load_der_x509_crl(_sealed(original.tbs_certlist_bytes, algorithm, new_key, scheme))
        return original

    def is_rekeyed(self, original: Certificate, chain: Sequence[Certificate] = ()) -> bool:
        """Whether another certificate takes its place."""
        return _spki(original) not in self._own or self.is_signed_by_rekeyed(original, chain)

    def is_signed_by_rekeyed(self, original: Certificate, chain: Sequence[Certificate] = ()) -> bool:
        """Whether its signature must be made again, since its signer has another key."""
        return self._must_sign_anew(original, self.signer(original, chain))

    def _must_sign_anew(self, original: Certificate, signer: Certificate | None) -> bool:
        return signer is not None and signer != original and self._public_key(signer) not in self._own

    def _public_key(self, authority: Certificate) -> bytes:
        """Its SubjectPublicKeyInfo."""
        if id(authority) not in self._authority_keys:
            self._authority_keys[id(authority)] = authority, _spki(authority)
        return self._authority_keys[id(authority)][1]

    def _or_itself(self, original: Certificate, chain: Sequence[Certificate] = ()) -> Certificate:
        try:
            return self.certificate(original, chain)
        except NotRekeyable:
            return original

    def _rekeyed(
        self, original: Certificate, parts: Anatomy, signer: Certificate | None, key: PrivateKey
    ) -> Certificate:
        if parts.public_key in self._own and not self._must_sign_anew(original, signer):
            return original
        body = parts.with_key(public_octets(key.public_key()))
        contents = read(original)
        if contents.scheme is None and contents.is_self_signed:  # OpenSSL never looks at this signature
            self.made += 1
            return made(_der.sequence(body, parts.outer_algorithm, _der.bit_string(parts.signature)))
        scheme = _scheme(original)
        signing = key
        if signer is None or self._public_key(signer) != parts.public_key:
            signing = self._foreign_key(scheme) if signer is None else self._key_of(signer)
        self.made += 1
        return made(_sealed(body, parts.outer_algorithm, signing, scheme))

    # Keys

    def _key_of(self, certificate: Certificate) -> PrivateKey:
        """The lab's own key behind its public key, or the new one: the same for all certificates of one public key."""
        spki = self._public_key(certificate)
        if spki in self._own:
            return self._own[spki]
        if spki not in self._new_keys:
            self._new_keys[spki] = self._new_key(certificate, signs=True)
        return self._new_keys[spki]

    def _leaf_key(self, certificate: Certificate) -> PrivateKey:
        """One for all leaves of a kind: no verdict depends on which key a phone has, only on its kind and size."""
        kind = _kind(certificate)
        if kind not in self._leaf_keys:
            self._leaf_keys[kind] = self._new_key(certificate)
        return self._leaf_keys[kind]

    def _foreign_key(self, scheme: SignatureScheme) -> PrivateKey:
        """Belongs to no certificate, so that what it signs verifies with no known key."""
        name = "RSA" if scheme.padding is not None else "EC"
        if name not in self._foreign:
            self._foreign[name] = self._take(KeySpec("RSA", 2048) if name == "RSA" else KeySpec("EC", 256))
        return self._foreign[name]

    def _take(self, spec: KeySpec) -> PrivateKey:
        """A key that no certificate here has: another ring may have given the same key to a CAPF."""
        while True:
            key = self._keys.take(spec)
            if public_octets(key.public_key()) not in self._own:
                return key

    def _new_key(self, certificate: Certificate, *, signs: bool = False) -> PrivateKey:
        """`signs`: of an authority, whose curve no phone has to speak."""
        public = read(certificate).public_key
        if signs and isinstance(public, ec.EllipticCurvePublicKey) and not _is_usual(public.curve):
            return ec.generate_private_key(public.curve)
        algorithm, size, exponent = _kind(certificate)
        if algorithm == "EC" or size in RSA_SIZES:
            return self._take(KeySpec(algorithm, size, exponent))
        return rsa.generate_private_key(exponent, size)


def _spki(certificate: Certificate) -> bytes:
    return read(certificate).parts.public_key


def _named(certificate: Certificate) -> str:
    return read(certificate).subject.label or "a certificate without a CN"


def _kind(certificate: Certificate) -> tuple[str, int, int]:
    """Algorithm, size in bits, and RSA's exponent. Raises NotRekeyable for what the lab cannot make."""
    contents = read(certificate)
    if contents.problem:
        raise NotRekeyable(f"a certificate {contents.problem}")
    key = contents.public_key
    if key is None:
        raise NotRekeyable(f"the key of {_named(certificate)} cannot be read")
    if isinstance(key, rsa.RSAPublicKey):
        exponent = key.public_numbers().e
        if key.key_size not in RSA_SIZES and not 1024 <= key.key_size <= 8192:
            raise NotRekeyable(f"the lab makes no RSA key of {key.key_size} bits, as {_named(certificate)} has")
        return "RSA", key.key_size, exponent if exponent in (3, 65537) else 65537
    if isinstance(key, ec.EllipticCurvePublicKey) and _is_usual(key.curve):
        return "EC", key.curve.key_size, 65537
    what = key.curve.name if isinstance(key, ec.EllipticCurvePublicKey) else type(key).__name__.strip("_")
    raise NotRekeyable(f"{_named(certificate)} has a key of a kind that phones do not have: {what}")


def _is_usual(curve: ec.EllipticCurve) -> bool:
    return isinstance(curve, tuple(EC_CURVES.values()))


def _scheme(certificate: Certificate) -> SignatureScheme:
    """How it was signed. Raises NotRekeyable for what is neither RSA nor ECDSA."""
    contents = read(certificate)
    if contents.scheme is None:
        raise NotRekeyable(f"{_named(certificate)} was signed by an algorithm that the lab does not know")
    return contents.scheme


def _sealed(body: bytes, algorithm: bytes, key: PrivateKey, scheme: SignatureScheme) -> bytes:
    """Raises NotRekeyable where cryptography does not sign with that digest, or the key is too short for it."""
    try:
        if isinstance(key, rsa.RSAPrivateKey):
            if isinstance(scheme.padding, padding.PSS):
                signature = key.sign(body, scheme.padding, scheme.digest)
            else:
                signature = rsa_signature(key, body, scheme.digest)
        else:
            signature = key.sign(body, ec.ECDSA(scheme.digest))
    except (UnsupportedAlgorithm, ValueError, TypeError) as error:
        raise NotRekeyable(f"a certificate cannot be signed again as the original was: {error}") from None
    return _der.sequence(body, algorithm, _der.bit_string(signature))


def _issuer_of_crl(crl: x509.CertificateRevocationList) -> bytes:
    """Its Name in DER; the empty one where the list is too odd."""
    try:
        parts = elements_untrusted(crl.tbs_certlist_bytes)
        inside = elements_untrusted(parts[0][1])
        at = 2 if inside[0][0] == _INTEGER else 1  # behind the version, which may be left out, and the algorithm
        return _der.element(inside[at][0], inside[at][1])
    except (ValueError, IndexError):
        return _der.sequence()


def _is_signed(crl: x509.CertificateRevocationList, key: PublicKey) -> bool:
    try:
        return crl.is_signature_valid(key)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def _element_after_first(der: bytes) -> bytes:
    """The second element inside the outermost one: a signed thing's algorithm, behind what it signs."""
    _, inside = _der.header(der, 0)
    size, body = _der.header(der, inside)
    at = body + size
    size, body = _der.header(der, at)
    return der[at : body + size]
