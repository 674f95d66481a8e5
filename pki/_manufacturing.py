"""The mock Cisco manufacturing authorities of one lab, and the MICs they put into phones.

Names, serial numbers, dates, key sizes, exponents and digests are those of the real certificates where they are
published, so that a phone log, a trust store and an expiry report read as in the field; `_cisco` says what is invented. Every
subject also carries `OU=MOCK - NOT CISCO`, for readers who meet one of these outside the lab.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import datetime

from pki import _der, _profiles
from pki._authority import Authority, Octets, new_serial, self_signed
from pki._cisco import AUTHORITIES, DEFAULT_CA_LIST, CiscoAuthority
from pki._identity import Identity
from pki._keys import KeySpec, PrivateKey
from pki._names import device_common_name, name, product_id
from pki._pool import KeyRing
from pki.untrusted import Certificate, read

MOCK = "MOCK - NOT CISCO"


class Manufacturing:
    """The authorities that sign MICs, and those above them; a mapping from CN to `Authority`.

    An authority is made when it is first asked for. Its key is the pool's key of that name, so neither the order of
    asking nor what else the lab takes changes it: on one computer mock Cisco stays the same mock Cisco.

    Args:
        keys: the lab's keys.
        octets: source of the MICs' serial numbers.
    """

    def __init__(self, keys: KeyRing, octets: Octets = os.urandom) -> None:
        self._keys = keys
        self._octets = octets
        self._made: dict[str, Authority] = {}
        self._making = threading.RLock()

    def __getitem__(self, authority: str) -> Authority:
        """The authority of that CN.

        Raises:
            KeyError: there is none; the message lists the names.
        """
        with self._making:
            if authority not in self._made:
                self._made[authority] = self._make(authority)
            return self._made[authority]

    @property
    def made(self) -> tuple[Authority, ...]:
        """Those that a caller has asked for."""
        with self._making:
            return tuple(self._made.values())

    def __iter__(self) -> Iterator[str]:
        return iter(AUTHORITIES)

    def __len__(self) -> int:
        return len(AUTHORITIES)

    def __contains__(self, authority: object) -> bool:
        return authority in AUTHORITIES

    def prepare(self, *authorities: str) -> None:
        """Make the keys of these authorities, and of those above them, in threads; without names, of all."""
        wanted = set(authorities or AUTHORITIES)
        wanted |= {_facts(authority).issuer for authority in wanted} - {""}
        self._keys.prepare({}, {_purpose(authority): _spec(_facts(authority)) for authority in sorted(wanted)})

    def default_ca_list(self) -> tuple[Certificate, ...]:
        """The seven that CUCM installs in both CallManager-trust and CAPF-trust by itself.

        Cisco Manufacturing CA III and its root are not among them: an older CUCM needs them uploaded to both.
        """
        self.prepare(*DEFAULT_CA_LIST)
        return tuple(self[authority].certificate for authority in DEFAULT_CA_LIST)

    def mic(
        self, *, device_name: str, model: str, authority: str, key: PrivateKey, serial_number: str, not_before: datetime
    ) -> Identity:
        """The certificate that a phone leaves the factory with: RSA-2048 and ten years, or until its authority ends.

        A phone sends the MIC alone; a server that checks it must hold the intermediate and the root.

        Args:
            device_name: "SEP" and twelve hex digits.
            model: "7965G" or "CP-7965G".
            authority: CN of the one that signs, as in `__getitem__`.
            key: the phone's own.
            serial_number: of the chassis, "FCH2133E8B9".
            not_before: the day of manufacture.

        Raises:
            KeyError: no such authority.
            ValueError: a day on which the authority did not exist, or no longer; a date without time zone.
        """
        not_before = _der.utc(not_before)
        signer = self[authority]
        own = read(signer.certificate)
        assert own.not_before is not None  # the lab made it
        assert own.not_after is not None
        if not own.not_before <= not_before < own.not_after:
            raise ValueError(
                f"{authority} signed from {own.not_before:%Y-%m-%d} to {own.not_after:%Y-%m-%d}; "
                f"a phone made on {not_before:%Y-%m-%d} cannot have a MIC of it."
            )
        certificate = signer.issue(
            _profiles.MIC_SHA1 if signer.digest == "sha1" else _profiles.MIC_SHA2,
            subject=name(
                ("serialNumber", f"PID:{product_id(model)} SN:{serial_number}"),
                ("O", "Cisco Systems Inc."),
                ("OU", "CTG"),
                ("CN", device_common_name(model, device_name)),
            ),
            public_key=key.public_key(),
            not_before=not_before,
            serial=new_serial(self._octets, 10),  # certificates of Cisco Manufacturing CA show ten octets
        )
        return Identity(key, certificate)

    def _make(self, authority: str) -> Authority:
        facts = _facts(authority)
        key = self._keys.named(_spec(facts), _purpose(authority))
        parts = ("O", facts.organization), ("OU", MOCK), ("CN", authority)
        subject = name(*(reversed(parts) if facts.cn_first else parts))
        if not facts.issuer:
            identity = self_signed(
                facts.profile,
                subject=subject,
                key=key,
                not_before=facts.not_before,
                not_after=facts.not_after,
                serial=facts.serial,
                digest=facts.digest,
            )
        else:
            certificate = self[facts.issuer].issue(
                facts.profile,
                subject=subject,
                public_key=key.public_key(),
                not_before=facts.not_before,
                not_after=facts.not_after,
                serial=facts.serial,
            )
            identity = Identity(key, certificate)
        return Authority(identity, facts.digest, self._octets)


def _facts(authority: str) -> CiscoAuthority:
    try:
        return AUTHORITIES[authority]
    except KeyError:
        raise KeyError(f"No Cisco authority is called {authority!r}; there are {', '.join(AUTHORITIES)}.") from None


def _spec(facts: CiscoAuthority) -> KeySpec:
    return KeySpec("RSA", 2048, facts.exponent)


def _purpose(authority: str) -> str:
    return f"authority {authority}"
