"""docs/phone.md draws the boot table; this draws it anew and compares, so that the diagram cannot go stale.

To write it again after a change of the table: `python tests/phone_sim/test_phone_document.py`.
"""

from __future__ import annotations

from pathlib import Path

from phone_sim.boot import TRANSITIONS, BootState, BootTrigger

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "phone.md"
BEGIN, END = "<!-- drawn from phone_sim/boot.py -->\n", "<!-- end of the drawing -->\n"


def drawn() -> str:
    """The table as a Mermaid state diagram; power off, which leads out of every state, is left to the text."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> off"]
    lines += [f"    {state.name.lower()} : {state.value}" for state in BootState if state.name.lower() != state.value]
    for (state, trigger), following in TRANSITIONS.items():
        if trigger is not BootTrigger.POWER_OFF:
            lines.append(f"    {state.name.lower()} --> {following.name.lower()} : {trigger.value.replace(':', ',')}")
    return "\n".join([*lines, "```"]) + "\n"


def test_the_diagram_is_the_table() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0] == drawn()


if __name__ == "__main__":
    before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + drawn() + END + rest.partition(END)[2], "utf-8")
