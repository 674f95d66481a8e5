"""What `run sql` and `show cert` print, pasted into files: the lab's own answers come back with the verdicts of the lab itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from cisco_data import STORE_OF, CertificateKind, DeviceSecurityMode
from lab.exports import read_exports
from lab.exports.certificates import certificates_of_file
from lab.exports.show_cert_text import show_cert_untrusted
from lab.exports.sql_text import tables_untrusted
from lab.fleet.model import Described, Fleet, Held, Known
from lab.fleet.trust import ClusterTrust
from lab.operations import steps as op
from lab.play.building import make_keys
from lab.running.lab import key_pool
from lab.scenario import gallery
from lab.verbs.cli import cli
from lab.whatif.evaluate import ChangeRequest, evaluate
from lab.whatif.impact_report import Verdict
from lab.whatif.initial_fleet import played
from pki import Certificate, common_name
from tests.exports.conftest import Exports, other_lsc, pem, told
from tests.whatif.conftest import DEVICE
from wire.tls import TlsVersion

ROOT = Path(__file__).resolve().parents[2]
STORIES = [
    "install-lsc-by-null-string",
    "capf-regenerated-in-good-order",
    "install-by-authentication-string",
    "no-lsc-uses-mic",
]
QUERIES = re.findall(r"(?m)^    run sql (.+)$", (ROOT / "docs" / "whatif-exports.md").read_text(encoding="utf-8"))
CERTIFICATES = QUERIES[2]
FILES = dict(zip(QUERIES, ("device.txt", "securityprofile.txt", "certificate.txt"), strict=True))


Verdicts = dict[tuple[str, str], Verdict]
"""Of each phone at each server."""


def run(*arguments: str | Path) -> str:
    result = CliRunner(env={"LC_ALL": "C"}).invoke(cli, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def prompted(query: str, answer: str) -> str:
    return f"admin:run sql {query}\n{answer}admin:"


class Kept:
    """A story that was played and kept, and what it came to."""

    def __init__(self, story: str, folder: Path) -> None:
        scenario = gallery.find(story)
        self.fleet, _ = played(scenario, make_keys(scenario, key_pool()))
        run("run", "-q", story, "--keep", folder)
        self.folder = folder
        self.judged: list[Fleet] = []
        """What was read from one text or another and gave the verdicts of the lab."""

    @cached_property
    def foretold(self) -> list[tuple[tuple[op.Step, ...], Verdicts]]:
        """What the lab's own fleet says of each change."""
        return [(steps, verdicts(self.fleet, *steps)) for steps in changes(self.fleet)]

    @cache  # noqa: B019 - there is one of each story
    def answers(self, cluster: str) -> dict[str, str]:
        database = self.folder / "clusters" / f"{cluster}.sqlite"
        return {query: run("sql", database, query) for query in QUERIES}

    def show_cert(self, cluster: str) -> str:
        return (self.folder / "clusters" / f"{cluster}.certificates.txt").read_text()

    def show_lists(self, cluster: str) -> str:
        return (self.folder / "clusters" / f"{cluster}.trust-lists.txt").read_text()

    def own(self, cluster: str) -> dict[str, set[Certificate]]:
        """The own certificates of each node but CAPF's."""
        nodes = (self.folder / "clusters" / cluster).iterdir()
        return {
            node.name: {certificates_of_file(file)[0] for file in (node / "own").iterdir() if file.name != "CAPF.pem"}
            for node in nodes
        }

    def settings(self) -> str:
        """What no answer of these tells: modes and minimum versions."""
        said = []
        for cluster in self.fleet.clusters:
            server = self.fleet.servers[f"CallManager of {cluster}"]
            said.append(f'[clusters.{cluster}]\nmode = "{"mixed" if server.mixed else "non-secure"}"')
        return "\n".join(said)


@pytest.fixture(scope="module", params=STORIES)
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(request.param, tmp_path_factory.mktemp("kept") / "lab")


def verdicts(fleet: Fleet, *steps: op.Step) -> Verdicts:
    answer = evaluate(ChangeRequest(fleet, steps, "a test"), key_pool().ring(), every_phone=True, propose=False)
    return {(device, line.server_after): line.verdict for device, _, line in answer.rows()}


def own_of(trust: ClusterTrust) -> dict[str, set[Certificate]]:
    return {node.name: set(node.own.values()) for node in trust.nodes}


