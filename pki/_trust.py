"""A trust store as CUCM keeps one: at most one certificate for each subject name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from cryptography import x509

from pki.names import DistinguishedName
from pki.untrusted import Certificate, read

_NEVER = datetime.min.replace(tzinfo=UTC)


class TrustStore:
    """An immutable snapshot of the certificates that a service trusts; changing it gives a new one.

    CUCM's rule: a store keeps one certificate per subject name, the one with the newer start date. Adding an older one
    therefore changes nothing. Of two that start at the same second the later added stays (assumed, as nothing is published).

    Args:
        name: "CallManager-trust", "CAPF-trust" and so on.
        certificates: added one after the other, by that rule.
        crls: revocation lists that go with them.
    """

    __slots__ = ("_by_subject", "_crls", "_name")

    def __init__(
        self,
        name: str,
        certificates: Iterable[Certificate] = (),
        crls: Iterable[x509.CertificateRevocationList] = (),
    ) -> None:
        self._name = name
        self._crls = tuple(crls)
        self._by_subject: dict[DistinguishedName, Certificate] = {}
        for certificate in certificates:
            subject = read(certificate).subject
            held = self._by_subject.get(subject)
            if held is None or not is_newer(held, certificate):
                self._by_subject[subject] = certificate

    @property
    def name(self) -> str:
        """The store's name, as CUCM spells it."""
        return self._name

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """In the order in which their subjects were first added."""
        return tuple(self._by_subject.values())

    @property
    def crls(self) -> tuple[x509.CertificateRevocationList, ...]:
        """Revocation lists, in the order given."""
        return self._crls

    def with_certificate(self, certificate: Certificate) -> TrustStore:
        """This store after an upload; equal to this one if it holds a newer certificate of the same name."""
        return TrustStore(self._name, (*self.certificates, certificate), self._crls)

    def with_restored(self, certificate: Certificate) -> TrustStore:
        """This store with it in place of the one of its name, also of a newer one, which an upload would keep."""
        held = self.by_subject(read(certificate).subject)
        return (self if held is None else self.without(held)).with_certificate(certificate)

    def without(self, certificate: Certificate) -> TrustStore:
        """This store after a deletion.

        Raises:
            KeyError: it does not hold exactly this certificate.
        """
        if certificate not in self:
            raise KeyError(f"{self._name} does not hold {read(certificate).subject.label}.")
        return TrustStore(self._name, (held for held in self.certificates if held != certificate), self._crls)

    def with_crl(self, crl: x509.CertificateRevocationList) -> TrustStore:
        """This store with one more revocation list."""
        return TrustStore(self._name, self.certificates, (*self._crls, crl))

    def by_subject(self, subject: DistinguishedName | x509.Name) -> Certificate | None:
        """The one certificate of that name."""
        name = DistinguishedName.of(subject) if isinstance(subject, x509.Name) else subject
        return self._by_subject.get(name)

    def find(self, text: str) -> tuple[Certificate, ...]:
        """Those whose CN contains `text`, or whose serial number is `text` in hex (colons allowed); case is ignored."""
        wanted = text.casefold()
        serial = wanted.replace(":", "").lstrip("0")
        return tuple(
            held
            for held in self.certificates
            if wanted in read(held).subject.cn.casefold() or (serial and serial == f"{read(held).serial_number:x}")
        )

    def __contains__(self, certificate: object) -> bool:
        if not isinstance(certificate, Certificate):
            return False
        return self._by_subject.get(read(certificate).subject) == certificate

    def __iter__(self) -> Iterator[Certificate]:
        return iter(self.certificates)

    def __len__(self) -> int:
        return len(self._by_subject)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TrustStore):
            return NotImplemented
        return (self._name, set(self), self._crls) == (other._name, set(other), other._crls)

    def __hash__(self) -> int:
        return hash((self._name, frozenset(self)))

    def __repr__(self) -> str:
        return f"<{self._name}: {', '.join(read(held).subject.label for held in self)}>"


def is_newer(one: Certificate, other: Certificate) -> bool:
    """Whether `one` starts later. Assumed: one whose start OpenSSL cannot read is the oldest of all."""
    return (read(one).not_before or _NEVER) > (read(other).not_before or _NEVER)


def trust_file_name(certificate: Certificate) -> str:
    """The name under which CUCM lists a trust certificate: `Cisco_Root_CA_M2_01.pem`, but `CAPF-36205338.pem`.

    Newer versions join the CN, blanks as `_`, and the serial number in hex; CAPF's goes without the number.
    """
    plain = read(certificate).subject.cn.replace(" ", "_").replace("/", "_")
    if plain.startswith("CAPF-"):
        return f"{plain}.pem"
    serial = f"{read(certificate).serial_number:x}"
    return f"{plain}_{serial.zfill(len(serial) + len(serial) % 2)}.pem"
