"""Phone models and their firmware, as data: what each is called, offers and can hold.

Numbers of models are CUCM's typemodel (`facts` in cucm.md 5). Loads are of the last families that CUCM 12.5(1)SU8 shipped, in
the form that real load names have; that list does not name the 7970's, and the last figure of the others' is assumed where it
gives none. Cipher lists are real consoles'. 3DES, which real 88xx consoles list last, is left out: today's OpenSSL has none.
78xx and 88xx phones speak only SIP in the field; until this lab does, they register over SCCP here (assumed).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cisco_data.mics import mic_rule
from cisco_data.tls import TlsProfile, TlsVersion

TYPEMODEL: dict[str, int] = {
    "7960": 7,
    "7940": 8,
    "7941": 115,
    "7971": 119,
    "7985": 302,
    "7911": 307,
    "7961G-GE": 308,
    "7941G-GE": 309,
    "7931": 348,
    "7921": 365,
    "7906": 369,
    "7962": 404,
    "7937": 431,
    "7942": 434,
    "7945": 435,
    "7965": 436,
    "7975": 437,
    "7925": 484,
    "9971": 493,
    "6921": 495,
    "6941": 496,
    "6961": 497,
    "9951": 537,
    "8961": 540,
    "6901": 547,
    "6911": 548,
    "6945": 564,
    "8945": 585,
    "8941": 586,
    "3905": 592,
    "7821": 621,
    "7841": 622,
    "7861": 623,
    "8831": 659,
    "8841": 683,
    "8851": 684,
    "8861": 685,
    "7970": 30006,
    "7961": 30018,
    "7811": 36213,
    "8821": 36216,
    "8811": 36217,
    "8845": 36224,
    "8865": 36225,
    "8851NR": 36232,
    "7832": 36247,
}
"""Table typemodel: the number by which each model introduces itself, as a real CUCM lists `enum` and `name`; the names here without
their "Cisco "."""

_AES = ("AES256-SHA", "AES128-SHA")
_ECDHE = ("ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256", *_AES)

TLS_1_0 = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1, _AES)
"""79xx, 69xx and 99xx: TLS 1.0 and nothing else."""
_ECDSA = ("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256")
TLS_1_2 = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_2, _ECDHE)
"""78xx and 88xx."""
TLS_1_3 = TlsProfile(TlsVersion.TLSv1_2, TlsVersion.TLSv1_3, _ECDHE)
"""A profile of this lab for firmware that follows CUCM 15SU to TLS 1.3; no such load is in our sources."""


@dataclass(frozen=True, slots=True)
class PhoneModel:
    """One model with one firmware."""

    number: str
    """As CUCM and scenarios name it: `7965`."""
    product: str
    """As certificates name it, without `CP-`: `7965G`."""
    type_model: int
    """CUCM's typemodel, which SCCP sends as device type."""
    load: str
    tls: TlsProfile
    built: datetime
    """When this lab's left the factory: its MIC starts then. Assumed."""
    rsa_key_sizes: tuple[int, ...] = (512, 1024, 2048)
    """Bits of a key that it can make for an LSC. Assumed: the limit of each model, as none is published."""
    ec_key_sizes: tuple[int, ...] = ()
    capf_version: int = 3
    log: str = "79xx"
    """The generation of its console: `79xx` prints SECD lines, `88xx` JAVA and SECUREAPP ones."""
    web: str = "79x1"
    """Where its web pages are, a key of phone_sim.pages.paths.PATHS: `7940`, `79x1` or `88xx`."""
    security_by_default: bool = True
    """Whether it knows ITL and TVS; one without knows a CTL only (Security Guide 14: 7940 and 7960 do not)."""
    http_downloads: bool = False
    """Whether it asks its TFTP server over HTTP on 6970 first. Assumed: 78xx and newer do, older ones know TFTP only."""
    typed_tftp_deletes_lists: bool = True
    """Whether a TFTP server typed on the phone that CTL and ITL do not list deletes them: 78xx do (network settings of the
    78xx). 88xx ask, and Continue keeps the lists (Cisco document 221657, 8865). Assumed: 79xx do as 78xx."""
    sha2_files: bool = False
    """Whether it can check files signed with SHA-256 or SHA-512; 79xx, 89xx and 99xx verify SHA-1 only (Security Guide)."""

    @property
    def mic_authority(self) -> str | None:
        """CN of the authority that signed its MIC, by model and day of manufacture; None for one that left the factory without."""
        rule = mic_rule(self.number, self.built.date())
        return rule.authority or None if rule is not None else None

    @property
    def tls_for_files(self) -> TlsProfile:
        """What it offers a TFTP server over HTTPS, whose certificate may be EC. Assumed: ECDSA in front of the suites of `tls`."""
        return replace(self.tls, ciphers=_ECDSA + self.tls.ciphers)

    def with_tls(self, profile: TlsProfile) -> PhoneModel:
        return replace(self, tls=profile)

    def can_make(self, algorithm: str, size: int) -> bool:
        """Whether this model can make a key of `RSA` or `EC` with so many bits."""
        return size in (self.rsa_key_sizes if algorithm == "RSA" else self.ec_key_sizes)


