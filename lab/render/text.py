"""What a run looks like to a person: steps, consoles as they happen, the table, and why it failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from journal import Event
from lab.base.language import ENGLISH, Catalogue
from lab.base.terminal import echo, styled
from lab.events.story import StepEnded, StepStarted
from lab.explain import Explanation
from lab.play.runner import StoryResult
from lab.render.prose import wrapped
from lab.render.screen import echo_table
from lab.scenario.model import Scenario
from lab.views.phones import PhoneRow
from phone_sim.events import PhoneStarted
from phone_sim.texts.console import Console

_PHONE_COLOURS = ("cyan", "magenta", "yellow", "blue", "green")
_SEVERITY_COLOURS = {"ERR": "red", "WRN": "yellow"}


def heading(scenario: Scenario) -> None:
    """What is about to be seen, and what it teaches."""
    echo(wrapped(f"{scenario.name}: {scenario.title}"), bold=True)
    if scenario.head.lesson:
        echo(wrapped(scenario.head.lesson))


class Live:
    """Prints a story while it happens: subscribe it to the journal. A console line is never wrapped: it may be searched for."""

    def __init__(self, say: Catalogue = ENGLISH) -> None:
        self._say = say
        self._consoles: dict[str, Console] = {}

    def __call__(self, event: Event) -> None:
        if isinstance(event, StepStarted):
            if event.say:
                echo()
                echo(wrapped(event.say, "    ", f"{event.number:>2}. "), bold=True)
        elif isinstance(event, StepEnded):
            if not event.passed:
                echo(wrapped(event.observed, " " * 12, f"    {self._say('run.failed')}  "), fg="red")
            elif event.observed != "done":
                echo(wrapped(event.observed, " " * 8, f"    {self._say('run.ok')}  "), fg="green")
        elif event.actor in self._consoles or isinstance(event, PhoneStarted):
            self._print(event)

    def _print(self, event: Event) -> None:
        if event.actor not in self._consoles:
            self._consoles[event.actor] = Console()
        colour = _PHONE_COLOURS[list(self._consoles).index(event.actor) % len(_PHONE_COLOURS)]
        for line in self._consoles[event.actor].lines(event):
            number, severity, rest = line.split(" ", 2)
            shown = styled(severity, fg=_SEVERITY_COLOURS.get(severity))
            echo("    ", styled(event.actor, fg=colour), f"  {number} ", shown, f" {rest}")


_HEADINGS = ("phone", "device", "model", "state", "cluster", "cert", "issuer", "tls", "cipher", "reason")
"""Keys of the catalogue."""


def table(rows: Sequence[PhoneRow], say: Catalogue = ENGLISH) -> None:
    """Who registered, with which certificate from which issuer, over which TLS."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    cells = [row._replace(cluster=row.place) for row in rows]
    shown = [column for column in range(len(_HEADINGS)) if any(row[column] for row in cells)]
    for column in shown:
        made.add_column(say(f"run.heading.{_HEADINGS[column]}"), overflow="fold")
    for row in cells:
        style = {"registered": "green", "off": "dim"}.get(row.state, "red")
        made.add_row(*(row[column] for column in shown), style=style)
    echo_table(made)


def explanations(found: Iterable[Explanation], *, all_of_them: bool, say: Catalogue = ENGLISH) -> None:
    """Why each phone failed; without `all_of_them` only what was still so at the end."""
    for explanation in found:
        if not (explanation.still or all_of_them):
            continue
        echo()
        overcome = () if explanation.still else (say("explain.label.overcome"),)
        echo(wrapped(say.between_sentences.join((explanation.what, *overcome))), bold=True)
        echo(wrapped(explanation.why))
        if explanation.cure:
            echo(wrapped(say("explain.label.cure", cure=explanation.cure)))
        for evidence in explanation.evidence:
            echo(wrapped(evidence.text, "          ", f"  {evidence.seq or '':>6}  "), dim=True)
        for command in explanation.commands:
            echo("  " + say("explain.label.try", command=command))
        if explanation.story:
            echo("  " + say("explain.label.story", story=explanation.story))


def journal_not_whole(missing: Sequence[str], say: Catalogue = ENGLISH) -> None:
    """That a journal lacks events, before what the others tell; nothing for one that is whole."""
    for sentence in missing:
        echo(wrapped(sentence), bold=True)
    if missing:
        echo(wrapped(say("explain.journal.not-whole")))


def ending(result: StoryResult, seconds: float, say: Catalogue = ENGLISH) -> None:
    """One line: passed or not."""
    name, count, took = result.scenario.name, len(result.steps), f"{seconds:.2f}"
    if result.passed:
        key = "run.passed.one" if count == 1 else "run.passed.all"
        echo(say(key, name=name, count=count, seconds=took), fg="green")
    else:
        last, of = result.steps[-1], len(result.scenario.steps)
        echo(say("run.stopped", name=name, step=last.number, of=of, observed=last.observed), fg="red")
