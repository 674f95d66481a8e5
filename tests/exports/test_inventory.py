"""Inventories in every dialect, and what each row makes of a phone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cisco_data import MIC_LIFE, AuthenticationMode, CertificateKind, DeviceSecurityMode, ServiceKind
from cisco_data.models import MODELS
from lab.base.failures import InvalidInput
from lab.exports.dates import moment_told
from lab.exports.inventory import NEVER_SEEN, SEEN_NOW, common_name_told, read_inventory_untrusted
from lab.exports.notes import Notes
from lab.fleet.model import Described, Known
from lab.fleet.told import not_told
from pki import capf_authority
from tests.exports.conftest import HEAD, Exports, held, other_lsc, pem, told
from tests.whatif.conftest import DEVICE, NOW, SINCE, make_network
from wire.tls import TlsVersion

SECOND = "SEP000000000002"
LSC = CertificateKind.LSC


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
    made = MODELS["8861"].built
    assert (phone.mic.issuer, phone.mic.not_before, phone.mic.not_after) == (maker, made, made + MIC_LIFE)
    assert phone.mic.not_before < NOW
    assert phone.lists is None


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
        ({"expiry": "soon"}, 'LSC Expiry "soon" cannot be read as a date: write 2027-01-31'),
        ({"expiry": "NA"}, 'LSC Expiry "NA" means no LSC, and LSC Issuer names one'),
        ({"cluster": "hqq"}, 'names the cluster "hqq", which has no trust stores here (did you mean "hq"?)'),
    ],
)
def test_a_cell_that_cannot_be_read_leaves_its_phone_in_the_answer_and_says_why_nothing_is_known(
    exports: Exports, cells: dict[str, str], problem: str
) -> None:
    exports.cluster().inventory(exports.row(), "", exports.row(SECOND, **cells))
    fleet, findings = exports.read()
    good, odd = fleet.phones
    assert (good.device_name, odd.device_name) == (DEVICE, SECOND)
    (wrong,) = [each for each in findings if each.grave]
    assert told(wrong) == f"inventory.csv, row 4: {problem}"
    services = fleet.services_of(odd)
    assert {server.kind for server in services} >= {ServiceKind.CALLMANAGER}
    for server in services:
        assert problem in not_told(odd, server, fleet.at)
    assert [not_told(good, server, fleet.at) for server in fleet.services_of(good)] == ["", ""]


@pytest.mark.parametrize("serial", ["7.9E+37", "xyz"])
def test_a_serial_number_that_cannot_be_read_is_left_aside_and_matters_where_revocation_lists_are_read(
    exports: Exports, serial: str
) -> None:
    exports.cluster().store("RADIUS").inventory(exports.row(serial=serial))
    exports.write("settings.toml", "[radius.RADIUS]\ncheck-crl = true\n")
    fleet = exports.fleet()
    why = {server.name: not_told(fleet.phones[0], server, fleet.at) for server in fleet.services_of(fleet.phones[0])}
    assert (why["CallManager of hq"], why["CAPF of hq"]) == ("", "")
    assert "does not tell the serial number of the LSC, and RADIUS looks for it" in why["RADIUS"]
    assert f'inventory.csv, row 2: LSC Serial "{serial}" is no serial number: it was left aside' in exports.findings()
    told_one = exports.inventory(exports.row(serial="1a:2b")).fleet()
    assert not any(not_told(told_one.phones[0], server, fleet.at) for server in fleet.servers.values())


@pytest.mark.parametrize("named", ["0011223344", "SEP00112233445", "SEP0011223344ZZ", "00:11:22:33:44:5", "SEP?"])
def test_a_device_name_with_a_slip_stays_and_nothing_is_known_of_it(exports: Exports, named: str) -> None:
    exports.cluster().inventory(exports.row(), exports.row(named))
    fleet, findings = exports.read()
    phone = fleet.phones[1]
    assert phone.device_name == named
    assert all("is the MAC of no phone" in not_told(phone, each, fleet.at) for each in fleet.services_of(phone))
    assert [each.grave for each in findings if "is the MAC of no phone" in each.problem] == [True]


def test_a_row_of_another_kind_of_device_is_left_out(exports: Exports) -> None:
    exports.cluster().inventory(exports.row(), exports.row("CSF\x1b[2Jsmith"), exports.row("CTIPORT1"))
    assert 'inventory.csv, rows 3, 4: "CSF?[2Jsmith" is no phone' in exports.findings()
    assert len(exports.fleet().phones) == 1


def test_a_tls_version_that_cannot_be_read_leaves_every_handshake_untold(exports: Exports) -> None:
    exports.cluster().inventory(f"{exports.row()},9.9", head=f"{HEAD},TLS Version")
    assert exports.phone().not_told == 'inventory.csv, row 2: TLS Version "9.9" is no TLS version'


# What CUCM itself writes


def test_the_authentication_server_of_a_bulk_export_is_not_radius(exports: Exports) -> None:
    url = "http://cucm-pub:8080/ccmcip/authenticate.jsp"
    exports.cluster().store("RADIUS").inventory(f"{exports.row()},{url}", head=f"{HEAD},Authentication Server")
    assert exports.phone().uses == ("RADIUS",)
    exports.inventory(f"{exports.row()},", head=f"{HEAD},Authentication Server")
    assert exports.phone().uses == ("RADIUS",)
    assert any('has the column "Authentication Server", which in CUCM' in each for each in exports.findings())


@pytest.mark.parametrize(("cell", "said"), [("no", '"no"'), ("", "nothing"), ("none", '"none"')])
def test_a_column_that_switches_a_service_off_is_named(exports: Exports, cell: str, said: str) -> None:
    exports.cluster().store("RADIUS").inventory(f"{exports.row()},{cell}", head=f"{HEAD},Uses 802.1X")
    assert exports.phone().uses == ()
    problem = f'inventory.csv, row 2: says {said} in its column "Uses 802.1X": no 802.1X server is asked about it'
    assert problem in exports.findings()
    exports.inventory(f"{exports.row()},yes", head=f"{HEAD},Uses 802.1X")
    assert not any("is asked about it" in each for each in exports.findings())


def test_a_non_secure_profile_is_named_too(exports: Exports) -> None:
    exports.cluster().inventory(exports.row(profile="Cisco 8861 - Standard SIP Non-Secure Profile"))
    problem = 'is Non Secure by its column "Profile": CallManager judges no certificate of it'
    assert f"inventory.csv, row 2: {problem}" in exports.findings()


@pytest.mark.parametrize("nothing", ["NA", "N/A", "na", "Not Installed"])
def test_an_expiry_of_na_is_no_lsc(exports: Exports, nothing: str) -> None:
    exports.cluster().inventory(exports.row(issuer="", serial="", expiry=nothing))
    phone = exports.phone()
    assert (phone.lsc, phone.lsc_not_told) == (None, "")


@pytest.mark.parametrize("cells", [{}, {"issuer": "", "serial": ""}, {"serial": "NA"}])
def test_an_expiry_of_unknown_is_an_lsc_that_is_valid_now_and_untold_later(
    exports: Exports, cells: dict[str, str]
) -> None:
    exports.cluster().inventory(exports.row(**{"expiry": "Unknown", **cells}))
    fleet = exports.fleet()
    (phone,) = fleet.phones
    assert isinstance(phone.lsc, Described)
    assert phone.lsc.issuer == exports.capf
    assert phone.lsc.not_before < NOW < phone.lsc.not_after
    for server in fleet.services_of(phone):
        assert not_told(phone, server, fleet.at) == ""
        assert "does not tell the end of the LSC" in not_told(phone, server, fleet.at + timedelta(days=1))


@pytest.mark.parametrize("expiry", ["20301025", "9999-12-31", "1873484742", "14-May-29", "2029年5月14日", "47252"])
def test_an_expiry_in_another_spelling_is_an_end_that_is_known(exports: Exports, expiry: str) -> None:
    exports.cluster().inventory(exports.row(expiry=expiry))
    fleet = exports.fleet()
    (phone,) = fleet.phones
    assert isinstance(phone.lsc, Described)
    assert phone.lsc.not_after == moment_told(expiry)
    assert not_told(phone, fleet.services_of(phone)[0], fleet.at + timedelta(days=900)) == ""


def test_an_inventory_with_a_heading_and_no_row_is_told(exports: Exports) -> None:
    exports.cluster().inventory(exports.row()).inventory(name="hq/more.csv")
    (finding,) = [each for each in exports.read()[1] if each.grave]
    assert told(finding) == "hq/more.csv: has a heading and no row: no phone is known from it"


# MICs by model and month


@pytest.mark.parametrize(
    ("model", "made", "authority", "ends"),
    [
        ("7965", "2012-05-04", "Cisco Manufacturing CA", "2022-05"),
        ("7965", "2021-03", "Cisco Manufacturing CA", "2029-05-14"),
        ("8861", "04/2021", "Cisco Manufacturing CA SHA2", "2031-0"),
        ("8861", "2021-05", "Cisco Manufacturing CA III", "2031-0"),
        ("8841", "2022-10-20", "Cisco Manufacturing CA III", "2032-10"),
    ],
)
def test_a_mic_follows_from_model_and_month(exports: Exports, model: str, made: str, authority: str, ends: str) -> None:
    head = "Device Name,Model,Profile,Manufactured"
    exports.cluster().store("elsewhere", [exports.network.manufacturing["Cisco Manufacturing CA III"].certificate])
    exports.store("hq/CAPF-trust").inventory(f"{DEVICE},{model},Encrypted,{made}", head=head)
    mic = exports.phone().mic
    assert isinstance(mic, Described)
    assert mic.issuer is not None
    assert mic.issuer_name == authority
    assert f"{mic.not_after:%Y-%m-%d}".startswith(ends)


def test_a_mic_whose_authority_depends_on_the_month_says_what_was_assumed(exports: Exports) -> None:
    head = "Device Name,Model,Profile"
    exports.store("hq/CAPF-trust").inventory(f"{DEVICE},8861,Encrypted", f"{SECOND},7965,Encrypted", head=head)
    said = [each for each in exports.findings() if "depends on when it was made" in each]
    assert said == [
        "inventory.csv, row 2: is a 8861, whose MIC depends on when it was made: taken to be of 2019-06,"
        " by Cisco Manufacturing CA SHA2"
    ]


def test_a_model_of_which_no_source_says_the_mic_is_not_taken_to_have_none(exports: Exports) -> None:
    exports.cluster().inventory(f"{DEVICE},7937,Encrypted", head="Device Name,Model,Profile")
    phone = exports.phone()
    assert phone.mic is None
    assert phone.mic_not_told == "inventory.csv, row 2, is a 7937, and nothing says which MIC that has"


def test_an_unreadable_mic_does_not_matter_beside_an_lsc_but_where_capf_asks_for_it_first(exports: Exports) -> None:
    head = f"{HEAD},MIC Expiry,CAPF Authentication Mode"
    by_lsc, by_mic = (f"By Existing Certificate (Precedence to {kind})" for kind in ("LSC", "MIC"))
    rows = [f"{exports.row(f'SEP{at:012X}')},soon,{mode}" for at, mode in enumerate(["", by_lsc, by_mic])]
    fleet = exports.cluster().inventory(*rows, head=head).fleet()
    why = [{each.kind: not_told(phone, each, fleet.at) for each in fleet.services_of(phone)} for phone in fleet.phones]
    assert [phone.capf_precedence for phone in fleet.phones] == [LSC, LSC, CertificateKind.MIC]
    assert [bool(each[ServiceKind.CALLMANAGER]) for each in why] == [False, False, False]
    assert [bool(each[ServiceKind.CAPF]) for each in why] == [False, False, True]


def test_a_device_that_is_there_twice_is_taken_once(exports: Exports) -> None:
    exports.cluster().inventory(exports.row(), exports.row("00-11-22-33-44-55", model="7965"))
    assert exports.phone().model == "8861"
    assert f"inventory.csv, row 3: is {DEVICE} once more, after row 2 of inventory.csv" in exports.findings()


def test_what_many_rows_share_is_told_once(exports: Exports) -> None:
    exports.cluster().inventory(*(exports.row(f"SEP{number:012X}", issuer="CAPF-gone") for number in range(9)))
    (finding,) = [finding for finding in exports.findings() if "CAPF-gone" in finding]
    assert finding == (
        'inventory.csv, rows 2, 3, 4 and 6 more: names "CAPF-gone" as issuer of the LSC, which is in no store: no service trusts it'
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
    rekeyed = make_network().other_capf.certificate
    name = exports.capf_name
    double = capf_authority(keys=exports.network.keys, subject={"O": "Else"}, not_before=SINCE, name=name).certificate
    exports.store("hq/CAPF-trust", [exports.capf, rekeyed]).inventory(exports.row())
    exports.write("hq/CAPF-trust/double.pem", pem(double))
    phone = exports.phone()
    assert phone.lsc is None
    problem = f'inventory.csv, row 2, names "{name}" as issuer of the LSC, which is 2 certificates here'
    assert (phone.not_told, phone.lsc_not_told, phone.mic_not_told) == ("", problem, "")
    (exports.path / "hq/CAPF-trust/double.pem").unlink()
    exports.write("elsewhere/double.pem", pem(double))
    assert exports.phone().lsc_not_told == ""  # the one in the stores of its cluster is meant
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
    assert not any("does not know" in finding for finding in exports.findings())


def test_what_was_left_out_is_told_before_what_is_only_odd(exports: Exports) -> None:
    exports.store("hq/CallManager-trust").store("hq/CAPF-trust").inventory(exports.row(), exports.row("nobody"))
    grave = [each.grave for each in exports.read()[1]]
    assert True in grave
    assert False in grave
    assert grave == sorted(grave, reverse=True)


# Who uses which server


@pytest.mark.parametrize(
    ("cell", "used"),
    [
        ("yes", ("RADIUS",)),
        ("RADIUS", ("RADIUS",)),
        ("radius", ("RADIUS",)),
        ("no", ()),
        ("", ()),
        ("ise", ("RADIUS",)),
    ],
)
def test_a_column_says_who_uses_the_authentication_server(exports: Exports, cell: str, used: tuple[str, ...]) -> None:
    exports.cluster().store("RADIUS").store("VPN").inventory(f"{exports.row()},{cell}", head=f"{HEAD},802.1X")
    assert exports.phone().uses == (*used, "VPN")
    untold = [why for kind, why in exports.phone().services_not_told if kind is ServiceKind.DOT1X]
    assert any('uses "ise", of which there is no store here' in why for why in untold) is (cell == "ise")


def test_without_one_every_phone_uses_the_only_one_and_that_is_told(exports: Exports) -> None:
    exports.cluster().store("RADIUS").inventory(exports.row())
    assert exports.phone().uses == ("RADIUS",)
    assert "RADIUS: is taken to be used by every phone of which nothing says whether it does" in exports.findings()


def test_of_several_authentication_servers_the_one_that_is_named_first_has_the_highest_priority(
    exports: Exports,
) -> None:
    exports.cluster().store("ise-1").store("ise-2")
    for first, second in (("ise-1", "ise-2"), ("ise-2", "ise-1")):
        exports.inventory(f"{exports.row()},{first};{second}", head=f"{HEAD},802.1X")
        fleet = exports.fleet()
        assert fleet.phones[0].uses == (first, second)
        servers = [each.name for each in fleet.services_of(fleet.phones[0]) if each.kind is ServiceKind.DOT1X]
        assert servers == [first, second]


def test_of_two_servers_none_is_used_until_settings_say_which(exports: Exports) -> None:
    exports.cluster().store("ise-1").store("ise-2").inventory(exports.row(), exports.row(SECOND))
    assert [phone.uses for phone in exports.fleet().phones] == [(), ()]
    assert any(finding.startswith("ise-1, ise-2: may be what a phone uses") for finding in exports.findings())
    exports.write("settings.toml", f'[radius.ise-1]\nphones = ["{SECOND.lower()}"]\n')
    assert [phone.uses for phone in exports.fleet().phones] == [("ise-2",), ("ise-1",)]
    exports.write("settings.toml", '[radius.ise-1]\nclusters = ["HQ"]\n')
    assert [phone.uses for phone in exports.fleet().phones] == [("ise-1",), ("ise-1",)]


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
    assert all(len(row.device) == 15 or row.not_told for row in rows)
    assert all(told(finding).isprintable() for finding in notes.all())


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_the_cn_of_any_text_fits_into_a_certificate(text: str) -> None:
    found = common_name_told(text)
    assert len(found) <= 64
    assert found == "" or found.isprintable()


# Which of several authorities of one name


def test_a_whole_name_chooses_among_authorities_of_one_cn(exports: Exports) -> None:
    name = exports.capf_name
    double = capf_authority(keys=exports.network.keys, subject={"O": "Else"}, not_before=SINCE, name=name).certificate
    exports.store("hq/CAPF-trust", [exports.capf]).write("hq/CAPF-trust/double.pem", pem(double))
    for organization, issuer in (("Else", double), ("Lab", exports.capf)):
        exports.inventory(exports.row(issuer=f'"O={organization}, CN={name}"'))
        lsc = exports.phone().lsc
        assert isinstance(lsc, Described)
        assert lsc.issuer == issuer


def test_the_end_of_the_issuer_chooses_among_authorities_of_one_name(exports: Exports) -> None:
    name = exports.capf_name
    later = SINCE + timedelta(days=7)
    double = capf_authority(keys=exports.network.keys, subject={"O": "Else"}, not_before=later, name=name).certificate
    exports.store("hq/CAPF-trust", [exports.capf]).write("hq/CAPF-trust/double.pem", pem(double))
    for issuer in (double, exports.capf):
        ends = int(issuer.not_valid_after_utc.timestamp())
        exports.inventory(f"{exports.row()},{ends}", head=f"{HEAD},LSC Issuer Expires By")
        lsc = exports.phone().lsc
        assert isinstance(lsc, Described)
        assert lsc.issuer == issuer


@pytest.mark.parametrize(
    ("written", "mode"),
    [
        ("", None),
        ("By Existing Certificate (Precedence to LSC)", AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC),
        ("by existing certificate (precedence to mic)", AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC),
        ("By Null String", AuthenticationMode.BY_NULL_STRING),
        ("Authentication String", AuthenticationMode.BY_AUTHENTICATION_STRING),
        *((str(number), mode) for number, mode in enumerate(AuthenticationMode, 1)),
    ],
)
def test_the_authentication_mode_is_the_one_that_the_row_names(
    written: str, mode: AuthenticationMode | None, exports: Exports
) -> None:
    exports.cluster().inventory(f"{exports.row(DEVICE)},{written}", head=f"{HEAD},CAPF Authentication Mode")
    phone = exports.phone()
    assert (phone.capf_mode, phone.services_not_told) == (mode, ())


def test_an_authentication_mode_that_is_none_leaves_capf_alone_untold(exports: Exports) -> None:
    exports.cluster().inventory(f"{exports.row(DEVICE)},By Magic", head=f"{HEAD},CAPF Authentication Mode")
    fleet, findings = exports.read()
    (phone,) = fleet.phones
    why = {each.kind: not_told(phone, each, fleet.at) for each in fleet.services_of(phone)}
    assert [kind for kind in why if why[kind]] == [ServiceKind.CAPF]
    assert "no authentication mode" in why[ServiceKind.CAPF]
    assert any(each.grave and "no authentication mode" in each.problem for each in findings)


# Last Seen


@pytest.mark.parametrize(
    ("heading", "cell", "seen"),
    [
        ("Last Seen", "2026-03-01", datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC)),
        ("last_registered", "2026-03-01 08:00", datetime(2026, 3, 1, 8, 0, tzinfo=UTC)),
        ("Last Active", "Now", SEEN_NOW),
        ("Last Seen", "Never", NEVER_SEEN),
        ("Last Seen", "", None),
        ("Last Seen", "unknown", None),
    ],
)
def test_a_row_says_when_its_phone_was_seen_last(
    exports: Exports, heading: str, cell: str, seen: datetime | None
) -> None:
    exports.cluster().inventory(f"{DEVICE},8861,Encrypted,{cell}", head=f"Device Name,Model,Profile,{heading}")
    assert exports.fleet().last_seen == ({} if seen is None else {DEVICE: seen})
    assert not [each for each in exports.findings() if heading in each]


def test_a_day_that_cannot_be_read_is_named_and_leaves_the_phone_in_the_answer(exports: Exports) -> None:
    exports.cluster().inventory(f"{DEVICE},8861,Encrypted,yesterday", head="Device Name,Model,Profile,Last Seen")
    fleet = exports.fleet()
    assert (len(fleet.phones), fleet.last_seen) == (1, {})
    assert any(
        'inventory.csv, row 2: Last Seen "yesterday" cannot be read as a date' in each for each in exports.findings()
    )


def test_of_two_rows_of_one_phone_the_first_says_when_it_was_seen(exports: Exports) -> None:
    rows = [f"{DEVICE},8861,Encrypted,{day}" for day in ("2026-03-01", "2026-04-01")]
    exports.cluster().inventory(*rows, head="Device Name,Model,Profile,Last Seen")
    assert [seen.month for seen in exports.fleet().last_seen.values()] == [3]
