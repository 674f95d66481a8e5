"""Certificates that a phone can handshake with: its own where the lab has the key, else re-keyed, else issued by description.

How this works. A handshake needs private keys, and exports hold none. `pki` makes certificates again around keys of the lab
(`RekeyedCertificates`); this module decides for whom, and keeps all that it makes.

*Both ends must agree.* A re-keyed LSC is signed by a re-keyed CAPF, so the trust store that judges it holds the re-keyed CAPF
as well: `settings` gives a service its trust store with every certificate that needs it replaced, `credentials` gives a phone
its own. What servers present is never re-keyed: where its key is missing, `stand_in` is presented, and whether the phone
accepts the server is decided by the server's own certificate (`trust`).

*What is only described.* An inventory row tells issuer and dates, and no octets: such a certificate is issued here
(`described`), by the issuer's re-keyed authority, or, where no certificate of that name is known, by one that no store holds.

*It is checked.* For each phone's certificate and each store, OpenSSL's verifier judges the original in the original store and
the re-keyed one in the re-keyed store, once. Where both do not agree, `disagreement` gives the sentence, and the verdict is
"cannot tell".

*What is kept.* Objects are found by identity (`id`), and each entry keeps the object, so that an identity stays unique. Stores
and settings stay until a step brings an authority (`learn`): then a certificate whose signer was not known may get another
signature, so all that depends on it is dropped, and `lessons` counts up, which makes `Judge` drop its results. Phones of one
kind share one key, since no verdict depends on which key a phone has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from OpenSSL.crypto import X509

from cisco_data import CertificateKind
from lab.fleet.model import Described, Fleet, FleetPhone, Held, Known, Settings
from lab.fleet.trust import FleetList, FleetNode
from lab.operations.renewed import Renewed
from lab.whatif.described import issue
from lab.whatif.in_memory_handshake import PhoneCredentials
from lab.whatif.trust.fleet_trust import FleetTrust
from pki import (
    Authority,
    Certificate,
    Identity,
    KeyRing,
    KeySpec,
    PrivateKey,
    TrustStore,
    callmanager_identity,
    capf_authority,
    read,
)
from pki.rekeyed import NotRekeyable, RekeyedCertificates
from pki.rekeyed_checker import RekeyedChecker, in_openssl
from wire.tls import Credential

STAND_IN = {"C": "AU", "O": "cucm-cert-lab", "OU": "what-if"}
"""The subject of what signs for an unknown issuer, and of what a server presents whose certificate is not known."""
LONG_AGO = timedelta(days=3650)


class CredentialFactory:
    """Knows the authorities of one fleet. A fleet that steps lead to has the same authorities, or more: `learn` them."""

    def __init__(self, fleet: Fleet, keys: KeyRing) -> None:
        self.keys = keys
        self._at = fleet.at
        self._identities = fleet.identities
        self._certificates = fleet.certificates
        self.rekeyed = RekeyedCertificates(fleet.certificates, keys, fleet.identities)
        self.rekeyed.learn((), fleet.identities_of_phones)  # a store may hold one of them too
        self.rekeyed.learn((), _presented(fleet))
        self.trust = FleetTrust()
        """What phones make of lists, files and servers."""
        self.lessons = 0
        """How often it learnt of new authorities; certificates re-keyed before may have had no known signer."""
        self._settings: dict[int, tuple[Settings, Settings]] = {}
        self._stores: dict[int, tuple[TrustStore, TrustStore]] = {}
        self._contents: dict[object, int] = {}
        self._numbers: dict[int, tuple[TrustStore, int]] = {}
        self._checkers: dict[tuple[int, datetime], RekeyedChecker] = {}
        self._originals: dict[int, tuple[Credential, tuple[X509, ...]]] = {}
        """Phones' certificates without keys, and what is sent along, by the credential of the re-keyed certificate."""
        self._agreed: dict[tuple[int, int, datetime], tuple[tuple[int, int], tuple[int, int]]] = {}
        """Verdicts on original and re-keyed certificate, by that, a store's content and the moment."""
        self._leaf_keys: dict[KeySpec, PrivateKey] = {}
        self._unknown: dict[str, Authority] = {}
        self._credentials: dict[int, Credential] = {}
        """The first one with each key: all phones of a kind share theirs."""
        self.renewed = Renewed(keys)
        """Certificates that operations bring."""
        self._stand_in: Identity | None = None
        self.described = 0
        """Certificates made from a description."""
        self.rekeyed_count = 0
        """Phones' certificates for which a re-keyed certificate was made."""

    def learn(self, fleet: Fleet) -> None:
        """Take up authorities that a step has brought."""
        if fleet.certificates != self._certificates or len(fleet.identities) != len(self._identities):
            self._certificates, self._identities = fleet.certificates, fleet.identities
            if self.rekeyed.learn(fleet.certificates, [*fleet.identities, *_presented(fleet)]):
                self.lessons += 1
                self._settings.clear()
                self._stores.clear()
                self._checkers.clear()
                self.forget()

    @property
    def stand_in(self) -> Identity:
        """What a server presents whose own certificate is not known."""
        if self._stand_in is None:
            since = self._at.replace(microsecond=0) - LONG_AGO
            self._stand_in = callmanager_identity(
                keys=self.keys, subject=STAND_IN, host_name="unknown", not_before=since
            )
        return self._stand_in

    def settings(self, settings: Settings) -> Settings:
        """The same, with re-keyed certificates wherever a key is missing; the same object for the same object."""
        found = self._settings.get(id(settings))
        if found is None:
            identity = self.stand_in if settings.identity is None else settings.identity
            made = replace(settings, trust=self.store(settings.trust), identity=identity)
            found = self._settings[id(settings)] = settings, made
        return found[1]

    def store(self, store: TrustStore) -> TrustStore:
        """Of re-keyed certificates; what cannot be re-keyed stays itself, and `disagreement` finds whose chains run through it."""
        found = self._stores.get(id(store))
        if found is None:
            found = self._stores[id(store)] = store, self.rekeyed.store(store)
        return found[1]

    def credentials(self, phone: FleetPhone) -> PhoneCredentials:
        """Raises NotRekeyable with a sentence where one of its certificates can have none."""
        dot1x = phone.dot1x_trusted_servers
        played = phone if dot1x is None else replace(phone, dot1x_trusted_servers=self.store(dot1x))
        return PhoneCredentials(played, self._credential(phone, phone.lsc), self._credential(phone, phone.mic))

    def authority(self, certificate: Certificate) -> Authority:
        """Who signs as this certificate's owner would."""
        return self.rekeyed.authority(certificate)

    # Trust lists, as `lab.operations.effect.Shop`

    def itl(self, fleet: Fleet, cluster: str, node: str) -> FleetList | None:
        return self.trust.lists.itl(fleet, cluster, node)

    def ctl(self, fleet: Fleet, cluster: str, *, capf_only: bool = False) -> FleetList | None:
        return self.trust.lists.ctl(fleet, cluster, capf_only=capf_only)

    def reset_itl(self, fleet: Fleet, cluster: str, saved: Certificate | None = None) -> FleetList | None:
        return self.trust.lists.reset_itl(fleet, cluster, saved)

    def reset_ctl(self, fleet: Fleet, cluster: str) -> FleetList | None:
        return self.trust.lists.reset_ctl(fleet, cluster)

    def booted(self, fleet: Fleet, names: frozenset[str]) -> Fleet:
        return self.trust.booted(fleet, names)

    def lists_one_of(self, phone: FleetPhone, nodes: Iterable[FleetNode]) -> bool:
        return self.trust.lists_one_of(phone, nodes)

    def takes_file(self, fleet: Fleet, phone: FleetPhone) -> bool:
        return self.trust.takes_file(fleet, phone)

    def accepts_capf(self, fleet: Fleet, phone: FleetPhone) -> bool:
        return self.trust.accepts_capf(fleet, phone)

    def is_rekeyed(self, phone: FleetPhone) -> bool:
        """Whether a re-keyed certificate stands in for one of its certificates."""
        return any(
            isinstance(held, Known) and held.identity is None and self.rekeyed.is_rekeyed(held.certificate, held.chain)
            for held in (phone.lsc, phone.mic)
        )

    def disagreement(
        self, phone: FleetPhone, credentials: PhoneCredentials, kind: CertificateKind, trust: TrustStore, at: datetime
    ) -> str:
        """What OpenSSL's verifier says of an original and not of the re-keyed certificate; empty where both agree."""
        held, credential = (phone.lsc, credentials.lsc) if kind is CertificateKind.LSC else (phone.mic, credentials.mic)
        if not isinstance(held, Known) or credential is None:
            return ""
        made = credential.identity
        if (made.certificate, made.chain) == (held.certificate, held.chain) and self.store(trust) == trust:
            return ""
        content = self._content(trust)
        key = id(credential), content, at
        if key not in self._agreed:
            if (content, at) not in self._checkers:
                self._checkers[content, at] = RekeyedChecker(trust, self.store(trust), at)
            if id(credential) not in self._originals:
                self._originals[id(credential)] = credential, in_openssl(held.certificate, *held.chain)
            self._agreed[key] = self._checkers[content, at].verdicts_on(
                self._originals[id(credential)][1], (credential.x509, *in_openssl(*credential.chain))
            )
        of_original, of_rekeyed = self._agreed[key]
        if of_original == of_rekeyed:
            return ""
        return f"OpenSSL's verifier says {_at(of_original)} of the {kind} and {_at(of_rekeyed)} of its re-keyed certificate"

    def forget(self) -> None:
        """What is known of single phones' certificates."""
        self._agreed.clear()
        self._originals.clear()

    def _content(self, trust: TrustStore) -> int:
        """The same number for stores of the same certificates: CallManager-trust and CAPF-trust often have all in common.

        Revocation lists do not count, since the verifier is not asked about them here.
        """
        if id(trust) not in self._numbers:
            content = frozenset(trust.certificates)
            number = self._contents.setdefault(content, len(self._contents))
            self._numbers[id(trust)] = trust, number
        return self._numbers[id(trust)][1]

    def _credential(self, phone: FleetPhone, held: Held | None) -> Credential | None:
        if held is None:
            return None
        if isinstance(held, Described):
            return self._credential_of(self._made(phone, held))
        if held.identity is not None and not (
            self.rekeyed.is_signed_by_rekeyed(held.certificate, held.chain)
            or any(self.rekeyed.is_rekeyed(link, held.chain) for link in held.chain)
        ):
            return Credential(held.identity)
        self.rekeyed_count += 1
        return self._credential_of(self.rekeyed.identity(held.certificate, held.chain))

    def _credential_of(self, identity: Identity) -> Credential:
        first = self._credentials.get(id(identity.key))
        if first is None:
            first = self._credentials[id(identity.key)] = Credential(identity)
        return Credential(identity, first.pkey)

    def _made(self, phone: FleetPhone, described: Described) -> Identity:
        key = self._leaf_keys.get(described.key)
        if key is None:  # one for all: no verdict depends on which key a phone has, only on its kind
            key = self._leaf_keys[described.key] = self.keys.take(described.key)
        issuer = described.issuer or self._known_by_now(described.issuer_name)
        authority = self.authority(issuer) if issuer is not None else self._unknown_authority(described.issuer_name)
        self.described += 1
        return Identity(key, issue(described, phone.device_name, authority, key.public_key()))

    def _known_by_now(self, issuer_name: str) -> Certificate | None:
        """An authority of that name which a step has brought; None where there are several."""
        found = [each for each in self._certificates if read(each).subject.cn == issuer_name]
        return found[0] if len(found) == 1 else None

    def _unknown_authority(self, issuer_name: str) -> Authority:
        """An authority of that name which no store holds."""
        if issuer_name not in self._unknown:
            self._unknown[issuer_name] = capf_authority(
                keys=self.keys,
                subject=STAND_IN,
                not_before=self._at.replace(microsecond=0) - LONG_AGO,
                name=issuer_name or "unknown",
            )
        return self._unknown[issuer_name]


def _presented(fleet: Fleet) -> list[Identity]:
    """What servers present. Phones meet the certificate itself, so a trust list must hold that and no re-keyed certificate."""
    settings = (each for server in fleet.servers.values() for each in (server.configured, server.in_use))
    return [each.identity for each in settings if each is not None and each.identity is not None]


def _at(verdict: tuple[int, int]) -> str:
    return f"{verdict[0]}@{verdict[1]}" if verdict[0] else "that all is well"


__all__ = ["CredentialFactory", "NotRekeyable"]