def changes(fleet: Fleet) -> list[tuple[op.Step, ...]]:
    """What is asked of both: nothing, and for each cluster that CAPF or a manufacturing authority leaves, or old TLS."""
    found: list[tuple[op.Step, ...]] = [()]
    for cluster in fleet.clusters:
        for kind in STORE_OF:
            server = fleet.servers[f"{kind} of {cluster}"]
            gone = [
                each
                for each in server.configured.trust
                if common_name(each.subject).startswith("CAPF") or common_name(each.subject).endswith((" CA", "SHA2"))
            ]
            found += [(op.RemoveCertificateStep(each, server.name), op.RestartStep(server.name)) for each in gone]
            found.append((op.SetMinimumTlsStep(server.name, TlsVersion.TLSv1_2), op.RestartStep(server.name)))
            found.append((op.SetMinimumTlsStep(server.name, TlsVersion.TLSv1_3), op.RestartStep(server.name)))
    return found


def as_data(fleet: Fleet) -> Fleet:
    """Without the files and lines that tell of it, and in one order: the same verdicts follow from the same data."""

    def plain(held: Held | None) -> Held | None:
        return replace(held, origin="") if held is not None else None

    phones = tuple(replace(each, origin="", lsc=plain(each.lsc), mic=plain(each.mic)) for each in fleet.phones)
    certificates = tuple(sorted(fleet.certificates, key=lambda each: each.public_bytes(Encoding.DER)))
    return replace(fleet, phones=phones, certificates=certificates, origins={})


@pytest.mark.parametrize("from_text", ["sql", "sql and show cert", "as a terminal holds it"])
def test_the_three_queries_on_a_kept_lab_give_the_verdicts_of_its_story(
    kept: Kept, from_text: str, exports: Exports
) -> None:
    for cluster in kept.fleet.clusters:
        answers = kept.answers(cluster)
        for query, name in FILES.items():
            if query == CERTIFICATES and from_text == "sql and show cert":
                exports.write(f"{cluster}/show cert.txt", kept.show_cert(cluster))
            elif from_text == "as a terminal holds it":
                all_of_them = "\n".join(prompted(each, answers[each]) for each in QUERIES)
                exports.write(f"{cluster}/session.log", all_of_them.replace("\n", "\r\n").encode("utf-16"))
            else:
                exports.write(f"{cluster}/{name}", answers[query])
        exports.write(f"{cluster}/lists.txt", kept.show_lists(cluster))
    exports.write("settings.toml", kept.settings())
    fleet, findings = read_exports(exports.path, kept.fleet.at)
    assert [told(each) for each in findings if each.grave] == []
    assert {each.device_name for each in fleet.phones} == {each.device_name for each in kept.fleet.phones}
    for server in fleet.servers.values():
        assert set(server.configured.trust) == set(kept.fleet.servers[server.name].configured.trust)
    assert fleet.capf == kept.fleet.capf
    for cluster, trust in fleet.trust.items():
        assert trust.not_told == ""
        assert own_of(trust) == kept.own(cluster)
    read = as_data(fleet)
    if read not in kept.judged:
        for steps, foretold in kept.foretold:
            assert verdicts(fleet, *steps) == foretold, steps
        kept.judged.append(read)


# Layout

DEVICE_TABLE = """\
name            model      fksecurityprofile lscissuername                             lscvaliduntil
=============== ========== ================= ========================================= =============
SEP001122334455 Cisco 8861 aa-01             L=Sydney,CN={capf},O=Lab,C=AU 1873484742
SEP0011223344AA Cisco 7965 aa-02             NULL                                      0
CSFjsmith       Cisco 8861 aa-02             NULL                                      0
"""


