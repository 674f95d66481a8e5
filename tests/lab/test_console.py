"""A console prints what happened, in the layout of its generation, and marks what no published console shows."""

from __future__ import annotations

import re
import ssl
from datetime import UTC, datetime

import pytest

from journal import Event
from phone_sim import capf_events as capf
from phone_sim import download_events as download
from phone_sim import events as phone
from phone_sim.texts.console import SECD, SECUREAPP, Console
from phone_sim.trust import events as trust
from tests.made_names import named
from wire.tls import AlertDescription, AlertSeen, ClientHelloSeen

# cisco.md 1.1: `<seq> <SEV> <HH:MM:SS.uuuuuu> SECD: -<TAG>: <text>`
LINE_79XX = re.compile(r"\d{4,} (DEB|INF|NOT|WRN|ERR) \d\d:\d\d:\d\d\.\d{6} SECD: -(?P<tag>[A-Z0-9_]+): \S.*")
# cisco.md 1.4, 12.x: `<seq> <SEV> <Mon DD HH:MM:SS.uuuuuu> (pid:tid) <PROCESS>-<text>`
LINE_88XX = re.compile(
    r"\d{4,} (DEB|INF|NOT|WRN|ERR) [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d\.\d{6} \(\d+:\d+\) "
    r"(SECUREAPP|JAVA|downd|GHTTP|TFTPD)-(?P<text>\S.*)"
)
PUBLISHED_79XX = {
    "PXY_NO_LSC": r"No LSC for \[SCCP\], will try MIC",
    "PXY_CERT_CIPHER": r"\[SCCP\], \[TLSv1\], cert \[(LSC|MIC)\], cipher \[[A-Z0-9:-]+\]",
    "STATE_SSL3_ALERT": r"SSL3 alert \[(read|write)\]:\[(warning|fatal)\]:\[[A-Za-z_ ]+\]",
}
PUBLISHED_88XX = (
    r"Sec SSL Connection - ciphers:\[[A-Z0-9:_-]+\]",
    r"SSL session setup - cert len=\d+, type=(LSC|MIC)",
    r"Certificate subject name = (/\w+=[^/]+)+",
    r"SSL session setup - Certificate issuer name = (/\w+=[^/]+)+",
    r"Sec SSL Connection - Handshake (successful|failed)\.",
    r"configmgr MQThread\|cip\.cfg\.SipConfig:\? - Requesting CONFIG file: ram/SEP[0-9A-F]{12}\.cnf\.xml\.59075 from TFTP "
    r"Service\(1\), encrypt = (true|false),isApplyingConfigFromFlash:false",
    r"GETXXTP \[GT339\]\[src=[\w.]+\]\[dest=/tmp/[\w./]+\]\[serv=\]\[serv6=\]\[sec=[02]\]",
    r"XXTP (Secure|Non secure) file requested",
    r"XXTP start request, server [12] - [0-9.]+",
    r"XXTP complete - status = (2|100)",
    r"http get \[HTTP/1\.1 \d{3} [\w ]+\]",
    r"Requesting [\w.]+ from [0-9.]+",
    r"Error: \(1\+1\)File not found",
    r"XXTP authenticated file approved - add \.sgn if necessary -- SEP[0-9A-F]{12}\.cnf\.xml(\.enc)?\.sgn",
    r"Hashes match\.\.\. authentication successful\.",
    r"updateFromFile: (TL parse to table: CTL_SUCCESS|Updating master TL table)",
    r"TL file (verified successfully|updated)\.",
)
AT = datetime(2026, 11, 23, 15, 47, 34, 756063, tzinfo=UTC)

STARTED_79XX = phone.PhoneStarted(device_name="SEP1", model="7965", load="x", at=AT)
STARTED_88XX = phone.PhoneStarted(device_name="SEP1", model="8861", load="x", at=AT)
CHOSEN = phone.CertificateChosen(
    service="SCCP",
    kind="LSC",
    tls_version="TLSv1",
    ciphers="AES256-SHA:AES128-SHA",
    subject=named(
        serialNumber="PID:CP-8861 SN:FCH18198CNQ", C="AU", O="stormin", OU="IST", CN="CP-8861-SEPB000B4BA0AEE"
    ),
    issuer=named(C="AU", O="stormin", OU="IST", CN="CAPF-a7fb32bf", ST="NSQ", L="Sydney"),
    serial_number="1f",
    octets=785,
    at=AT,
)


def printed(started: phone.PhoneStarted, event: Event) -> list[str]:
    console = Console()
    console.lines(started)
    return list(console.lines(event))


def alert(description: AlertDescription, *, level: int = 2, direction: str = "read") -> AlertSeen:
    return AlertSeen(direction=direction, level=level, description=description, at=AT)


