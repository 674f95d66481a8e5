"""What what-if says of each procedure, of each step left out, of steps joined and of phones that were off, one line each.

`python -m tests.renewal.seen` writes seen.txt anew; a difference is to be read, and to be explained in the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from lab.base.failures import InvalidInput
from tests.renewal.procedures import OFFLINE, PAIRS, PROCEDURES, ComeBack, Pair, Procedure
from tests.renewal.steps import Steps, joined, without
from tests.renewal.told import Told
from tests.renewal.trial import Network, Seen, trial

FILE = Path(__file__).with_name("seen.txt")
Row = tuple[str, Told | None, Seen | None]
"""What was done, what is told of it (of a whole procedure nothing, as it harms nothing), and what is seen; None where the plan was
refused."""


def name_of(told: Procedure | Pair | ComeBack) -> str:
    if isinstance(told, ComeBack):
        return f"off during {', '.join(told.plans)} {told.mode} {told.release}"
    plans = f"{told.first}, {told.second}" if isinstance(told, Pair) else told.plan
    return f"{plans} {told.mode} {told.releases[-1]}"


def rows(told: Procedure | Pair | ComeBack) -> Iterator[Row]:
    """The whole first."""
    if isinstance(told, ComeBack):
        yield "they come back", told.told, _seen(Network(told.release, told.mode, off=True), told.steps)
        return
    edge = isinstance(told, Procedure) and told.edge
    network = Network(told.releases[-1], told.mode, edge=edge)
    yield "whole", None, _seen(network, told.steps)
    if isinstance(told, Pair):
        yield "joined", told.joined, _seen(network, told.steps_joined)
        yield "at once", told.at_once, _seen(network, told.steps_at_once)
        return
    for label, each in told.left_out.items():
        yield f"without {label}", each, _seen(network, without(told.steps, label))
    for label, each in told.joined.items():
        yield f"joined at {label}", each, _seen(network, joined(told.steps, label))


def _seen(network: Network, steps: Steps) -> Seen | None:
    try:
        return trial(network).seen(steps)
    except InvalidInput:
        return None


def lines(told: Procedure | Pair | ComeBack, found: Iterable[Row]) -> Iterator[str]:
    """`found`: its rows."""
    yield f"{name_of(told)}:"
    for what, _, seen in found:
        yield f"  {what}: {seen if seen is not None else 'refused as a plan'}"


def table() -> str:
    return "\n".join(line for told in (*PROCEDURES, *PAIRS, *OFFLINE) for line in lines(told, rows(told))) + "\n"


if __name__ == "__main__":
    FILE.write_text(table(), "utf-8")