def columns_of(text: str) -> int:
    """Of a terminal."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def profile_row(pkid: str, name: str, mode: int, authentication: int, measure: Callable[[str], int] = len) -> str:
    return f"{pkid} {name}{' ' * (16 - measure(name))} {mode:<20} {authentication:<20}"


PROFILE_TABLE = "\n".join(
    [
        "pkid  name             tkdevicesecuritymode tkauthenticationmode",
        "===== ================ ==================== ====================",
        profile_row("aa-01", "话机 安全 Company", 3, 4),
        profile_row("aa-02", "Other", 1, 2),
        "",
    ]
)


def device_table(exports: Exports) -> str:
    issuer = f"L=Sydney,CN={exports.capf_name},O=Lab,C=AU"
    assert len(issuer) <= 41
    return DEVICE_TABLE.replace("L=Sydney,CN={capf},O=Lab,C=AU", issuer.ljust(41))


SPELLINGS = {
    "as it is": lambda text: text.encode(),
    "CR LF": lambda text: text.replace("\n", "\r\n").encode(),
    "prompts": lambda text: f"admin:run sql select x from y\n{text}admin:\nadmin:exit\n".encode(),
    "trailing blanks": lambda text: text.replace("\n", "    \n").encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "a pager": lambda text: text.replace(
        "SEP0011223344AA", "Press <enter> for 1 line, <space> for one page, or <q> to quit\nSEP0011223344AA"
    ).encode(),
    "text before": lambda text: f"Tuesday's export\n\n{text}".encode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_answer_is_read_however_it_was_pasted(exports: Exports, spelling: str) -> None:
    exports.cluster()
    exports.write("hq/device.txt", SPELLINGS[spelling](device_table(exports)))
    exports.write("hq/profiles.txt", SPELLINGS[spelling](PROFILE_TABLE))
    fleet, findings = exports.read()
    assert [told(each) for each in findings if each.grave] == []
    one, other = sorted(fleet.phones, key=lambda phone: phone.device_name)
    assert (one.device_name, one.model, one.cluster, one.mode) == (DEVICE, "8861", "hq", DeviceSecurityMode.ENCRYPTED)
    assert isinstance(one.lsc, Described)
    assert (one.lsc.issuer, f"{one.lsc.not_after:%Y-%m-%d}") == (exports.capf, "2029-05-14")
    assert one.capf_precedence is CertificateKind.MIC
    assert (other.device_name, other.mode, other.lsc) == ("SEP0011223344AA", DeviceSecurityMode.NON_SECURE, None)
    assert isinstance(other.mic, Described)


@pytest.mark.parametrize("name", ["话机 安全 Company", "话机", "Müller-Lüdens", "Ü", "plain"])
@pytest.mark.parametrize(
    "measure", [len, columns_of, lambda text: len(text.encode())], ids=["letters", "columns", "octets"]
)
def test_wide_letters_do_not_shift_the_columns(name: str, measure: Callable[[str], int]) -> None:
    if measure(name) > 16:
        name = name[:4]
    rows = [profile_row("aa-01", name, 3, 4, measure), profile_row("aa-02", "Other", 1, 2)]
    (table,) = tables_untrusted("\n".join([*PROFILE_TABLE.splitlines()[:2], *rows]))
    ((_, cells), (_, other)) = table.rows
    assert cells == {"pkid": "aa-01", "name": name, "tkdevicesecuritymode": "3", "tkauthenticationmode": "4"}
    assert other["pkid"] == "aa-02"


def test_a_line_that_cannot_be_cut_is_told_and_the_rest_goes_on(exports: Exports) -> None:
    exports.cluster().write("hq/profiles.txt", PROFILE_TABLE)
    exports.write("hq/device.txt", device_table(exports).replace("SEP0011223344AA ", "SEP0011223344AA and more "))
    fleet, findings = exports.read()
    assert [told(each) for each in findings if each.grave] == [
        "hq/device.txt, row 4: cannot be cut into the columns of its table: it was left out"
    ]
    assert [phone.device_name for phone in fleet.phones] == [DEVICE]


def test_numbers_of_models_and_a_profile_that_is_not_there_are_understood(exports: Exports) -> None:
    table = "name            tkmodel fksecurityprofile\n=============== ======= =================\nSEP001122334455 436     aa-09\n"
    exports.cluster().write("hq/device.txt", table)
    phone = exports.phone()
    assert (phone.model, phone.mode) == ("7965", DeviceSecurityMode.ENCRYPTED)
    assert any('has the profile "aa-09", which says no mode' in each for each in exports.findings())


def test_an_answer_without_rows_is_told(exports: Exports) -> None:
    exports.cluster().inventory(exports.row()).write("hq/device.txt", "\n".join(DEVICE_TABLE.splitlines()[:2]) + "\n\n")
    assert "hq/device.txt: has a heading and no row: no phone is known from it" in exports.findings()


def test_an_lsc_that_the_database_does_not_know_is_the_one_that_was_found(exports: Exports) -> None:
    """CAPF of another cluster signed it, so no row of this database tells of it."""
    lsc = other_lsc().certificate
    exports.cluster().write("hq/device.txt", device_table(exports).replace("0011223344AA", "FFFFFFFFFFFF"))
    exports.write("phones/SEPFFFFFFFFFFFF.pem", pem(lsc))
    exports.write("hq/profiles.txt", PROFILE_TABLE)
    assert exports.phone("SEPFFFFFFFFFFFF").lsc is None  # the file's CN names another device, which it is of
    exports.write("hq/device.txt", device_table(exports).replace("1873484742", "0         "))
    found = exports.phone().lsc
    assert isinstance(found, Described)  # an issuer without an end
    assert found.unsure_after is not None
    bare = device_table(exports).replace("1873484742", "0         ")
    bare = re.sub(r"L=Sydney,CN=[^ ]+", lambda match: "NULL".ljust(len(match[0])), bare)
    exports.write("hq/device.txt", bare)
    known = exports.phone().lsc
    assert isinstance(known, Known)
    assert known.certificate == lsc


# Certificates


def certificate_table(exports: Exports, head: str, line: str) -> str:
    capf = pem(exports.capf).decode()
    return f"{head}\n{line.format(pem=capf)}\n"


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("store             certificate\n================= ==========", "CallManager-trust {pem}"),
        (
            "certificate                                                      store\n"
            + "=" * 64
            + " =================",
            "{pem} CallManager-trust",
        ),
        ("tkcertificateservice certificate\n==================== ====", "4                    {pem}"),
    ],
)
def test_a_certificate_may_stand_in_any_column(exports: Exports, head: str, line: str) -> None:
    exports.store("hq/CAPF-trust", [exports.capf]).inventory(exports.row())
    exports.write("hq/certificate.txt", certificate_table(exports, head, line))
    if head.startswith("certificate"):
        assert any("does not say in which store" in each for each in exports.findings())
        return
    fleet, findings = exports.read()
    assert list(fleet.servers["CallManager of hq"].configured.trust) == [exports.capf]
    assert [told(each) for each in findings if each.grave] == []


def test_what_show_cert_lists_and_no_file_holds_leaves_the_store_untold(exports: Exports) -> None:
    exports.store("hq/CAPF-trust", [exports.capf]).inventory(exports.row())
    exports.write("hq/list.txt", "CallManager-trust/CAPF-36205338.pem: Signed Certificate\r\ntomcat/tomcat.pem: x\r\n")
    fleet, findings = exports.read()
    server = fleet.servers["CallManager of hq"]
    assert server.not_told.endswith("CallManager-trust/CAPF-36205338.pem cannot be read")
    assert [told(each) for each in findings if each.grave] == [
        "hq/list.txt: names CallManager-trust/CAPF-36205338.pem, of which no file here has the certificate"
    ]


def test_what_is_listed_and_lies_elsewhere_is_in_the_store(exports: Exports) -> None:
    exports.store("hq/CAPF-trust", [exports.capf]).inventory(exports.row())
    exports.write("hq/list.txt", f"CallManager-trust/{exports.capf_name}.pem: Signed Certificate\n")
    exports.write("hq/downloads/x.pem", pem(exports.capf))
    assert list(exports.fleet().servers["CallManager of hq"].configured.trust) == [exports.capf]


def test_a_decoded_part_without_its_pem_is_found_by_name_and_serial_number(exports: Exports) -> None:
    exports.store("hq/CAPF-trust", [exports.capf]).inventory(exports.row())
    exports.write("hq/downloads/x.pem", pem(exports.capf))
    name = f"CallManager-trust/{exports.capf_name}.pem"
    shown = "admin:show cert trust {}\n[\n  Version: V3\n  Serial Number: {:X}\n]\nadmin:"
    exports.write("hq/one.txt", shown.format(name, exports.capf.serial_number))
    assert list(exports.fleet().servers["CallManager of hq"].configured.trust) == [exports.capf]
    exports.write("hq/one.txt", shown.format(name, 5))
    assert exports.fleet().servers["CallManager of hq"].not_told


def test_a_private_key_in_a_pasted_text_ends_it(exports: Exports) -> None:
    from lab.base.failures import InvalidInput

    exports.cluster().inventory(exports.row())
    exports.write("hq/device.txt", device_table(exports) + "-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(InvalidInput, match="private key"):
        exports.read()


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="=ab \n-话ü|NULL:/.pem", max_size=300), st.integers(0, 600), st.text(max_size=5))
def test_any_text_is_tables_and_answers_or_none(text: str, at: int, more: str) -> None:
    for tried in (text, DEVICE_TABLE[:at] + more + DEVICE_TABLE[at:], PROFILE_TABLE[:at] + text + PROFILE_TABLE[at:]):
        for table in tables_untrusted(tried):
            assert all(set(row) == set(table.columns) for _, row in table.rows)
        show_cert_untrusted(tried)