# The published lines


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            phone.LscMissing(service="SCCP", at=AT),
            "WRN 15:47:34.756063 SECD: -PXY_NO_LSC: No LSC for [SCCP], will try MIC",
        ),
        (
            CHOSEN,
            "NOT 15:47:34.756063 SECD: -PXY_CERT_CIPHER: [SCCP], [TLSv1], cert [LSC], cipher [AES256-SHA:AES128-SHA]",
        ),
        (
            alert(AlertDescription.UNKNOWN_CA),
            "ERR 15:47:34.756063 SECD: -STATE_SSL3_ALERT: SSL3 alert [read]:[fatal]:[unknown CA]",
        ),
        (
            alert(AlertDescription.PROTOCOL_VERSION, direction="write"),
            "ERR 15:47:34.756063 SECD: -STATE_SSL3_ALERT: SSL3 alert [write]:[fatal]:[protocol version]",
        ),
    ],
)
def test_a_79xx_prints_the_lines_of_the_faq_to_the_letter(event: Event, line: str) -> None:
    (own,) = printed(STARTED_79XX, event)
    number, _, rest = own.partition(" ")
    assert rest == line
    assert re.fullmatch(r"\d{4}", number)


def test_an_88xx_prints_the_lines_of_its_generation_to_the_letter() -> None:
    lines = printed(STARTED_88XX, CHOSEN)
    assert [line.partition("(711:853) ")[2] for line in lines] == [
        "JAVA-Sec SSL Connection - ciphers:[AES256-SHA:AES128-SHA]",
        "JAVA-SSL session setup - cert len=785, type=LSC",
        "JAVA-Certificate subject name = /serialNumber=PID:CP-8861 SN:FCH18198CNQ/C=AU/O=stormin/OU=IST"
        "/CN=CP-8861-SEPB000B4BA0AEE",
        "JAVA-SSL session setup - Certificate issuer name = /C=AU/O=stormin/OU=IST/CN=CAPF-a7fb32bf/ST=NSQ/L=Sydney",
    ]
    assert [line.split()[1] for line in lines] == ["INF", "DEB", "DEB", "DEB"]
    numbers = [int(line.split()[0]) for line in lines]
    assert numbers == list(range(numbers[0], numbers[0] + 4))
    up = phone.SecureConnectionUp(service="SCCP", tls_version="TLSv1.2", cipher="x", at=AT)
    (line,) = printed(STARTED_88XX, up)
    assert line.endswith(" NOT Nov 23 15:47:34.756063 (711:853) JAVA-Sec SSL Connection - Handshake successful.")
    down = phone.SecureConnectionRefused(service="SCCP", kind="LSC", alert=48, alert_direction="read", at=AT)
    (line,) = printed(STARTED_88XX, down)
    assert line.endswith(" ERR Nov 23 15:47:34.756063 (711:853) JAVA-Sec SSL Connection - Handshake failed.")


@pytest.mark.parametrize("started", [STARTED_79XX, STARTED_88XX], ids=["79xx", "88xx"])
@pytest.mark.parametrize("direction", ["read", "write"])
def test_close_notify_is_never_printed(started: phone.PhoneStarted, direction: str) -> None:
    assert printed(started, alert(AlertDescription.CLOSE_NOTIFY, level=1, direction=direction)) == []
    assert printed(started, alert(AlertDescription.USER_CANCELED, level=1, direction=direction)) != []


@pytest.mark.parametrize("description", AlertDescription)
def test_an_alert_is_spelled_as_openssl_spells_it(description: AlertDescription) -> None:
    if description is AlertDescription.CLOSE_NOTIFY:
        return
    (line,) = printed(STARTED_79XX, alert(description))
    assert LINE_79XX.fullmatch(line)
    assert re.search(PUBLISHED_79XX["STATE_SSL3_ALERT"], line)


def test_an_alert_of_no_known_number_or_level_is_printed_all_the_same() -> None:
    (line,) = printed(STARTED_79XX, AlertSeen(direction="read", level=7, description=250, at=AT))
    assert line.endswith("SSL3 alert [read]:[unknown]:[unknown]")


# Ours carry the mark


def is_published(line: str, generation: str) -> bool:
    if generation == "79xx":
        found = LINE_79XX.fullmatch(line)
        assert found, line
        tag = found["tag"]
        if tag == "LAB":
            return False
        assert re.fullmatch(PUBLISHED_79XX[tag], line.partition(f"-{tag}: ")[2]), line
        return True
    found = LINE_88XX.fullmatch(line)
    assert found, line
    if found["text"].startswith("LAB "):
        return False
    assert any(re.fullmatch(known, found["text"]) for known in PUBLISHED_88XX), line
    return True


