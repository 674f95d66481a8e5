"""The quiz as it is played: what an engineer would see, two questions, and the cure tried before the player's eyes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random

from lab.base.failures import InvalidInput
from lab.base.language import Catalogue
from lab.base.terminal import echo
from lab.play.parallel import prepare_keys
from lab.play.runner import StoryResult
from lab.quiz import causes, cures
from lab.quiz.case import QuizCase, case_of, home_of
from lab.render.prose import wrapped
from lab.render.text import explanations, table
from lab.scenario import gallery
from lab.scenario.model import Scenario
from lab.scenario.translation import find_in
from phone_sim.texts.console import Console

LINES = 12
"""Of the phone's console that are shown: the last ones."""
_MAX_LINE = 256
"""Octets of an answer; what follows is another one."""
Ask = Callable[[], str]
"""Gives a line that the player wrote, with its newline; an empty text at the end."""


def read_line() -> str:
    """From standard input, whatever octets come; empty at its end, and where there is none."""
    return sys.stdin.buffer.readline(_MAX_LINE).decode("utf-8", "replace") if sys.stdin is not None else ""


class Left(Exception):
    """The player has gone."""


@dataclass(frozen=True, slots=True)
class Question:
    """A case, and what is offered as its cause and as its cure."""

    case: QuizCase
    story: Scenario
    causes: Sequence[str]
    cures: Sequence[str]
    working: str
    """One of the cures that works, as playing it has shown."""


def question(name: str, seed: int, say: Catalogue) -> Question:
    """From the story of that name, or from one that the seed chooses. Raises InvalidInput where there is no question in it."""
    random = Random(seed)
    wanted = [name] if name else random.sample(gallery.names(), len(gallery.names()))
    for one in wanted:
        story = find_in(say.language, one)
        prepare_keys([story])
        case = case_of(story, say)
        if case is None or not causes.known(case.explanation.rule):
            continue
        tries = random.sample(cures.names(), len(cures.names()))
        working = next((cure for cure in tries if cures.tried(cure, case).cured), "")
        if working:
            offered = [working, *[cure for cure in tries if cure != working][: causes.OFFERED - 1]]
            random.shuffle(offered)
            return Question(case, story, causes.choices(case.explanation.rule, random), offered, working)
    raise InvalidInput(
        f"{name} holds no question: a quiz needs a phone that is down for a reason that can be cured"
        if name
        else "no story of the gallery holds a question"
    )


def ask_it(asked: Question, say: Catalogue, ask: Ask) -> bool:
    """Ask it; whether both answers were right. A player who goes has not answered."""
    _show(asked.case, say)
    try:
        right = _cause(asked, say, ask)
        cured = _cure(asked, say, ask)
    except Left:
        echo()
        echo(say("quiz.left"))
        return False
    explanations([asked.case.explanation], all_of_them=True, say=say)
    echo()
    echo(wrapped(say("quiz.story", name=asked.story.name, title=asked.story.title)), bold=True)
    echo(say("quiz.score", right=right + cured))
    return right and cured


def _show(case: QuizCase, say: Catalogue) -> None:
    for name, part in case.scenario.clusters.items():
        echo(say("quiz.cluster", name=name, mode=part.mode))
    for name, phone in case.scenario.phones.items():
        device = case.result.devices[name]
        cluster, profile = home_of(case.scenario, name)
        echo(say("quiz.phone", name=name, device=device, model=phone.model, cluster=cluster, profile=profile))
    echo()
    echo(say("quiz.console", device=case.device), bold=True)
    for line in _lines(case.result, case.device)[-LINES:]:
        echo(f"    {line}")
    echo()
    table(case.result.rows(), say)
    echo()


def _lines(result: StoryResult, device: str) -> list[str]:
    console = Console()
    return [line for event in result.events if event.actor == device for line in console.lines(event)]


def _cause(asked: Question, say: Catalogue, ask: Ask) -> bool:
    rule = asked.case.explanation.rule
    answer = _chosen(
        say("quiz.which-cause", phone=asked.case.phone), [say(f"quiz.cause.{one}") for one in asked.causes], say, ask
    )
    right = asked.causes[answer] == rule
    _verdict(right, say("quiz.right") if right else say("quiz.wrong-cause", cause=say(f"quiz.cause.{rule}")))
    return right


def _cure(asked: Question, say: Catalogue, ask: Ask) -> bool:
    case = asked.case
    answer = _chosen(
        say("quiz.which-cure", phone=case.phone, profile=case.profile),
        [_words(one, case, say) for one in asked.cures],
        say,
        ask,
    )
    echo(say("quiz.trying"))
    outcome = cures.tried(asked.cures[answer], case)
    for line in _lines(outcome.result, case.device)[len(_lines(case.result, case.device)) :][-LINES:]:
        echo(f"    {line}")
    echo()
    table([outcome.row], say)
    echo()
    if outcome.cured:
        _verdict(True, say("quiz.cured", phone=case.phone, certificate=outcome.row.certificate or "-"))
        return True
    if outcome.undone:
        _verdict(False, say("quiz.undone", what=outcome.undone))
    elif outcome.row.state == "registered":
        _verdict(False, say("quiz.not-as-wanted", phone=case.phone, profile=case.profile))
    else:
        reason = outcome.row.reason or outcome.row.state
        _verdict(False, say("quiz.still-down", phone=case.phone, state=outcome.row.state, reason=reason))
    echo(wrapped(say("quiz.would-work", cure=_words(asked.working, case, say))))
    return False


def _words(cure: str, case: QuizCase, say: Catalogue) -> str:
    return say(f"quiz.cure.{cure}", phone=case.phone, cluster=case.cluster, issuer=case.issuer, profile=case.profile)


def _verdict(right: bool, text: str) -> None:
    echo(wrapped(text), fg="green" if right else "red")
    echo()


def _chosen(question: str, offered: Iterable[str], say: Catalogue, ask: Ask) -> int:
    """Index of what the player chose; what is no choice is asked again. Raises Left where no more is said."""
    options = list(offered)
    echo(wrapped(question), bold=True)
    for number, text in enumerate(options, 1):
        echo(wrapped(text, "     ", f"  {number}. "))
    while True:
        echo(say("quiz.prompt", most=len(options)), nl=False)
        line = ask()
        if not line:
            raise Left
        echo()
        answer = line.strip()
        if answer.isascii() and answer.isdigit() and 1 <= int(answer[:4]) <= len(options):
            return int(answer[:4]) - 1
        echo(say("quiz.no-choice", most=len(options)))
