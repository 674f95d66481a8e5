"""An authority: an identity that signs other certificates, and how it does so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from pki import _der, _sign
from pki._identity import Identity
from pki._keys import PrivateKey, PublicKey
from pki._profiles import CertificateProfile, encoded, fixed_extensions
from pki._sign import Digest
from pki.untrusted import Certificate, made, read

Octets = Callable[[int], bytes]
"""Where random octets come from, so that a lab can be the same every time; `os.urandom` is one."""


def new_serial(octets: Octets, size: int = 16) -> int:
    """A serial number as CUCM makes them: 16 random octets, the highest bit 0."""
    return int.from_bytes(octets(size)) & ((1 << (8 * size - 1)) - 1) or 1


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates and revocation lists.

    Attributes:
        identity: its key and certificate; `identity.chain` holds what lies between it and its root.
        digest: "sha1" or "sha256"; both sign with PKCS#1 v1.5, or ECDSA for an EC key.
        octets: source of serial numbers.
        authority_key_identifier: False leaves that extension out of all it issues, whatever the profile says.
    """

    identity: Identity
    digest: Digest = "sha256"
    octets: Octets = os.urandom
    authority_key_identifier: bool = True
    _issuer: bytes = field(init=False, repr=False, compare=False)
    _key_identifier: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        certificate = self.identity.certificate
        object.__setattr__(self, "_issuer", read(certificate).parts.subject)
        object.__setattr__(self, "_key_identifier", encoded(_names_key_of(certificate)))

    @property
    def certificate(self) -> Certificate:
        """The authority's own certificate."""
        return self.identity.certificate

    @property
    def subject(self) -> x509.Name:
        """The name that appears as issuer in what it signs, of an authority that the lab made."""
        certificate = self.identity.certificate
        assert isinstance(certificate, x509.Certificate), "`read` gives an untrusted name"
        return certificate.subject

    def issue(
        self,
        profile: CertificateProfile,
        *,
        subject: x509.Name | bytes,
        public_key: PublicKey,
        not_before: datetime,
        not_after: datetime | None = None,
        serial: int | None = None,
        san: Sequence[x509.GeneralName] = (),
    ) -> Certificate:
        """Sign a certificate.

        Args:
            profile: its extensions and its default lifetime.
            subject: the name, or its DER.
            not_before, not_after: with time zone, to the second; no end means the profile's lifetime, cut to the
                authority's own where the profile says so. An end given is taken as it is: that is how to mis-issue.
            serial: None means 16 octets from `octets`.
            san: alternative names; none means no extension.

        Raises:
            ValueError: a date without time zone, or an end before the start.
        """
        not_before = _der.utc(not_before)
        if not_after is None:
            not_after = not_before + profile.validity
            if profile.within_issuer:
                not_after = min(not_after, read(self.identity.certificate).not_after or not_after)
        named = self.authority_key_identifier and profile.authority_key_identifier
        der = _signed(
            self.identity.key,
            self.digest,
            profile,
            issuer=self._issuer,
            issuer_key=self._key_identifier if named else b"",
            subject=subject if isinstance(subject, bytes) else subject.public_bytes(),
            spki=_sign.public_octets(public_key),
            dates=(not_before, not_after),
            serial=new_serial(self.octets) if serial is None else serial,
            san=san,
        )
        return made(der)

    def crl(
        self, revoked: Iterable[int], *, this_update: datetime, next_update: datetime, number: int = 1
    ) -> x509.CertificateRevocationList:
        """Sign a revocation list of serial numbers; `number` is the list's own (RFC 5280 section 5.2.3)."""
        return x509.load_der_x509_crl(
            _sign.revocation_list(
                self.identity.key,
                self.digest,
                issuer=self._issuer,
                this_update=this_update,
                next_update=next_update,
                revoked=revoked,
                extensions=self._key_identifier + encoded(x509.CRLNumber(number)),
            )
        )


def self_signed(
    profile: CertificateProfile,
    *,
    subject: x509.Name | bytes,
    key: PrivateKey,
    not_before: datetime,
    not_after: datetime | None = None,
    serial: int | None = None,
    san: Sequence[x509.GeneralName] = (),
    digest: Digest = "sha256",
    octets: Octets = os.urandom,
) -> Identity:
    """A key with a certificate that it signed itself; arguments as for `Authority.issue`.

    It carries no authority key identifier, as RFC 5280 section 4.2.1.1 allows and as CUCM's own certificates do.
    """
    name = subject if isinstance(subject, bytes) else subject.public_bytes()
    der = _signed(
        key,
        digest,
        profile,
        issuer=name,
        issuer_key=b"",
        subject=name,
        spki=_sign.public_octets(key.public_key()),
        dates=(not_before, not_before + profile.validity if not_after is None else not_after),
        serial=new_serial(octets) if serial is None else serial,
        san=san,
    )
    return Identity(key, made(der))


def _signed(
    key: PrivateKey,
    digest: Digest,
    profile: CertificateProfile,
    *,
    issuer: bytes,
    issuer_key: bytes,
    subject: bytes,
    spki: bytes,
    dates: tuple[datetime, datetime],
    serial: int,
    san: Sequence[x509.GeneralName],
) -> bytes:
    not_before, not_after = map(_der.utc, dates)
    if not_after < not_before:
        raise ValueError(f"A certificate cannot end ({not_after}) before it starts ({not_before}).")
    extensions = fixed_extensions(profile)
    if san:
        extensions += encoded(x509.SubjectAlternativeName(san))
    if profile.subject_key_identifier:
        identifier = _der.octet_string(_sign.key_identifier(spki))
        extensions += _sign.extension(_SUBJECT_KEY_IDENTIFIER, False, identifier)
    return _sign.certificate(
        key,
        digest,
        serial=serial,
        issuer=issuer,
        not_before=not_before,
        not_after=not_after,
        subject=subject,
        spki=spki,
        extensions=extensions + issuer_key,
    )


def _names_key_of(issuer: Certificate) -> x509.AuthorityKeyIdentifier:
    """The extension by which a certificate points at its issuer's key: a copy of the issuer's own identifier."""
    contents = read(issuer)
    own = contents.subject_key_identifier
    if own is None:
        own = _sign.key_identifier(contents.parts.public_key)
    return x509.AuthorityKeyIdentifier(own, None, None)


_SUBJECT_KEY_IDENTIFIER = _der.object_identifier(x509.SubjectKeyIdentifier.oid.dotted_string)
