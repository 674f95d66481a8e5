"""What the lab prints for a person, as text for a test report: the same words as the command's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from io import StringIO

from lab.base.language import ENGLISH
from lab.explain import Explanation, explain
from lab.play.runner import StoryResult
from lab.render import text
from lab.render.prose import wrapped
from lab.views import cases_of
from phone_sim.texts.console import Console
from wire.plain_text import plain


def captured(write: Callable[[], None]) -> str:
    """What `write` prints, without colours: they are for terminals, and a report may go anywhere."""
    with redirect_stdout(StringIO()) as printed:
        write()
    return printed.getvalue().strip("\n")


def attempt_text(device: str, sentence: str, console: Sequence[str], explanation: Explanation | None) -> str:
    """One phone at one service: what became of it, the lines that its console prints, why, and the cure."""
    lines = [wrapped(plain(sentence))]
    if console:
        lines += ["", f"Console of {device}:", *(f"    {plain(line)}" for line in console)]
    if explanation is not None:
        lines += ["", wrapped(plain(explanation.why))]
        if explanation.cure:
            lines.append(wrapped(ENGLISH("explain.label.cure", cure=plain(explanation.cure))))
        lines += [ENGLISH("explain.label.try", command=plain(command)) for command in explanation.commands]
        if explanation.story:
            lines.append(ENGLISH("explain.label.story", story=explanation.story))
    return "\n".join(lines)


def story_text(result: StoryResult) -> str:
    """A story that did not go as it says: the step, who stands how, why, and all consoles."""

    def write() -> None:
        text.ending(result, result.seconds)
        text.table(result.rows())
        text.explanations(explain(cases_of(result.events)), all_of_them=False)

    return "\n".join([captured(write), *_consoles(result)])


def _consoles(result: StoryResult) -> Iterator[str]:
    for name, device in result.devices.items():
        console = Console()
        lines = [line for event in result.events if event.actor == device for line in console.lines(event)]
        if lines:
            yield f"\nConsole of {name} ({device}):"
            yield from (f"    {line}" for line in lines)
