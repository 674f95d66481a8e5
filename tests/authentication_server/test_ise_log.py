"""The log says what happened in ISE's words: every reason has its sentence, and no peer's text can pass for another line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_sim.authentication_server import AuthenticationFailed, DropReason, FailureReason, RequestsUnanswered
from edge_sim.texts.ise import FAILURE_TEXTS, MESSAGES, ise_log
from journal import Event, read_jsonl, to_jsonl
from lab.testing import KeptEvents
from pki import NO_NAME, DistinguishedName, TrustStore
from pki.mishaps import MISHAPS
from tests.authentication_server.conftest import IDENTITY, MAC, MakeServer, Phone, Pki, asking, serving
from tests.made_names import named

LINE = re.compile(
    r"CISE_[A-Za-z_]+ \d{10} 1 0 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \+00:00 \d{10} (\d{4,5}|LAB) (NOTICE|WARN|INFO) [^,]+(, .*)?"
)


def a_failure(**changes: object) -> AuthenticationFailed:
    fields: dict[str, object] = {
        "session": 1,
        "identity": IDENTITY,
        "calling_station_id": MAC,
        "network_device": "switch-1",
        "nas_address": "127.0.0.1",
        "nas_port": 17,
        "failure_code": 12514,
        "failure_name": "UNKNOWN_CA",
        "verify_code": 20,
        "depth": 0,
        "alert": 48,
        "alert_direction": "write",
        "tls_version": "TLSv1.2",
        "certificate_subject": named(O="Lab", CN=IDENTITY),
        "certificate_issuer": named(O="Lab", CN="CAPF-0ld0ld00"),
        "certificate_serial_number": "1a2b",
        "expected": "",
        "received": "",
        "problem": "",
    }
    return AuthenticationFailed(**{**fields, **changes})  # type: ignore[arg-type]


def test_an_unknown_ca_is_told_in_ises_sentence() -> None:
    (line,) = ise_log(a_failure())
    assert LINE.fullmatch(line)
    assert " 5400 NOTICE Failed-Attempt: Authentication failed, " in line
    assert (
        "FailureReason=12514 EAP-TLS failed SSL/TLS handshake because of an unknown CA in the client certificates chain, "
        in line
    )
    assert f"UserName={IDENTITY}, " in line
    assert "X509_V_ERR 20 at depth 0" in line
    assert "Expected=" not in line


def test_every_reason_has_a_sentence() -> None:
    assert set(FAILURE_TEXTS) == set(FailureReason)
    assert len(set(FAILURE_TEXTS.values())) == len(FailureReason)


@pytest.mark.parametrize("reason", DropReason)
def test_every_silence_has_a_line_and_only_ises_own_have_numbers(reason: DropReason) -> None:
    (line,) = ise_log(RequestsUnanswered(reason=reason, source="127.0.0.66", count=10))
    assert LINE.fullmatch(line)
    assert "Count=10" in line
    known = reason in (DropReason.UNKNOWN_CLIENT, DropReason.INVALID_MESSAGE_AUTHENTICATOR)
    assert (" LAB " not in line) == known


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_strangers_text_neither_ends_a_line_nor_adds_an_attribute(identity: str, subject: str) -> None:
    (line,) = ise_log(a_failure(identity=identity, certificate_subject=DistinguishedName.of_cn(subject)))
    assert line.isprintable()
    names = [part.partition("=")[0] for part in re.split(r"(?<!\\)(?:\\\\)*, ", line)[1:]]
    (plain,) = ise_log(
        a_failure(identity="x" if identity else "", certificate_subject=named(CN="x") if subject else NO_NAME)
    )
    assert names == [part.partition("=")[0] for part in plain.split(", ")[1:]]


def test_a_comma_in_a_name_gets_a_backslash_and_so_does_a_backslash() -> None:
    (line,) = ise_log(a_failure(identity="x, FailureReason=5200 all is well\\"))
    assert "UserName=x\\, FailureReason=5200 all is well\\\\, NetworkDeviceName=" in line


def test_other_events_print_nothing() -> None:
    assert ise_log(Event()) == ()


@pytest.mark.trio
async def test_a_run_prints_its_log_and_its_journal_can_be_read_again(
    pki: Pki, notebook: KeptEvents, make_server: MakeServer, phone: Callable[..., Phone], tmp_path: Path
) -> None:
    bad = MISHAPS["expired"].build(pki.cast).identity
    server = make_server()
    async with serving(server) as socket:
        endpoint = (socket.address, socket.port)
        async with asking(endpoint) as switch:
            await phone().authenticate(switch)
            await phone(bad).authenticate(switch)
        server.answer_untrusted(b"junk", ("127.0.0.1", 1))
    own = [event for event in notebook.events if event.actor == "ise-1"]
    lines = [line for event in own for line in ise_log(event)]
    assert all(LINE.fullmatch(line) for line in lines)
    codes = [match.group(1) for line in lines if (match := LINE.fullmatch(line))]
    assert codes == ["LAB", "5200", "5400", "LAB", "LAB"]
    assert "FailureReason=12516 " in lines[2]
    assert {type(event) for event in own} >= set(MESSAGES)
    file = tmp_path / "journal.jsonl"
    file.write_bytes(b"".join(to_jsonl(event) for event in notebook.events))
    assert list(read_jsonl(file)) == notebook.events


@pytest.mark.trio
async def test_no_secret_enters_the_journal(
    notebook: KeptEvents, make_server: MakeServer, phone: Callable[..., Phone]
) -> None:
    server = make_server(trust=TrustStore("Trusted Certificates", []))
    async with serving(server) as socket, asking((socket.address, socket.port)) as switch:
        await phone().authenticate(switch)
    assert "battery" not in str(notebook.events)
    assert "battery" not in repr(server._settings)
