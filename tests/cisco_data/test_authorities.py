"""Cisco's manufacturing authorities: every table names the same ones, and one rule says what is a MIC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography import x509

from capf_sim.bearer import certificate_kind
from cisco_data import DEFAULT_RELEASE, MANUFACTURING_AUTHORITIES, RELEASES, default_ca_list, is_shipped, mic_end
from cisco_data import mics as mic_table
from cisco_data.authorities import END_OF_ROOT_2048, ROOT_2048, signs_mics
from cisco_data.mics import MIC_LIFE, mic_rule
from cisco_data.models import MODELS
from lab.exports.authorities import issues_mics
from pki import CISCO_AUTHORITIES, MOCK, KeyPool, KeySpec, Manufacturing, common_name, name, profiles

RSA = KeySpec("RSA", 2048)


@pytest.fixture(scope="module")
def cisco() -> Manufacturing:
    return Manufacturing(KeyPool().ring())


def test_every_authority_that_a_table_names_exists_in_pki_and_no_other() -> None:
    assert set(MANUFACTURING_AUTHORITIES) == set(CISCO_AUTHORITIES)
    listed = {each for release in RELEASES for each in default_ca_list(release)}
    assert listed <= set(CISCO_AUTHORITIES)
    days = [date(year, month, 1) for year in range(2005, 2030) for month in range(1, 13)]
    rules = [mic_rule(model, day) for model in _MODELS_NAMED for day in days]
    assert {rule.authority for rule in rules if rule is not None and rule.authority} <= set(CISCO_AUTHORITIES)


@pytest.mark.parametrize("cn", MANUFACTURING_AUTHORITIES)
def test_the_mock_authority_has_the_names_and_the_root_of_the_table(cn: str, cisco: Manufacturing) -> None:
    told, made = MANUFACTURING_AUTHORITIES[cn], cisco[cn].certificate
    assert CISCO_AUTHORITIES[cn].organization == told.organization
    assert common_name(made.issuer) == told.root  # no chain of Cisco's is longer than three
    assert MOCK in made.subject.rfc4514_string()
    if told.root == ROOT_2048:
        assert made.not_valid_after_utc == END_OF_ROOT_2048


def test_the_default_list_of_pki_is_that_of_the_default_release(cisco: Manufacturing) -> None:
    assert tuple(common_name(each.subject) for each in cisco.default_ca_list()) == default_ca_list(DEFAULT_RELEASE)
    assert default_ca_list() == default_ca_list("12.5SU3")


@pytest.mark.parametrize(
    ("release", "there", "absent"),
    [
        ("9.1", "CAP-RTP-001", "Cisco Manufacturing CA SHA2"),
        ("10.5(2)", "ACT2 SUDI CA", "Cisco Manufacturing CA III"),
        ("11.5SU3", "Cisco Root CA M2", "Cisco Manufacturing CA III"),
        ("11.5SU9", "Cisco Manufacturing CA III", "High Assurance SUDI CA"),
        ("11.5", "Cisco Basic Assurance Root CA 2099", "High Assurance SUDI CA"),
        ("12.0", "CAP-RTP-002", "Cisco Manufacturing CA III"),
        ("12.5SU3", "CAP-RTP-002", "Cisco Basic Assurance Root CA 2099"),
        ("12.5SU4", "Cisco Manufacturing CA III", "Cisco Root CA 2099"),
        ("14SU2", "High Assurance SUDI CA", "CAP-RTP-001"),
        ("15", "Cisco Manufacturing CA III", "Device Identity Basic Assurance Sub CA 2099"),
    ],
)
def test_a_release_brings_along(release: str, there: str, absent: str) -> None:
    assert is_shipped(there, release)
    assert not is_shipped(absent, release)


def test_a_release_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match=r"12\.5SU3"):
        default_ca_list("13")


_MODELS_NAMED = sorted({*mic_table._III_SINCE, *mic_table._SHA1_ONLY, *mic_table._SUDI, "7940", "8821", "8831", "9811"})


@pytest.mark.parametrize(
    ("model", "made", "authority"),
    [
        ("7940", "2004-01-01", ""),
        ("7965", "2008-06-01", "Cisco Manufacturing CA"),
        ("7965", "2022-06-01", "Cisco Manufacturing CA"),
        ("8961", "2012-06-01", "Cisco Manufacturing CA"),
        ("8861", "2014-06-01", "Cisco Manufacturing CA"),
        ("8861", "2017-08-14", "Cisco Manufacturing CA SHA2"),
        ("8861", "2021-04-30", "Cisco Manufacturing CA SHA2"),
        ("8861", "2021-05-01", "Cisco Manufacturing CA III"),
        ("8811", "2022-01-31", "Cisco Manufacturing CA SHA2"),
        ("8811", "2022-02-01", "Cisco Manufacturing CA III"),
        ("7821", "2022-03-31", "Cisco Manufacturing CA SHA2"),
        ("7821", "2022-04-01", "Cisco Manufacturing CA III"),
        ("8845", "2022-10-19", "Cisco Manufacturing CA SHA2"),
        ("8845", "2022-10-20", "Cisco Manufacturing CA III"),
        ("8875", "2020-01-01", "Cisco Manufacturing CA III"),
        ("9871", "2025-01-01", "High Assurance SUDI CA"),
        ("9811", "2025-01-01", "Device Identity Basic Assurance Sub CA 2099"),
    ],
)
def test_a_mic_is_signed_by_model_and_month(model: str, made: str, authority: str) -> None:
    rule = mic_rule(model, date.fromisoformat(made))
    assert rule is not None
    assert rule.authority == authority


def test_a_model_of_which_no_source_tells_has_no_rule() -> None:
    assert mic_rule("7937", date(2015, 1, 1)) is None
    assert mic_rule("", date(2015, 1, 1)) is None


@pytest.mark.parametrize("made", [datetime(2015, 3, 2, tzinfo=UTC), datetime(2023, 3, 2, tzinfo=UTC)], ids=str)
@pytest.mark.parametrize(
    "cn",
    [
        cn
        for cn in MANUFACTURING_AUTHORITIES
        if not cn.startswith("CAP") and MANUFACTURING_AUTHORITIES[cn].signs_devices
    ],
)
def test_a_mic_of_the_lab_ends_as_the_rule_says(cn: str, made: datetime, cisco: Manufacturing) -> None:
    made = max(made, cisco[cn].certificate.not_valid_before_utc)
    key = KeyPool().ring().take(RSA)
    mic = cisco.mic(
        device_name="SEP001122334455", model="8861", authority=cn, key=key, serial_number="FCH00000001", not_before=made
    )
    ends = mic.certificate.not_valid_after_utc
    assert ends == mic_end(made, cn)
    below_2048 = MANUFACTURING_AUTHORITIES[cn].root == ROOT_2048
    assert ends == (min(made + MIC_LIFE, END_OF_ROOT_2048) if below_2048 else made + MIC_LIFE)


def test_ten_years_are_the_same_in_both_tables() -> None:
    assert MIC_LIFE == profiles.TEN_YEARS
    end = datetime(2027, 1, 1, tzinfo=UTC)
    assert mic_end(datetime(2020, 1, 1, tzinfo=UTC), "Company CA", end) == end
    assert mic_end(end, "Company CA") == end + MIC_LIFE


@pytest.mark.parametrize("model", MODELS)
def test_a_model_of_the_lab_has_the_mic_of_its_rule_and_its_authority_existed(model: str, cisco: Manufacturing) -> None:
    authority = MODELS[model].mic_authority
    rule = mic_rule(model, MODELS[model].built.date())
    assert rule is not None
    assert (authority or "") == rule.authority
    if authority:
        own = cisco[authority].certificate
        assert own.not_valid_before_utc + timedelta(days=1) < MODELS[model].built < own.not_valid_after_utc


ISSUERS = [
    *(([("O", each.organization), ("CN", cn)], each.signs_devices) for cn, each in MANUFACTURING_AUTHORITIES.items()),
    ([("CN", "High Assurance SUDI CA"), ("O", "Cisco")], True),
    ([("CN", "Device Identity Basic Assurance Sub CA 2099")], True),
    ([("O", "Cisco Systems, Inc."), ("OU", "x"), ("CN", "Cisco Manufacturing CA II")], True),
    ([("O", "Cisco"), ("CN", "CAPF-36205338")], False),
    ([("O", "Cisco Falls School District"), ("CN", "CAPF-36205338")], False),
    ([("O", "Acme"), ("CN", "Cisco Manufacturing CA")], False),
    ([("O", "Acme"), ("CN", "Acme Manufacturing CA")], False),
    ([("CN", "CAPF-36205338")], False),
]


@pytest.mark.parametrize(("issuer", "is_mic"), ISSUERS, ids=lambda each: str(each))
def test_one_rule_says_what_is_a_mic_at_capf_and_in_exports(
    issuer: list[tuple[str, str]], is_mic: bool, cisco: Manufacturing
) -> None:
    known = dict(issuer)["CN"] in MANUFACTURING_AUTHORITIES and dict(issuer).get("O") != "Acme"
    expected = is_mic or known
    named = name(*issuer)
    assert signs_mics(dict(issuer)["CN"], dict(issuer).get("O", "")) is expected
    assert issues_mics(named.public_bytes()) is expected
    assert certificate_kind(_issued_by(named)) == ("MIC" if expected else "LSC")


def _issued_by(issuer: x509.Name) -> x509.Certificate:
    from cryptography.hazmat.primitives import hashes

    key = KeyPool().ring().take(RSA)
    builder = x509.CertificateBuilder(issuer, name(("CN", "SEP001122334455")), key.public_key(), 5)
    builder = builder.not_valid_before(datetime(2024, 1, 1)).not_valid_after(datetime(2030, 1, 1))  # noqa: DTZ001
    return builder.sign(key, hashes.SHA256())  # type: ignore[arg-type]
