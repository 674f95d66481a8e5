"""docs/phone-vpn.md lists every reason for which a gateway gives no tunnel, in the words of the journal."""

from __future__ import annotations

import re
from pathlib import Path

from phone_sim.vpn.events import VpnFailure

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "phone-vpn.md").read_text("utf-8")


def test_the_table_of_failures_is_the_journals() -> None:
    table = DOCUMENT.partition("| the gateway | the phone notes |\n|---|---|\n")[2].partition("\n\n")[0]
    noted = [re.split(r"[,:]", row.split("|")[2])[0].strip() for row in table.splitlines()]
    assert sorted(noted) == sorted(failure.value for failure in VpnFailure)