def _old(number: str, load: str) -> PhoneModel:
    oldest = number in ("7940", "7960")
    return PhoneModel(
        number,
        f"{number}G",
        TYPEMODEL[number],
        load,
        TLS_1_0,
        _day(2017, 9, 4),
        web="7940" if oldest else "79x1",
        security_by_default=not oldest,
    )


def _new(number: str, load: str) -> PhoneModel:
    return PhoneModel(
        number,
        number,
        TYPEMODEL[number],
        load,
        TLS_1_2,
        _day(2019, 6, 3),
        rsa_key_sizes=(512, 1024, 2048, 3072, 4096),
        ec_key_sizes=(256, 384, 521),
        log="88xx",
        web="88xx",
        http_downloads=True,
        typed_tftp_deletes_lists=not number.startswith("88"),
        sha2_files=True,
    )


def _day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


MODELS: dict[str, PhoneModel] = {
    model.number: model
    for model in (
        _old("7940", "P00308010200"),
        _old("7960", "P00308010200"),
        _old("7941", "SCCP41.9-4-2SR3-1S"),
        _old("7942", "SCCP42.9-4-2SR3-1S"),
        _old("7945", "SCCP45.9-4-2SR4-3S"),
        _old("7961", "SCCP41.9-4-2SR3-1S"),
        _old("7962", "SCCP42.9-4-2SR3-1S"),
        _old("7965", "SCCP45.9-4-2SR4-3S"),
        _old("7970", "SCCP70.9-4-2SR3-1S"),
        _old("7975", "SCCP75.9-4-2SR4-1S"),
        _new("7821", "sip78xx.14-1-1-0001-125"),
        _new("7841", "sip78xx.14-1-1-0001-125"),
        _new("7861", "sip78xx.14-1-1-0001-125"),
        _new("8811", "sip88xx.14-1-1-0001-125"),
        _new("8841", "sip88xx.14-1-1-0001-125"),
        _new("8845", "sip8845_65.14-1-1-0001-125"),
        _new("8851", "sip88xx.14-1-1-0001-125"),
        _new("8861", "sip88xx.14-1-1-0001-125"),
        _new("8865", "sip8845_65.14-1-1-0001-125"),
    )
}
"""By number."""


def model_number(model: str) -> int | None:
    """The number of "7965"; None where there is no such model."""
    return TYPEMODEL.get(model)


def model_name(number: int) -> str:
    """`7965` for 436; the number itself where no model has it."""
    return next((name for name, own in TYPEMODEL.items() if own == number), str(number))


def product_named(number: str) -> str:
    """The model as certificates name it, without `CP-`; one that is not known here is taken as it is written."""
    return MODELS[number].product if number in MODELS else number


def offer_for(model: PhoneModel, *, authenticated: bool, tls12_only: bool = False) -> TlsProfile:
    """What the model offers to CallManager; `offer_of` says how."""
    return offer_of(model.tls, authenticated=authenticated, tls12_only=tls12_only)


def offer_of(able: TlsProfile, *, authenticated: bool, tls12_only: bool = False) -> TlsProfile:
    """What a phone with this ability offers to CallManager: in Authenticated mode the NULL suite alone, which no TLS 1.3 knows.

    `tls12_only` is tls12Only of the phone's file; Assumed: a model without TLS 1.2 ignores it.
    """
    if tls12_only and able.maximum >= TlsVersion.TLSv1_2:
        able = replace(able, minimum=max(able.minimum, TlsVersion.TLSv1_2))
    if not authenticated:
        return able
    return replace(able, maximum=min(able.maximum, TlsVersion.TLSv1_2), ciphers=("NULL-SHA",))
