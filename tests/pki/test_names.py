"""Names are written as Cisco's and OpenSSL's outputs write them."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from pki import (
    KeySpec,
    commas,
    common_name,
    device_common_name,
    generate,
    name,
    names_device,
    oneline,
    parts_of,
    reversed_commas,
    self_signed,
    semicolons,
)
from pki._profiles import CALLMANAGER

CAPF = name(("C", "PL"), ("O", "Cisco"), ("OU", "TAC"), ("CN", "CAPF-e41e7d87"), ("ST", "Malopolska"), ("L", "Krakow"))
ODD = name(("O", 'Lab, "A" + B\\'), ("OU", "#1;<2> "), ("CN", "Zürich/1"))


def test_oneline_keeps_the_order_of_the_certificate() -> None:
    assert oneline(CAPF) == "/C=PL/O=Cisco/OU=TAC/CN=CAPF-e41e7d87/ST=Malopolska/L=Krakow"


def test_oneline_marks_what_could_be_misread() -> None:
    assert oneline(ODD) == '/O=Lab, "A" \\+ B\\/OU=#1;<2> /CN=Z\\xC3\\xBCrich\\/1'


def test_semicolons_follow_show_ctl() -> None:
    assert semicolons(CAPF) == "CN=CAPF-e41e7d87;OU=TAC;O=Cisco;L=Krakow;ST=Malopolska;C=PL"


def test_reversed_commas_follow_show_cert() -> None:
    assert reversed_commas(CAPF) == "L=Krakow, ST=Malopolska, CN=CAPF-e41e7d87, OU=TAC, O=Cisco, C=PL"


def test_commas_keep_the_order_and_escape_as_rfc_4514() -> None:
    assert commas(CAPF) == "C=PL,O=Cisco,OU=TAC,CN=CAPF-e41e7d87,ST=Malopolska,L=Krakow"
    assert commas(ODD) == 'O=Lab\\, \\"A\\" \\+ B\\\\,OU=\\#1\\;\\<2\\>\\ ,CN=Zürich/1'


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=16))
def test_commas_agree_with_cryptography_for_any_value(value: str) -> None:
    subject = name(("CN", value))
    assert commas(subject) == subject.rfc4514_string()


def test_empty_parts_are_left_out() -> None:
    assert parts_of(name(("C", ""), ("O", "Lab"), ("CN", "x"))) == (("O", "Lab"), ("CN", "x"))


def test_unknown_part_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="'DC' is none of them"):
        name(("DC", "example"))


def test_country_that_is_not_two_letters_is_refused() -> None:
    with pytest.raises(ValueError):
        name(("C", "AUS"))


def test_common_name_of_a_name_without_one_is_empty() -> None:
    assert common_name(name(("O", "Lab"))) == ""
    assert common_name(CAPF) == "CAPF-e41e7d87"


@pytest.mark.parametrize("model", ["7965G", "CP-7965G"])
def test_device_name_follows_the_model(model: str) -> None:
    assert device_common_name(model, "SEP001122334455") == "CP-7965G-SEP001122334455"


@pytest.mark.parametrize(
    ("cn", "speaks_for_it"),
    [
        ("SEP001122334455", True),
        ("CP-7965G-SEP001122334455", True),
        ("CP-7925G-EX-SEP001122334455", True),
        ("CP-7965G-SEP001122334456", False),
        ("CP-7965G-XSEP001122334455", False),
        ("evil-SEP001122334455", False),
        ("CP-7965G-", False),
    ],
)
def test_certificate_speaks_for_one_device_only(cn: str, speaks_for_it: bool) -> None:
    assert names_device(name(("CN", cn)), "SEP001122334455") is speaks_for_it
    assert not names_device(name(("CN", cn)), "")


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("subject", [CAPF, ODD, name(("serialNumber", "PID:CP-8861 SN:FCH1"), ("CN", "x"))])
def test_openssl_prints_the_same_line(subject: x509.Name, tmp_path: Path) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    own = self_signed(CALLMANAGER, subject=subject, key=generate(KeySpec("EC", 256)), not_before=start)
    own.write(tmp_path, "one")
    command = ["openssl", "x509", "-in", str(tmp_path / "one.pem"), "-noout", "-subject", "-nameopt", "compat"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said == f"subject={oneline(own.certificate.subject)}\n"
