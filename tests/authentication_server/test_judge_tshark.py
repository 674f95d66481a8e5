"""tshark reads the RADIUS, the EAP and the TLS that we write, and finds every authenticator valid and nothing malformed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lab.testing import KeptEvents
from pki import TrustStore
from tests.authentication_server.conftest import IDENTITY, MAC, SECRET, MakeServer, Phone, asking, serving
from tests.tshark import Rows, tshark
from wire.capture import PcapngWriter
from wire.eap import EapTlsOutcome
from wire.radius import Attribute
from wire.tls import TlsProfile, TlsVersion

pytestmark = pytest.mark.peer("tshark")
WRONG = (
    "_ws.malformed || _ws.unreassembled || radius.authenticator.invalid == 1 || eap.tls.fragment.error || "
    "udp.checksum.status == 0"
)
FIELDS = (
    "radius.code",
    "radius.authenticator.valid",
    "eap.code",
    "eap.type",
    "eap.id",
    "radius.Calling_Station_Id",
    "radius.User_Name",
    "tls.handshake.type",
    "tls.alert_message.desc",
)


class Captured:
    def __init__(self, path: Path, port: int) -> None:
        self._path = path
        self._more = ("-d", f"udp.port=={port},radius", "-o", f"radius.shared_secret:{SECRET.decode()}")
        self._more += ("-o", "udp.check_checksum:TRUE")

    def rows(self, *fields: str, only: str = "", secret: str = "") -> Rows:
        more = (*self._more, "-o", "radius.validate_authenticator:TRUE")
        if secret:
            more = (*self._more[:2], "-o", f"radius.shared_secret:{secret}", *more[4:])
        return tshark(self._path, *more, fields=fields or ("frame.number",), only=only)


Capture = Callable[..., "object"]


@pytest.fixture
def capture(tmp_path: Path, notebook: KeptEvents, make_server: MakeServer, phone: Callable[..., Phone]) -> Capture:
    async def run(version: TlsVersion, outcome: EapTlsOutcome, **settings: object) -> Captured:
        path = tmp_path / "radius.pcapng"
        server = make_server(**settings)
        asker = phone(
            profile=TlsProfile(version, version),
            attributes={Attribute.NAS_PORT_TYPE: (15).to_bytes(4, "big"), Attribute.NAS_IDENTIFIER: b"switch-1"},
        )
        with path.open("wb") as file:
            writer = PcapngWriter(file, notebook.journal.clock.now)
            async with (
                serving(server, tap=writer) as socket,
                asking((socket.address, socket.port), tap=writer) as switch,
            ):
                assert (await asker.authenticate(switch)).outcome is outcome
                port = socket.port
            writer.close()
        return Captured(path, port)

    return run


@pytest.mark.trio
@pytest.mark.parametrize("version", [TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3], ids=str)
async def test_a_good_authentication_reads_as_one(capture: Callable[..., object], version: TlsVersion) -> None:
    captured = await capture(version, EapTlsOutcome.SUCCESS)  # type: ignore[misc]
    assert captured.rows(only=WRONG) == []
    rows = captured.rows(*FIELDS)
    assert rows[0] | {"eap.code": "2", "eap.type": "1"} == rows[0]
    assert (rows[0]["radius.User_Name"], rows[0]["radius.Calling_Station_Id"]) == (IDENTITY, MAC)
    assert [row["radius.code"] for row in rows] == ["1", "11"] * (len(rows) // 2 - 1) + ["1", "2"]
    assert rows[-1]["eap.code"] == "3"
    assert {row["eap.type"] for row in rows[1:-1]} == {"13"}
    assert all(row["radius.authenticator.valid"] for row in rows if row["radius.code"] != "1")
    shown = {kind for row in rows for kind in row["tls.handshake.type"].split(",") if kind}
    assert shown >= ({"1", "2"} if version is TlsVersion.TLSv1_3 else {"1", "2", "11", "13", "14", "15", "16"})


@pytest.mark.trio
async def test_a_refusal_shows_its_alert_and_its_failure(capture: Callable[..., object]) -> None:
    empty = TrustStore("Trusted Certificates", [])
    captured = await capture(TlsVersion.TLSv1_2, EapTlsOutcome.FAILURE, trust=empty)  # type: ignore[misc]
    assert captured.rows(only=WRONG) == []
    rows = captured.rows(*FIELDS)
    assert [row["tls.alert_message.desc"] for row in rows if row["tls.alert_message.desc"]] == ["48"]
    assert (rows[-1]["radius.code"], rows[-1]["eap.code"]) == ("3", "4")


@pytest.mark.trio
async def test_small_fragments_are_put_together(capture: Callable[..., object]) -> None:
    captured = await capture(TlsVersion.TLSv1_2, EapTlsOutcome.SUCCESS, fragment_size=200)  # type: ignore[misc]
    assert captured.rows(only=WRONG) == []
    assert len(captured.rows(only="eap.tls.flags.more_fragments == 1 && radius.code == 11")) > 5
    assert captured.rows("tls.handshake.certificate", only="radius.code == 11 && tls.handshake.type == 11")


@pytest.mark.trio
async def test_the_judge_would_have_noticed_another_secret(capture: Callable[..., object]) -> None:
    captured = await capture(TlsVersion.TLSv1_2, EapTlsOutcome.SUCCESS)  # type: ignore[misc]
    assert captured.rows(only=WRONG, secret="another")
