"""`explain` and `quiz`: why phones failed, told or asked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab.exits import AS_EXPECTED, NOT_AS_EXPECTED
from lab.verbs.options import as_json as json_option
from lab.verbs.options import in_language, print_json

if TYPE_CHECKING:
    from journal import Event


@click.command(short_help="Say why phones failed.")
@click.argument("what", metavar="NAME|FILE|JOURNAL")
@in_language
@json_option
def explain(what: str, language: str, as_json: bool) -> None:
    """Say why phones failed: in a story, a scenario file, or the journal of an earlier run."""
    from lab.explain import explain as explain_cases
    from lab.language import Catalogue
    from lab.views import cases_of

    say_in = Catalogue(language)
    events, passed = _events_of(what)
    found = explain_cases(cases_of(events), say_in)
    if as_json:
        print_json(found)
    elif found:
        from lab.render.text import explanations

        explanations(found, all_of_them=True, say=say_in)
    else:
        click.echo(say_in("explain.label.nothing-failed"))
    sys.exit(AS_EXPECTED if passed else NOT_AS_EXPECTED)


@click.command(short_help="Ask for the cause and the cure of a phone that is down.")
@click.argument("story", default="", metavar="[NAME|FILE]")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="The same number asks the same question again.")
@in_language
def quiz(story: str, seed: int | None, language: str) -> None:
    """Play a story without its title, and ask for the cause and the cure of its failure; the cure is checked by playing it.

    Answers are read from standard input, a number a line. Exit code 0 means that both were right.
    """
    from random import SystemRandom

    from lab.language import Catalogue
    from lab.quiz.game import ask_it, question, read_line

    say_in = Catalogue(language)
    chosen = SystemRandom().randrange(1_000_000) if seed is None else seed
    asked = question(story, chosen, say_in)
    click.echo(say_in("quiz.seed", seed=chosen))
    right = ask_it(asked, say_in, read_line)
    sys.exit(AS_EXPECTED if right else NOT_AS_EXPECTED)


def _events_of(what: str) -> tuple[list[Event], bool]:
    """The events of a story, a file or a journal, and whether all was as expected; of a journal nobody expects anything."""
    from lab import gallery
    from lab.render.journal_file import is_journal, read_journal

    if what not in gallery.names() and not what.endswith(".toml") and is_journal(Path(what)):
        return read_journal(Path(what)), True
    from lab.play.runner import play

    result = play(gallery.find(what))
    return result.events, result.passed
