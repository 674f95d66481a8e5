"""Inventories in every dialect, and what each row makes of a phone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cucm_sim.database import DeviceSecurityMode
from lab.exports.inventory import common_name_told, read_inventory_untrusted
from lab.exports.notes import Notes
from lab.failures import InvalidInput
from lab.fleet.model import Described, Known
from phone_sim.models import MODELS
from phone_sim.preference import CertificateKind
from pki import capf_authority
from tests.exports.conftest import HEAD, Exports, held, other_lsc, pem, told
from tests.whatif.conftest import DEVICE, NOW, SINCE, make_network
from wire.tls import TlsVersion

SECOND = "SEP000000000002"


def test_a_row_becomes_a_phone_that_mirrors_it(exports: Exports) -> None:
    phone = exports.store("hq/CallManager-trust").store("hq/CAPF-trust").inventory(exports.row()).phone()
    assert (phone.device_name, phone.model, phone.cluster, phone.mode) == (
        DEVICE,
        "8861",
        "hq",
        DeviceSecurityMode.ENCRYPTED,
    )
    assert phone.tls == MODELS["8861"].tls
    last = datetime(2028, 5, 1, 23, 59, 59, tzinfo=UTC)
    assert phone.lsc == Described(
        CertificateKind.LSC,
        "8861",
        exports.capf_name,
        exports.capf,
        0x1A2B,
        last - timedelta(days=1825, seconds=-1),
        last,
        "row 2 of inventory.csv",
    )
    assert isinstance(phone.mic, Described)
    maker = exports.network.manufacturing["Cisco Manufacturing CA SHA2"].certificate
    assert (phone.mic.issuer, phone.mic.not_after) == (maker, maker.not_valid_after_utc)
    assert phone.mic.not_before < NOW
    assert phone.trusted_servers is None


DIALECTS = {
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "tabs": lambda text: text.replace(",", "\t").encode(),
    "bom": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 without bom": lambda text: text.encode("utf-16-le"),
    "latin-1": lambda text: text.replace("Encrypted", "Encrypted (Zürich)").encode("latin-1"),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "cr": lambda text: text.replace("\n", "\r").encode(),
    "quotes": lambda text: "\n".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()
    ).encode(),
    "a title": lambda text: f"Phones of Friday\n\n{text}".encode(),
    "excel's mark": lambda text: f"sep=;\n{text.replace(',', ';')}".encode(),
    "blanks": lambda text: text.replace(",", " , ").encode(),
    "small letters": lambda text: text.replace(HEAD, HEAD.lower().replace(" ", "_")).encode(),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_inventory_is_read_with(exports: Exports, dialect: str) -> None:
    exports.cluster().inventory(exports.row())
    text = (exports.path / "inventory.csv").read_text()
    expected = exports.phone()
    exports.write("inventory.csv", DIALECTS[dialect](text))
    phone = exports.phone()
    assert phone.lsc is not None
    assert isinstance(phone.lsc, Described)
    assert isinstance(expected.lsc, Described)
    assert (phone.mode, phone.lsc.serial_number, phone.lsc.not_after) == (
        expected.mode,
        expected.lsc.serial_number,
        expected.lsc.not_after,
    )


@pytest.mark.parametrize(
    "head",
    [
        "Device Name,Device Type,Device Security Profile,Cluster ID,LSC Issued By,LSC Serial Number,LSC Expiration,MIC CA",
        "MAC Address,Phone Model,Security Mode,cluster_name,lsc-issuer-cn,lscSerial,LSC Not After,mic_issuer_name",
        "name,type,profile,cluster,LSC Issuer Name,LSC Serial No,LSC Expires On,MIC Issued By",
    ],
)
def test_columns_are_known_by_many_names(exports: Exports, head: str) -> None:
    phone = exports.cluster().inventory(exports.row("00:11:22:33:44:55"), head=head).phone()
    assert isinstance(phone.lsc, Described)
    assert isinstance(phone.mic, Described)
    assert phone.lsc.serial_number == 0x1A2B
    assert phone.mic.issuer_name == "Cisco Manufacturing CA SHA2"


def test_a_bulk_export_that_ends_in_txt_is_an_inventory_and_a_readme_is_not(exports: Exports) -> None:
    exports.cluster().inventory(exports.row(), name="phones.txt").write("README.txt", "Device, for one, has no columns")
    assert len(exports.fleet().phones) == 1


def test_an_inventory_in_a_clusters_folder_is_of_that_cluster(exports: Exports) -> None:
    head = "Device Name,Model,Profile"
    exports.cluster("hq").cluster("branch").inventory(f"{DEVICE},8861,Encrypted", head=head, name="branch/phones.csv")
    assert exports.phone().cluster == "branch"


@pytest.mark.parametrize("missing", ["Device Name", "Model", "Profile"])
def test_a_missing_column_is_named_with_those_that_are_there(exports: Exports, missing: str) -> None:
    exports.cluster().inventory(exports.row(), head=HEAD.replace(missing, "Owner"))
    with pytest.raises(InvalidInput, match=rf'^inventory.csv has no column "{missing}" .*"Owner"'):
        exports.read()


def test_an_empty_inventory_is_refused_by_name(exports: Exports) -> None:
    exports.cluster().write("inventory.csv", b"\n\n")
    with pytest.raises(InvalidInput, match=r"^inventory.csv is empty"):
        exports.read()


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"expiry": "01/02/2027"}, 'LSC Expiry "01/02/2027" may be 2027-01-02 or 2027-02-01: write 2027-01-31'),
        ({"expiry": "soon"}, 'LSC Expiry "soon" is no date: write 2027-01-31'),
        ({"serial": "7.9E+37"}, 'LSC Serial "7.9E+37" is no serial number'),
        ({"serial": "xyz"}, 'LSC Serial "xyz" is no serial number'),
        ({"cluster": "hqq"}, 'names the cluster "hqq", which has no trust stores here (did you mean "hq"?)'),
    ],
)
def test_a_wrong_row_is_left_out_by_its_number_and_the_rest_goes_on(
    exports: Exports, cells: dict[str, str], problem: str
) -> None:
    exports.cluster().inventory(exports.row(), "", exports.row(SECOND, **cells))
    fleet, findings = exports.read()
    assert [phone.device_name for phone in fleet.phones] == [DEVICE]
    (wrong,) = [each for each in findings if each.grave]
    assert told(wrong) == f"inventory.csv, row 4: {problem}"


def test_a_row_that_names_no_phone_is_left_out(exports: Exports) -> None:
    exports.cluster().inventory(exports.row(), exports.row("CSF\x1b[2Jsmith"), exports.row("0011223344"))
    assert 'inventory.csv, rows 3, 4: "CSF?[2Jsmith" is no phone' in exports.findings()


def test_a_device_that_is_there_twice_is_taken_once(exports: Exports) -> None:
    exports.cluster().inventory(exports.row(), exports.row("00-11-22-33-44-55", model="7965"))
    assert exports.phone().model == "8861"
    assert f"inventory.csv, row 3: is {DEVICE} once more, after row 2 of inventory.csv" in exports.findings()


def test_what_many_rows_share_is_told_once(exports: Exports) -> None:
    exports.cluster().inventory(*(exports.row(f"SEP{number:012X}", issuer="CAPF-gone") for number in range(9)))
    (finding,) = [finding for finding in exports.findings() if "CAPF-gone" in finding]
    assert finding == (
        'inventory.csv, rows 2, 3, 4 and 6 more: names "CAPF-gone" as issuer of the LSC, which is in no store: nobody trusts it'
        " here"
    )
    lsc = exports.fleet().phones[0].lsc
    assert isinstance(lsc, Described)
    assert (lsc.issuer, lsc.issuer_name) == (None, "CAPF-gone")


@pytest.mark.parametrize(
    "written", ["CN={};OU=x;O=y", "/C=AU/O=y/CN={}/ST=z", "L=GB, CN={}, O=z", "{}", '"{}"', "{}.pem"]
)
def test_an_issuer_is_found_by_its_cn_in_the_spelling(exports: Exports, written: str) -> None:
    exports.cluster().inventory(exports.row(issuer='"' + written.format(exports.capf_name).replace('"', '""') + '"'))
    lsc = exports.phone().lsc
    assert isinstance(lsc, Described)
    assert lsc.issuer == exports.capf


def test_an_issuer_with_underscores_is_the_one_with_blanks(exports: Exports) -> None:
    phone = exports.store("hq/CAPF-trust").inventory(exports.row(mic="cisco_manufacturing_ca_sha2")).phone()
    assert isinstance(phone.mic, Described)
    assert phone.mic.issuer == exports.network.manufacturing["Cisco Manufacturing CA SHA2"].certificate


def test_an_issuer_that_may_be_two_certificates_leaves_the_phone_untold(exports: Exports) -> None:
    twin = make_network().other_capf.certificate
    name = exports.capf_name
    double = capf_authority(keys=exports.network.keys, subject={"O": "Else"}, not_before=SINCE, name=name).certificate
    exports.store("hq/CAPF-trust", [exports.capf, twin]).inventory(exports.row())
    exports.write("hq/CAPF-trust/double.pem", pem(double))
    phone = exports.phone()
    assert phone.lsc is None
    assert phone.not_told == f'inventory.csv, row 2, names "{name}" as issuer of the LSC, which is 2 certificates here'
    (exports.path / "hq/CAPF-trust/double.pem").unlink()
    exports.write("elsewhere/double.pem", pem(double))
    assert exports.phone().not_told == ""  # the one in the stores of its cluster is meant
    assert isinstance(exports.phone().lsc, Described)


@pytest.mark.parametrize("nothing", ["none", "No", "N/A", "not installed", "-"])
def test_a_row_may_say_that_there_is_no_certificate(exports: Exports, nothing: str) -> None:
    phone = exports.cluster().inventory(exports.row(issuer=nothing, serial="", expiry="", mic=nothing)).phone()
    assert (phone.lsc, phone.mic) == (None, None)


def test_empty_cells_are_no_certificate_unless_one_was_found(exports: Exports) -> None:
    exports.cluster().inventory(exports.row(issuer="", serial="", expiry="", mic=""))
    assert (exports.phone().lsc, exports.phone().mic) == (None, None)
    exports.write("phones/x.pem", pem(*held()))
    phone = exports.phone()
    assert isinstance(phone.lsc, Known)
    assert isinstance(phone.mic, Known)
    assert (phone.lsc.certificate, phone.mic.certificate) == held()


def test_without_a_column_of_mics_a_phone_has_what_its_model_usually_has(exports: Exports) -> None:
    head = "Device Name,Model,Profile"
    exports.store("hq/CAPF-trust").inventory(f"{DEVICE},7965,Encrypted", f"{SECOND},7940,Encrypted", head=head)
    phone, without = exports.fleet().phones
    assert isinstance(phone.mic, Described)
    assert phone.mic.issuer_name == "Cisco Manufacturing CA"
    assert without.mic is None  # a 7940 left the factory without one
    assert phone.lsc is None
    findings = exports.findings()
    assert (
        "inventory.csv: has no column of MICs: each phone is taken to have the one that its model usually has"
        in findings
    )
    assert any("has no column of LSCs" in finding for finding in findings)


def test_an_lsc_of_which_nobody_says_the_issuer_is_its_clusters_capfs(exports: Exports) -> None:
    exports.cluster().inventory(exports.row(issuer=""))
    lsc = exports.phone().lsc
    assert isinstance(lsc, Described)
    assert lsc.issuer == exports.capf
    assert any("does not say who signed the LSC" in finding for finding in exports.findings())


def test_an_lsc_of_which_nobody_says_the_end_is_assumed_to_hold_and_told(exports: Exports) -> None:
    exports.cluster().inventory(exports.row(expiry=""))
    lsc = exports.phone().lsc
    assert isinstance(lsc, Described)
    assert lsc.not_before < NOW < lsc.not_after
    assert any("does not say when the LSC expires" in finding for finding in exports.findings())


def test_an_lsc_that_has_expired_is_told_and_kept(exports: Exports) -> None:
    exports.cluster().inventory(exports.row(expiry="2025-01-01"))
    lsc = exports.phone().lsc
    assert isinstance(lsc, Described)
    assert lsc.not_before < lsc.not_after < NOW
    assert f"{DEVICE}: the LSC expired on 2025-01-01" in exports.findings()


def test_a_row_uses_the_certificate_with_its_serial_number(exports: Exports) -> None:
    lsc, mic = held()
    exports.cluster().write("phones/x.pem", pem(other_lsc().certificate, lsc, mic))
    for serial in (f"{lsc.serial_number:x}", f"00{lsc.serial_number:X}", str(lsc.serial_number)):
        phone = exports.inventory(exports.row(serial=serial)).phone()
        assert isinstance(phone.lsc, Known), serial
        assert phone.lsc.certificate == lsc
    serial = ":".join(f"{octet:02x}" for octet in lsc.serial_number.to_bytes(16))
    phone = exports.inventory(exports.row(serial=serial)).phone()
    assert isinstance(phone.lsc, Known)


def test_a_row_is_believed_where_its_certificate_is_another_than_the_one_found(exports: Exports) -> None:
    exports.cluster().inventory(exports.row(serial="99")).write("phones/x.pem", pem(*held()))
    lsc = exports.phone().lsc
    assert isinstance(lsc, Described)
    assert lsc.serial_number == 0x99
    findings = exports.findings()
    assert "inventory.csv, row 2: tells of another LSC than the one in phones/x.pem: the row was believed" in findings


def test_a_row_that_denies_its_lsc_is_believed(exports: Exports) -> None:
    exports.cluster().inventory(exports.row(issuer="none")).write("phones/x.pem", pem(*held()))
    assert exports.phone().lsc is None
    assert any("says that there is no LSC" in finding for finding in exports.findings())


def test_a_profile_that_does_not_say_its_mode_is_taken_to_be_encrypted_unless_settings_know_it(
    exports: Exports,
) -> None:
    exports.cluster().inventory(exports.row(profile="Corporate phones"))
    assert exports.phone().mode is DeviceSecurityMode.ENCRYPTED
    assert any('has the profile "Corporate phones", which says no mode' in finding for finding in exports.findings())
    exports.write("settings.toml", '[profiles]\n"corporate Phones" = "Non Secure"\n')
    assert exports.phone().mode is DeviceSecurityMode.NON_SECURE
    assert not any("Corporate" in finding for finding in exports.findings())


def test_a_column_says_which_tls_a_phone_offers_at_most(exports: Exports) -> None:
    head = f"{HEAD},TLS Version"
    rows = [
        exports.row(f"SEP{at:012X}", model="8831") + f",{cell}"
        for at, cell in enumerate(["1.0", "TLSv1.2", "TLS 1.3", ""])
    ]
    phones = exports.cluster().inventory(*rows, head=head).fleet().phones
    versions = TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3, TlsVersion.TLSv1_2
    assert tuple(phone.tls.maximum for phone in phones) == versions


def test_a_model_that_the_lab_does_not_know_is_told(exports: Exports) -> None:
    exports.cluster().inventory(exports.row(model="Cisco 8831"))
    assert any("has the model 8831, which the lab does not know" in finding for finding in exports.findings())
    exports.inventory(exports.row(model="Cisco 8841"))
    assert not any("8841" in finding for finding in exports.findings())


def test_what_was_left_out_is_told_before_what_is_only_odd(exports: Exports) -> None:
    exports.store("hq/CallManager-trust").store("hq/CAPF-trust").inventory(exports.row(), exports.row("nobody"))
    grave = [each.grave for each in exports.read()[1]]
    assert True in grave
    assert False in grave
    assert grave == sorted(grave, reverse=True)


# Who uses which server


@pytest.mark.parametrize(
    ("cell", "used"),
    [("yes", {"RADIUS"}), ("RADIUS", {"RADIUS"}), ("radius", {"RADIUS"}), ("no", set()), ("", set()), ("ise", set())],
)
def test_a_column_says_who_uses_the_authentication_server(exports: Exports, cell: str, used: set[str]) -> None:
    exports.cluster().store("RADIUS").store("VPN").inventory(f"{exports.row()},{cell}", head=f"{HEAD},802.1X")
    assert exports.phone().uses == used | {"VPN"}
    assert any('uses "ise", of which there is no store here' in finding for finding in exports.findings()) is (
        cell == "ise"
    )


def test_without_one_every_phone_uses_the_only_one_and_that_is_told(exports: Exports) -> None:
    exports.cluster().store("RADIUS").inventory(exports.row())
    assert exports.phone().uses == {"RADIUS"}
    assert "RADIUS: is taken to be used by every phone of which nothing says whether it does" in exports.findings()


def test_of_two_servers_none_is_used_until_settings_say_which(exports: Exports) -> None:
    exports.cluster().store("ise-1").store("ise-2").inventory(exports.row(), exports.row(SECOND))
    assert [phone.uses for phone in exports.fleet().phones] == [set(), set()]
    assert any(finding.startswith("ise-1, ise-2: may be what a phone uses") for finding in exports.findings())
    exports.write("settings.toml", f'[radius.ise-1]\nphones = ["{SECOND.lower()}"]\n')
    assert [phone.uses for phone in exports.fleet().phones] == [{"ise-2"}, {"ise-1"}]
    exports.write("settings.toml", '[radius.ise-1]\nclusters = ["HQ"]\n')
    assert [phone.uses for phone in exports.fleet().phones] == [{"ise-1"}, {"ise-1"}]


# Strangers' octets

LINES = st.lists(st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=40), max_size=5).map("\n".join)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=300), LINES.map(lambda lines: f"{HEAD}\n{lines}".encode())))
def test_any_octets_are_rows_or_findings_or_a_sentence(octets: bytes) -> None:
    notes = Notes()
    try:
        rows = read_inventory_untrusted(octets, "x.csv", {}, notes)
    except InvalidInput as problem:
        said = str(problem)
        rows = []
    else:
        said = "x.csv"
    assert said.startswith("x.csv")
    assert said.isprintable()
    assert all(len(row.device) == 15 for row in rows)
    assert all(told(finding).isprintable() for finding in notes.all())


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_the_cn_of_any_text_fits_into_a_certificate(text: str) -> None:
    found = common_name_told(text)
    assert len(found) <= 64
    assert found == "" or found.isprintable()