@pytest.mark.parametrize(
    "name", ["install-lsc-by-null-string", "new-cluster-old-lsc-cured-by-reinstall", "no-lsc-uses-mic"]
)
def test_every_line_of_a_story_is_published_or_marked_as_ours(name, of_gallery, consoles) -> None:  # type: ignore[no-untyped-def]
    result = of_gallery(name)
    models = {part: result.scenario.phones[part].model for part in result.scenario.phones}
    seen = set()
    for part, lines in consoles(result).items():
        generation = "79xx" if models[part].startswith("79") else "88xx"
        seen |= {is_published(line, generation) for line in lines}
        numbers = [int(line.split()[0]) for line in lines]
        assert numbers == sorted(set(numbers))
    assert seen == {True, False}


@pytest.mark.parametrize("module", [phone, capf, download, trust], ids=lambda module: module.__name__)
def test_a_console_has_words_for_whatever_a_phone_notes(module: object) -> None:
    """But for what is no more than the inside of the phone, or stands in another line already."""
    silent = {phone.StateChanged}
    kinds = {kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Event)} - {Event}
    on_one_only = {
        phone.SecureConnectionUp,
        phone.SecureConnectionRefused,  # 79xx: PXY_CERT_CIPHER and the alert say both
        download.FileRequested,  # published for 78xx and 88xx only
        download.FileRequestEnded,
    }
    assert kinds - silent - on_one_only <= set(SECD)
    assert kinds - silent <= set(SECUREAPP)


# A line says what was on the wire

SUITES = {
    "AES256-SHA": 0x0035,
    "AES128-SHA": 0x002F,
    "NULL-SHA": 0x0002,
    "ECDHE-RSA-AES256-GCM-SHA384": 0xC030,
    "ECDHE-RSA-AES128-GCM-SHA256": 0xC02F,
    "TLS_AES_256_GCM_SHA384": 0x1302,
    "TLS_AES_128_GCM_SHA256": 0x1301,
}
"""The IANA registry "TLS Cipher Suites", in OpenSSL's spelling."""
SIGNALLING = {0x00FF, 0x5600}
"""TLS_EMPTY_RENEGOTIATION_INFO_SCSV and TLS_FALLBACK_SCSV: no suites, though they stand among them."""

OFFERS = """
title = "What each model offers"
[clusters.a]
[phones.old]
model = "7965"
cluster = "a"
profile = "{profile}"
[phones.new]
model = "8861"
cluster = "a"
profile = "{profile}"
[phones.newest]
model = "8861"
cluster = "a"
profile = "{profile}"
tls = "1.3"
[[steps]]
do = "boot"
"""
REGISTERED = """
[[steps]]
expect = "registered"
phone = "{phone}"
certificate = "MIC"
"""


@pytest.mark.parametrize(
    ("profile", "versions"),
    [
        ("Encrypted", {"old": ["TLSv1"], "new": ["TLSv1.2", "TLSv1.1", "TLSv1"], "newest": ["TLSv1.3", "TLSv1.2"]}),
        (
            "Authenticated",
            {"old": ["TLSv1"], "new": ["TLSv1.2", "TLSv1.1", "TLSv1"], "newest": ["TLSv1.2", "TLSv1.1", "TLSv1"]},
        ),
    ],
)
def test_version_and_ciphers_on_a_console_are_those_of_the_client_hello(  # type: ignore[no-untyped-def]
    profile, versions, play_text, consoles
) -> None:
    result = play_text(
        OFFERS.format(profile=profile) + "".join(REGISTERED.format(phone=name) for name in ("old", "new", "newest"))
    )
    assert result.passed, result.steps[-1].observed
    printed_lines = consoles(result)
    for name, device in result.devices.items():
        (chosen,) = [e for e in result.events if isinstance(e, phone.CertificateChosen) and e.actor == device]
        (hello,) = [e for e in result.events if isinstance(e, ClientHelloSeen) and e.connection == chosen.connection]
        suites = [number for number in hello.cipher_suites if number not in SIGNALLING]
        assert (
            list(hello.versions) == versions[name]
        )  # before TLS 1.3 a hello names the newest only: all below are meant
        text = next(line for line in printed_lines[name] if "cipher" in line)
        (listed,) = re.findall(r"ciphers?:? ?\[([^\]]*)\]", text)
        assert [SUITES[suite] for suite in listed.split(":")] == suites
        if name == "old":
            assert f"[{hello.versions[0]}]" in text


def test_each_model_negotiates_what_it_offers(play_text) -> None:  # type: ignore[no-untyped-def]
    expected = {
        "old": ("TLSv1", "AES256-SHA"),
        "new": ("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384"),
        "newest": ("TLSv1.3", "TLS_AES_256_GCM_SHA384"),
    }
    result = play_text(OFFERS.format(profile="Encrypted") + "".join(REGISTERED.format(phone=name) for name in expected))
    assert {row.phone: (row.tls_version, row.cipher) for row in result.rows()} == expected


def test_the_suite_numbers_of_this_test_are_openssls() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:NULL-SHA:@SECLEVEL=0")
    numbers = {str(cipher["name"]): int(cipher["id"]) & 0xFFFF for cipher in context.get_ciphers()}
    assert {name: numbers[name] for name in SUITES} == SUITES
