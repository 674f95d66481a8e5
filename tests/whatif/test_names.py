"""What people call certificates, stores, services and dates: each spelling that is meant, and what is said of any other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cisco_data import ServiceKind
from lab.base.failures import InvalidInput
from lab.fleet.model import Fleet
from lab.operations import steps as st
from lab.whatif import names
from tests.whatif.conftest import NOW, Network, make_network, said_of


@pytest.fixture
def fleet(network: Network) -> Fleet:
    return network.fleet(network.phone())


@pytest.fixture
def two_clusters(network: Network) -> Fleet:
    old = [network.server(kind) for kind in (ServiceKind.CALLMANAGER, ServiceKind.CAPF)]
    new = [replace(server, name=server.name.replace("hq", "branch"), cluster="branch") for server in old]
    capf = {"hq": network.capf.certificate, "branch": network.other_capf.certificate}
    return replace(network.fleet(network.phone(), servers=(*old, *new)), capf=capf)


def said(fleet: Fleet, ask: object, *given_: object) -> str:
    with pytest.raises(InvalidInput) as caught:
        ask(fleet, *given_)  # type: ignore[operator]
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CallManager-trust", "CallManager of hq"),
        ("callmanager-TRUST of HQ", "CallManager of hq"),
        (" CAPF-trust ", "CAPF of hq"),
        ("ise", "ise"),
        ("ASA", "asa"),
    ],
)
def test_stores_go_by_ciscos_names_and_servers_names(text: str, name: str, fleet: Fleet) -> None:
    assert names.store_named(fleet, text).name == name


def test_a_store_that_is_not_there_is_answered_with_what_is(fleet: Fleet, two_clusters: Fleet) -> None:
    assert "did you mean" in said(fleet, names.store_named, "CallManager-trusts of hq")
    found = said(fleet, names.store_named, "tomcat")
    assert found == 'there is no store "tomcat" (there is CallManager-trust of hq, CAPF-trust of hq, ise, asa)'
    which = said(two_clusters, names.store_named, "CallManager-trust")
    assert which.startswith("which store?")
    assert "CallManager-trust of branch" in which


def test_a_certificate_goes_by_cn_part_of_it_serial_file_or_capf_of_its_cluster(
    network: Network, fleet: Fleet, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    server, capf = names.store_named(fleet, "CallManager-trust"), network.capf.certificate
    cn = capf.subject.rfc4514_string().partition("CN=")[2].partition(",")[0]
    file = tmp_path / "x.pem"
    file.write_bytes(capf.public_bytes(Encoding.PEM))
    for text in (cn, cn.lower(), "CAPF", "CAPF of hq", str(file)):
        assert names.certificate_in(fleet, server, text) == capf
    root = network.manufacturing["Cisco Root CA 2048"].certificate
    serial = f"{root.serial_number:x}"
    for text in (serial, serial.upper(), f"00{serial}", ":".join(serial[at : at + 2] for at in range(0, 32, 2))):
        assert names.certificate_in(fleet, server, text) == root
    assert names.certificate_in(fleet, server, "x.pem", tmp_path) == capf


def test_a_cn_in_full_wins_over_being_a_part_of_others(network: Network, fleet: Fleet) -> None:
    server = names.store_named(fleet, "CallManager-trust")
    found = names.certificate_in(fleet, server, "Cisco Manufacturing CA")
    assert found == network.manufacturing["Cisco Manufacturing CA"].certificate


def test_a_serial_number_wins_over_being_a_part_of_a_cn(network: Network, fleet: Fleet) -> None:
    """`1` stands in the CN of this CAPF too, and is the number of these two only."""
    server = names.store_named(fleet, "CallManager-trust")
    found = said(fleet, names.certificate_in, server, "1")
    assert "may be 2 certificates" in found
    assert "CAP-RTP-001 (serial 1," in found
    assert "Cisco Root CA M2 (serial 1," in found
    assert "CAPF" not in found


def test_what_several_certificates_are_called_is_an_error_that_lists_them(network: Network, fleet: Fleet) -> None:
    server = names.store_named(fleet, "CallManager-trust")
    found = said(fleet, names.certificate_in, server, "Manufacturing")
    assert "may be 2 certificates of CallManager-trust of hq" in found
    for name in ("Cisco Manufacturing CA (serial", "Cisco Manufacturing CA SHA2 (serial"):
        assert name in found
    assert "name one in full, or by its serial" in found


def test_what_nothing_is_called_is_an_error_that_lists_what_there_is(
    network: Network, fleet: Fleet, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    server = names.store_named(fleet, "CallManager-trust")
    assert 'holds nothing called "nobody" (it holds' in said(fleet, names.certificate_in, server, "nobody")
    stranger = tmp_path / "stranger.der"
    stranger.write_bytes(network.other_capf.certificate.public_bytes(Encoding.DER))
    assert "does not hold" in said(fleet, names.certificate_in, server, str(stranger))
    assert "does not exist" in said(fleet, names.certificate_in, server, str(tmp_path / "none.pem"))
    stranger.write_bytes(b"")
    assert "holds no certificates" in said(fleet, names.certificate_in, server, str(stranger))


def test_a_private_key_is_refused_wherever_a_certificate_is_wanted(
    network: Network, fleet: Fleet, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    file = tmp_path / "both.pem"
    key = network.capf.identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(network.capf.certificate.public_bytes(Encoding.PEM) + key)
    server = names.store_named(fleet, "CallManager-trust")
    assert "holds a private key" in said(fleet, names.to_upload, server, str(file))
    assert "holds a private key" in said(fleet, names.certificate_in, server, str(file))


def test_what_is_uploaded_is_a_file_or_the_capf_certificate_of_a_cluster(
    network: Network, two_clusters: Fleet, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    server = names.store_named(two_clusters, "CallManager-trust of branch")
    assert names.to_upload(two_clusters, server, "capf of HQ") == st.AddCapfCertificateStep("hq", server.name)
    file = tmp_path / "capf.pem"
    file.write_bytes(network.capf.certificate.public_bytes(Encoding.PEM))
    assert names.to_upload(two_clusters, server, "capf.pem", tmp_path) == st.AddCertificateStep(
        network.capf.certificate, server.name
    )


def test_a_cluster_that_there_is_not_is_refused(fleet: Fleet, two_clusters: Fleet) -> None:
    assert names.cluster_named(two_clusters, "Branch") == "branch"
    assert 'there is no cluster "nowhere"' in said(fleet, names.cluster_named, "nowhere")


@given(some.text(max_size=40))
@settings(max_examples=80, deadline=None)
def test_any_text_means_something_or_is_refused_in_one_printable_sentence(text: str) -> None:
    network = make_network()
    fleet = network.fleet(network.phone())
    server = names.store_named(fleet, "CallManager-trust")
    for ask in (
        lambda: names.store_named(fleet, text),
        lambda: names.cluster_named(fleet, text),
        lambda: names.tls_version_named(text),
        lambda: names.moment_named(text),
        lambda: names.certificate_in(fleet, server, text, Path("/nonexistent")),
        lambda: names.to_upload(fleet, server, text, Path("/nonexistent")),
    ):
        sentence = said_of(ask)
        assert sentence is None or sentence.isprintable()


SHA2 = "Cisco Manufacturing CA SHA2"
WHOLE = "O=Cisco, OU=MOCK - NOT CISCO, CN=Cisco Manufacturing CA SHA2"


@pytest.mark.parametrize(
    ("text", "cn"),
    [
        ("Cisco_Manufacturing_CA", "Cisco Manufacturing CA"),
        ("cisco_manufacturing_ca.pem", "Cisco Manufacturing CA"),
        ("Cisco_Manufacturing_CA_SHA2_02.pem", SHA2),
        ("Cisco_Manufacturing_CA_SHA2_02", SHA2),
        ("CallManager-trust/Cisco_Manufacturing_CA_SHA2_02.pem", SHA2),
        ("CN=Cisco Manufacturing CA", "Cisco Manufacturing CA"),
        ("cn = cisco manufacturing ca sha2", SHA2),
        (WHOLE, SHA2),
        (", ".join(reversed(WHOLE.split(", "))), SHA2),
        ("/O=Cisco/OU=MOCK - NOT CISCO/CN=Cisco Manufacturing CA SHA2", SHA2),
        ("CN=Cisco Manufacturing CA SHA2;OU=MOCK - NOT CISCO;O=Cisco", SHA2),
        ('CN="Cisco Manufacturing CA SHA2",O=Cisco', SHA2),
        ("6A:69:67:B3:00:00:00:00:00:03", "Cisco Manufacturing CA"),
        ("6a 69 67 b3 00 00 00 00 00 03", "Cisco Manufacturing CA"),
        ("0x6A6967B3000000000003", "Cisco Manufacturing CA"),
        (str(0x6A6967B3000000000003), "Cisco Manufacturing CA"),
        (str(0x5FF87B282B54DC8D42A315B568C9ADFF), "Cisco Root CA 2048"),
    ],
)
def test_a_certificate_goes_by_the_spellings_of_cucm(text: str, cn: str, network: Network, fleet: Fleet) -> None:
    server = names.store_named(fleet, "CallManager-trust")
    assert names.certificate_in(fleet, server, text) == network.manufacturing[cn].certificate


@pytest.mark.parametrize(
    "text",
    ["CN=Cisco Manufacturing CA, O=Acme", "O=Acme/CN=Cisco Manufacturing CA", "6a6967b3000000000004", "CN=", "="],
)
def test_a_name_of_which_one_part_is_wrong_fits_nothing(text: str, fleet: Fleet) -> None:
    server = names.store_named(fleet, "CallManager-trust")
    assert "holds nothing called" in said(fleet, names.certificate_in, server, text)


ODD = [
    "Acme CA 2024/25",
    "Acme, Inc. CA",
    'Acme "Voice" CA',
    "Acme+Sons CA",
    "Acme = CA",
    "Müller CA",
    "语音 CA",
    "a/b",
]


@pytest.mark.parametrize("cn", ODD)
def test_odd_letters_in_a_cn_do_not_cut_it(cn: str, network: Network, fleet: Fleet) -> None:
    from pki import capf_authority, commas, oneline, reversed_commas, semicolons

    made = capf_authority(keys=network.keys, subject={"O": "Acme/Voice, Inc."}, not_before=NOW, name=cn).certificate
    server = names.store_named(fleet, "CallManager-trust")
    trust = server.configured.trust.with_certificate(made)
    server = replace(server, configured=replace(server.configured, trust=trust))
    spelled = [cn, f"CN={commas(made.subject).partition('CN=')[2].partition(',OU=')[0]}", commas(made.subject)]
    for text in [*spelled, reversed_commas(made.subject), oneline(made.subject) if cn.isascii() else cn]:
        assert names.certificate_in(fleet, server, text) == made, text
    if not set(cn) & set(';"+'):  # `show ctl` escapes nothing
        assert names.certificate_in(fleet, server, semicolons(made.subject)) == made


def test_a_near_miss_and_files_that_could_not_be_read_are_named(fleet: Fleet, tmp_path: Path) -> None:
    server = names.store_named(fleet, "CallManager-trust")
    assert 'did you mean "Cisco Manufacturing CA SHA2"?' in said(
        fleet, names.certificate_in, server, "Cisco_Manufacturng_CA_SHA2.pem", tmp_path
    )
    unread = replace(server, unread=("hq/CallManager-trust/Acme_CA_01.pem", "hq/CallManager-trust/notes.pem"))
    found = said(fleet, names.certificate_in, unread, "Acme CA")
    assert "it may be in hq/CallManager-trust/Acme_CA_01.pem, which cannot be read" in found
    assert "notes.pem" not in found
    assert "notes.pem" in said(fleet, names.certificate_in, replace(unread, not_told="why"), "Whatever")


@settings(max_examples=80, deadline=None)
@given(some.text(max_size=80) | some.from_regex(r"(?:/?(?:CN|O|OID\.2\.5)=[^=]{0,9}[,;/+\\\"]?){1,5}", fullmatch=True))
def test_any_text_fits_a_certificate_or_is_refused_in_one_sentence(text: str) -> None:
    from lab.exports.spelled import common_name_told, is_file_name_of, name_fits, parts_told, serials_told

    capf = make_network().capf.certificate
    common_name_told(text)
    assert not name_fits(capf, ())
    name_fits(capf, parts_told(text))
    is_file_name_of(capf, text)
    assert all(number >= 0 for number in serials_told(text))


def test_what_the_exports_hold_beside_the_stores_may_be_uploaded_by_its_name(network: Network, fleet: Fleet) -> None:
    newer = network.manufacturing["Cisco Manufacturing CA III"].certificate
    fleet = replace(fleet, certificates=tuple(dict.fromkeys((*fleet.certificates, newer))))
    server = names.store_named(fleet, "CallManager-trust")
    for text in ("Cisco Manufacturing CA III", "Cisco_Manufacturing_CA_III.pem", "04302a0b364ce2da93"):
        assert names.to_upload(fleet, server, text) == st.AddCertificateStep(newer, server.name)
    assert 'did you mean "Cisco Manufacturing CA III"?' in said(
        fleet, names.to_upload, server, "Cisco Manufactring CA III"
    )
    assert "does not exist" in said(fleet, names.to_upload, server, "Manufacturing")
