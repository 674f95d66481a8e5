"""What differs from a baseline, on a terminal."""

from __future__ import annotations

from lab.base.language import Catalogue
from lab.base.terminal import echo
from lab.render.prose import wrapped
from lab.whatif.impact_report import ImpactReport, Verdict
from lab.whatif.render import words
from lab.whatif.render.baseline_file import Entry
from lab.whatif.render.clean import clean
from lab.whatif.render.difference import Change, Difference
from lab.whatif.render.directions import trust_told
from lab.whatif.render.identifiers import VERDICTS
from wire.plain_text import plain

_WORDS = {identifier: verdict for verdict, identifier in VERDICTS.items()}
_GOOD = {VERDICTS[verdict] for verdict in (Verdict.WORKS, Verdict.MENDED)}
MAX_NAMES = 5


MAX_FINDINGS = 40


def write_difference(difference: Difference, say: Catalogue, answer: ImpactReport | None = None) -> None:
    """Print it: one sentence where nothing differs; then what of the answer is not judged, which no baseline makes known."""
    _differs(difference, say)
    if answer is not None:
        _not_judged(clean(answer), say)


def _not_judged(answer: ImpactReport, say: Catalogue) -> None:
    """Also where nothing differs: what was left out may be what differs."""
    for sentence in words.not_judged(answer, say):
        echo(wrapped(sentence), fg="yellow", bold=True)
    grave = [finding for finding in answer.findings if finding.grave]
    for finding in grave[:MAX_FINDINGS]:
        echo(wrapped(words.finding(finding, say), "    ", "  - "), fg="yellow")
    if len(grave) > MAX_FINDINGS:
        echo(wrapped(say("whatif-text.findings.more-in-json", count=len(grave) - MAX_FINDINGS), "  ", "  "))


def _differs(difference: Difference, say: Catalogue) -> None:
    if not difference.complete:
        echo(wrapped(say("whatif-text.against.interrupted")), fg="yellow", bold=True)
    if difference.same:
        echo(wrapped(say("whatif-text.against.same")), fg="green")
        return
    key = "new-breaks" if difference.breaks else "no-new-breaks"
    told = [words.counted("against.differs", len(difference.devices), say), say(f"whatif-text.against.{key}")]
    echo(wrapped(say.between_sentences.join(told)), bold=True, fg="red" if difference.breaks else None)
    for change in difference.changes:
        _line(_changed(change, say), change)
    if difference.appeared:
        echo(wrapped(say("whatif-text.against.appeared", phones=_phones(difference.appeared, say)), "    ", "  "))
    for change in difference.appeared_at:
        _line(_changed(change, say), change)
    if difference.disappeared:
        echo(wrapped(say("whatif-text.against.gone", phones=_phones(difference.disappeared, say)), "    ", "  "))


def _line(sentence: str, change: Change) -> None:
    good = change.now is not None and change.now.verdict in _GOOD
    echo(wrapped(sentence, "    ", "  "), fg="red" if change.breaks else "green" if good else None)


def _changed(change: Change, say: Catalogue) -> str:
    entry = change.now or change.was
    assert entry is not None
    parts = {
        "phones": _phones(change.devices, say),
        "server": plain(entry.server),
        "was": stands(change.was, say),
        "now": stands(change.now, say),
    }
    if change.was is not None and change.was.server != entry.server:
        parts["was"] = f"{plain(change.was.server)}: {parts['was']}"
    if change.was is None and change.now is not None:
        return say("whatif-text.against.new", **parts)
    return say("whatif-text.against.change", **parts)


def _phones(devices: tuple[str, ...], say: Catalogue) -> str:
    return words.phones([plain(device) for device in devices], MAX_NAMES, say)


def stands(entry: Entry | None, say: Catalogue) -> str:
    """`breaks (LSC, 20@0, read unknown CA)`; a verdict that this version does not know as it is written."""
    if entry is None:
        return say("whatif-text.against.not-used")
    verdict = _WORDS.get(entry.verdict)
    spoken = words.verdict_words(verdict, say) if verdict is not None else plain(entry.verdict)
    told = [plain(part) for part in (entry.certificate, entry.code, entry.alert, entry.cause) if part]
    told += [trust_told(plain(entry.trust), plain(entry.file), say)] if entry.trust else []
    return say("whatif-text.against.stands", verdict=spoken, codes=say.between_items.join(told)) if told else spoken
