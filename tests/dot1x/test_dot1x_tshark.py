"""tshark reads the capture of an authentication: EAPOL on the cable, RADIUS to the server, and the same EAP in both."""

from __future__ import annotations

from pathlib import Path

import pytest

from phone_sim.supplicant.events import Dot1xFailed
from tests.dot1x.conftest import SECRET, Bench
from tests.tshark import columns
from wire.cable import Cable
from wire.capture import PcapngWriter

pytestmark = [pytest.mark.peer("tshark"), pytest.mark.trio]


@pytest.mark.parametrize("good", [True, False], ids=["accepted", "refused"])
async def test_the_capture_shows_both_sides_of_the_port(
    autojump_clock: object, bench: Bench, tmp_path: Path, good: bool
) -> None:
    path = tmp_path / "dot1x.pcapng"
    with path.open("wb") as file:
        writer = PcapngWriter(file, bench.journal.clock.now)
        bench.cable = Cable(writer)
        server = bench.server()
        port = bench.port(server, tap=writer)
        bench.phone("8841", lsc=bench.pki.lsc(None if good else bench.pki.other_capf))
        await bench.until(lambda: port.authorized if good else bench.of(Dot1xFailed))
        writer.close()
    options = ("-d", f"udp.port=={server.port},radius")
    assert columns(path, "_ws.malformed", "frame.number", more=options) == []
    frames = columns(path, "eapol", "eth.src", "eapol.type", "eap.code", "eap.type")
    assert ["00:11:22:33:44:55", "1", "", ""] in frames
    assert ["00:11:22:33:44:55", "0", "2", "1"] in frames
    assert ["02:00:00:00:aa:01", "0", "3" if good else "4", ""] in frames
    codes = [row[0] for row in columns(path, "radius", "radius.code", more=options)]
    assert codes[0] == "1"
    assert codes[-1] == ("2" if good else "3")
    (identity,) = {row[0] for row in columns(path, "radius.code == 1", "radius.User_Name", more=options)}
    assert identity == "CP-8841-SEP001122334455"
    subjects = columns(path, "eapol && tls.handshake.type == 11", "x509sat.printableString", "x509sat.uTF8String")
    assert any("SEP001122334455" in text for row in subjects for text in row)


async def test_the_authenticators_of_all_answers_hold(autojump_clock: object, bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "dot1x.pcapng"
    with path.open("wb") as file:
        writer = PcapngWriter(file, bench.journal.clock.now)
        bench.cable = Cable(writer)
        server = bench.server()
        port = bench.port(server, tap=writer)
        bench.phone("7965")
        await bench.until(lambda: port.authorized)
        writer.close()
    options = (
        *("-d", f"udp.port=={server.port},radius"),
        *("-o", f"radius.shared_secret:{SECRET.decode()}"),
        *("-o", "radius.validate_authenticator:TRUE"),
    )
    assert columns(path, "radius.authenticator.invalid == 1", "frame.number", more=options) == []
    answers = columns(path, "radius.code != 1", "frame.number", more=options)
    assert columns(path, "radius.authenticator.valid == 1", "frame.number", more=options) == answers != []
