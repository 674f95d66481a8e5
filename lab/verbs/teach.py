"""`explain` and `quiz`: why phones failed, told or asked."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from lab.base.exits import AS_EXPECTED, NOT_AS_EXPECTED, UNDECIDED
from lab.base.terminal import echo
from lab.verbs.options import as_json as json_option
from lab.verbs.options import in_language, print_json

if TYPE_CHECKING:
    from journal import Event
    from lab.base.language import Catalogue
    from lab.base.texts import Text
    from lab.explain import Explanation

SCHEMA = 1
"""Of the document that `explain --json` prints."""


@click.command(short_help="Say why phones failed.")
@click.argument("what", metavar="NAME|FILE|JOURNAL")
@in_language
@json_option
def explain(what: str, language: str, as_json: bool) -> None:
    """Say why phones failed: in a story, a scenario file, or the journal of an earlier run.

    Exit code 4 means that the journal is cut or out of order, so that what it does not hold may be the cause.
    """
    from lab.base.language import Catalogue
    from lab.explain import explain as explain_cases
    from lab.views import cases_of

    say_in = Catalogue(language)
    read = _read(what)
    found = explain_cases(cases_of(read.events), say_in)
    missing = [sentence.within(say_in) for sentence in read.missing]
    if as_json:
        phones = [asdict(one) for one in found]
        print_json({"schema": SCHEMA, "complete": not missing, "missing": missing, "phones": phones})
    else:
        from lab.render.text import journal_not_whole

        journal_not_whole(missing, say_in)
        _tell(found, say_in, whole=not missing)
    sys.exit(UNDECIDED if missing else AS_EXPECTED if read.passed else NOT_AS_EXPECTED)


def _tell(found: list[Explanation], say_in: Catalogue, *, whole: bool) -> None:
    if found:
        from lab.render.text import explanations

        explanations(found, all_of_them=True, say=say_in)
    else:
        echo(say_in("explain.label.nothing-failed" if whole else "explain.journal.nothing-found"))


@click.command(short_help="Ask for the cause and the cure of a phone that is down.")
@click.argument("story", default="", metavar="[NAME|FILE]")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="The same number asks the same question again.")
@in_language
def quiz(story: str, seed: int | None, language: str) -> None:
    """Play a story without its title, and ask for the cause and the cure of its failure; the cure is checked by playing it.

    Answers are read from standard input, a number a line. Exit code 0 means that both were right.
    """
    from random import SystemRandom

    from lab.base.language import Catalogue
    from lab.quiz.game import ask_it, question, read_line

    say_in = Catalogue(language)
    chosen = SystemRandom().randrange(1_000_000) if seed is None else seed
    asked = question(story, chosen, say_in)
    echo(say_in("quiz.seed", seed=chosen))
    right = ask_it(asked, say_in, read_line)
    sys.exit(AS_EXPECTED if right else NOT_AS_EXPECTED)


class _Read(NamedTuple):
    events: list[Event]
    passed: bool
    """Whether all was as expected; of a journal nothing is expected."""
    missing: tuple[Text, ...]
    """What shows that a journal is not whole."""


def _read(what: str) -> _Read:
    """A story, a scenario file or a journal."""
    from lab.render.journal_file import is_cut, is_journal, read_journal
    from lab.scenario import gallery
    from lab.views import missing_of

    if what not in gallery.names() and not what.endswith(".toml") and is_journal(Path(what)):
        events = read_journal(Path(what))
        return _Read(events, True, missing_of(events, cut=is_cut(Path(what))))
    from lab.play.runner import play

    result = play(gallery.find(what))
    return _Read(result.events, result.passed, ())
