"""Cisco's manufacturing authorities as data: what is published of the real ones, and what had to be invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pki import _profiles
from pki._profiles import CertificateProfile
from pki._sign import Digest


@dataclass(frozen=True, slots=True)
class CiscoAuthority:
    """One real authority, as far as it is published."""

    organization: str
    issuer: str  # "" for a root
    serial: int
    not_before: datetime
    not_after: datetime
    profile: CertificateProfile
    digest: Digest = "sha256"
    exponent: int = 65537
    cn_first: bool = False
    """Whether its name begins with the CN; the others' ends with it."""


def _utc(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


_END_2048 = _utc("2029-05-14 20:25:42")

# Of Cisco Manufacturing CA III and its root the days are published but not the hours: noon UTC keeps the day everywhere in America.
# Assumed: all of the two CAP-RTP but their names. Dates, serial numbers and extensions are invented; the real ones are said to
# have expired in 2023, so a MIC of theirs is a lesson and not a way to register.
# Assumed: all of the two Device Identity authorities but their names. Their serial numbers begin with 4C4142 ("LAB").
AUTHORITIES = {
    "CAP-RTP-001": CiscoAuthority(
        "Cisco Systems",
        "",
        0x1,
        _utc("2003-02-06 12:00:00"),
        _utc("2023-02-06 12:00:00"),
        _profiles.MANUFACTURING_ROOT_SHA1,
        "sha1",
    ),
    "CAP-RTP-002": CiscoAuthority(
        "Cisco Systems",
        "",
        0x2,
        _utc("2003-10-10 12:00:00"),
        _utc("2023-10-10 12:00:00"),
        _profiles.MANUFACTURING_ROOT_SHA1,
        "sha1",
    ),
    "Cisco Manufacturing CA": CiscoAuthority(
        "Cisco Systems",
        "Cisco Root CA 2048",
        0x6A6967B3000000000003,
        _utc("2005-06-10 22:16:01"),
        _END_2048,
        _profiles.MANUFACTURING_CA_SHA1,
        "sha1",
        exponent=3,
    ),
    "Cisco Manufacturing CA SHA2": CiscoAuthority(
        "Cisco",
        "Cisco Root CA M2",
        0x02,
        _utc("2012-11-12 13:50:58"),
        _utc("2037-11-12 13:00:17"),
        _profiles.MANUFACTURING_CA_SHA2,
    ),
    "Cisco Root CA 2048": CiscoAuthority(
        "Cisco Systems",
        "",
        0x5FF87B282B54DC8D42A315B568C9ADFF,
        _utc("2004-05-14 20:17:12"),
        _END_2048,
        _profiles.MANUFACTURING_ROOT_SHA1,
        "sha1",
        exponent=3,
    ),
    "Cisco Root CA M2": CiscoAuthority(
        "Cisco",
        "",
        0x01,
        _utc("2012-11-12 13:00:18"),
        _utc("2037-11-12 13:00:18"),
        _profiles.MANUFACTURING_ROOT_SHA2,
    ),
    "ACT2 SUDI CA": CiscoAuthority(
        "Cisco",
        "Cisco Root CA 2048",
        0x61096E7D00000000000C,
        _utc("2011-06-30 17:56:57"),
        _END_2048,
        _profiles.MANUFACTURING_SUDI_CA,
        "sha1",
    ),
    "Cisco Manufacturing CA III": CiscoAuthority(
        "Cisco",
        "Cisco Basic Assurance Root CA 2099",
        0x04302A0B364CE2DA93,
        _utc("2017-07-05 12:00:00"),
        _utc("2099-05-26 12:00:00"),
        _profiles.MANUFACTURING_CA_2099,
    ),
    "Cisco Basic Assurance Root CA 2099": CiscoAuthority(
        "Cisco",
        "",
        0x01A65AF15EE994EBE1,
        _utc("2017-05-26 12:00:00"),
        _utc("2099-05-26 12:00:00"),
        _profiles.MANUFACTURING_ROOT_SHA2,
    ),
    "High Assurance SUDI CA": CiscoAuthority(
        "Cisco",
        "Cisco Root CA 2099",
        0x0A6475524CD8617C62,
        _utc("2016-08-11 20:28:08"),
        _utc("2099-08-09 20:58:27"),
        _profiles.MANUFACTURING_SUDI_CA_2099,
        cn_first=True,
    ),
    "Cisco Root CA 2099": CiscoAuthority(
        "Cisco",
        "",
        0x019A335878CE16C1C1,
        _utc("2016-08-09 20:58:28"),
        _utc("2099-08-09 20:58:28"),
        _profiles.MANUFACTURING_ROOT_SHA2,
    ),
    "Device Identity Basic Assurance Sub CA 2099": CiscoAuthority(
        "Cisco",
        "Device Identity Basic Assurance Root CA 2099",
        0x4C414200000000000002,
        _utc("2021-01-02 12:00:00"),
        _utc("2099-01-01 12:00:00"),
        _profiles.MANUFACTURING_CA_2099,
    ),
    "Device Identity Basic Assurance Root CA 2099": CiscoAuthority(
        "Cisco",
        "",
        0x4C414200000000000001,
        _utc("2021-01-01 12:00:00"),
        _utc("2099-01-01 12:00:00"),
        _profiles.MANUFACTURING_ROOT_SHA2,
    ),
}

# In the order of `show cert default-ca-list` of the default release; `cisco_data.default_ca_list` has those of all releases.
DEFAULT_CA_LIST = tuple(AUTHORITIES)[:7]
