"""docs/dot1x.md draws both tables and lists the timers; this draws them anew and compares.

To write the drawings again after a change of a table: `python tests/dot1x/test_dot1x_document.py`.
"""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path
from typing import Any

from cisco_data import PortMode
from edge_sim.authenticator.settings import RadiusServer
from edge_sim.authenticator.table import MODES, PortEvent
from edge_sim.authenticator.table import TRANSITIONS as PORT
from phone_sim.supplicant.pae import MAX_START, PaeEvent
from phone_sim.supplicant.pae import TRANSITIONS as PAE
from phone_sim.supplicant.supplicant import _TIMERS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "dot1x.md"


def drawn(table: dict[Any, Any], left_out: set[Enum]) -> str:
    """The table as a Mermaid state diagram."""
    lines = ["```mermaid", "stateDiagram-v2"]
    for (state, event), following in table.items():
        if event not in left_out:
            lines.append(f"    {state.name.lower()} --> {following.name.lower()} : {event.value}")
    return "\n".join([*lines, "```"]) + "\n"


DRAWINGS = {
    ("<!-- drawn from phone_sim/supplicant/pae.py -->\n", "<!-- end of the supplicant -->\n"): drawn(
        PAE, {PaeEvent.LINK_DOWN}
    ),
    ("<!-- drawn from edge_sim/authenticator/table.py -->\n", "<!-- end of the port -->\n"): drawn(
        PORT, {PortEvent.LINK_DOWN, *MODES}
    ),
}


def test_the_diagrams_are_the_tables() -> None:
    text = DOCUMENT.read_text("utf-8")
    for (begin, end), drawing in DRAWINGS.items():
        assert text.partition(begin)[2].partition(end)[0] == drawing


def test_the_timers_are_the_code_s() -> None:
    text = DOCUMENT.read_text("utf-8")
    rows = {
        (name, float(seconds)): states for name, seconds, states in re.findall(r"\| `(\w+)` \| (\d+) \| (.*) \|", text)
    }
    assert set(rows) == set(_TIMERS.values())
    for state, timer in _TIMERS.items():
        assert f"`{state.value}`" in rows[timer]
    assert f"{MAX_START} times; then there is no authenticator" in text


def test_modes_and_tries_are_the_code_s() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert all(f"`{mode.value}`" in text for mode in PortMode)
    server = RadiusServer("127.0.0.1", b"")
    assert server.tries == 3
    assert re.search(rf"three\s+times, {server.retransmit_after:g} s apart", text)


def test_every_file_that_it_names_is_there() -> None:
    root = DOCUMENT.parents[1]
    folder = ""
    for name in re.findall(r"`([\w/]+/|[\w/]+\.py)`", DOCUMENT.read_text("utf-8")):
        if name.endswith("/"):
            folder = name
        assert (root / name).exists() or (root / folder / name).exists(), name


if __name__ == "__main__":
    whole = DOCUMENT.read_text("utf-8")
    for (begin, end), drawing in DRAWINGS.items():
        before, _, rest = whole.partition(begin)
        whole = before + begin + drawing + end + rest.partition(end)[2]
    DOCUMENT.write_text(whole, "utf-8")
