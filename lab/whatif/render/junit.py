"""The answer as JUnit XML: a test case a phone and service, so that a CI system shows who breaks.

A failure and a skipped case say why in themselves. The console lines and the explanation are those of the first phone of a group
and stand there only: forty thousand copies of them would be a file that no CI system takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from cisco_data import STORE_OF
from journal import wall_now
from lab.base.language import Catalogue
from lab.render.junit_document import junit_file, seconds
from lab.whatif.impact_report import Group, ImpactReport, Line, Verdict
from lab.whatif.render import words
from lab.whatif.render.identifiers import VERDICTS
from lab.whatif.render.view import by_hand, for_readers

__all__ = ["WHOLE", "class_name", "junit_file", "junit_xml"]

WHOLE = "cucm-lab.whatif"
"""Class of cases about the answer as a whole, which are there only where something is wrong with it."""
CANNOT_TELL = str(Verdict.UNKNOWN)
"""Type of the error."""
_TOLD = frozenset({Verdict.WAS_BROKEN, Verdict.ONLY_BY_MIC})
"""They pass, and their `system-out` says what there is to know."""


@dataclass(slots=True)
class _Suite:
    """The cases of one server."""

    name: str
    cases: list[tuple[str, str]] = field(default_factory=list)
    """Device names, to sort them by, and their elements."""
    failures: int = 0
    errors: int = 0
    skipped: int = 0

    def count_unknown(self, count: int, accepted: bool) -> None:
        """So many cases of what cannot be told."""
        if accepted:
            self.skipped += count
        else:
            self.errors += count


def junit_xml(answer: ImpactReport, say: Catalogue, *, accept_unknown: bool = False) -> bytes:
    """The whole document, UTF-8. `time` is 0 of each case: phones of one class share their handshakes.

    Args:
        accept_unknown: what could not be judged is skipped, and is an error otherwise.

    What XML cannot hold is not printable either, so a clean answer has none of it.
    """
    answer = for_readers(answer)
    suites: dict[str, _Suite] = {}
    for group in answer.groups:
        for line in group.lines:
            name = class_name(group, line)
            _add(suites.setdefault(name, _Suite(name)), group.devices, line, say, accept_unknown)
    made = [suites[name] for name in sorted(suites)]
    whole = _whole(answer, say, accept_unknown)
    if whole.cases:
        made.append(whole)
    cases = sum(len(suite.cases) for suite in made)
    failures, errors = (sum(getattr(suite, kind) for suite in made) for kind in ("failures", "errors"))
    stamp = f"{wall_now():%Y-%m-%dT%H:%M:%S}"
    parts = [
        "<?xml version='1.0' encoding='utf-8'?>\n",
        f'<testsuites name="cucm-lab whatif" tests="{cases}" failures="{failures}" errors="{errors}"'
        f' time="{seconds(answer.seconds)}">\n',
    ]
    for suite in made:
        parts.append(
            f'  <testsuite name={quoteattr(suite.name)} tests="{len(suite.cases)}" failures="{suite.failures}"'
            f' errors="{suite.errors}" skipped="{suite.skipped}" time="0.000" timestamp="{stamp}">\n'
        )
        parts += [element for _, element in sorted(suite.cases)]
        parts.append("  </testsuite>\n")
    parts.append("</testsuites>\n")
    return "".join(parts).encode()


def class_name(group: Group, line: Line) -> str:
    """`hq.CallManager`, `hq.802_1X.ise`: CI systems take a dot for the border of a package, so there is none in a name."""
    cluster = group.cluster_after or group.cluster_before
    names = [cluster, str(line.service), *([] if line.service in STORE_OF else [line.server_after])]
    return ".".join(name.replace(".", "_") for name in names if name)


def _add(suite: _Suite, devices: Sequence[str], line: Line, say: Catalogue, accept_unknown: bool) -> None:
    start = f'    <testcase classname={quoteattr(suite.name)} time="0.000" name='
    first, others = _inner(devices[0], line, say, accept_unknown)
    for number, device in enumerate(devices):
        inner = others if number else first
        end = f">\n{inner}    </testcase>\n" if inner else " />\n"
        suite.cases.append((device, f"{start}{quoteattr(device)}{end}"))
    suite.failures += len(devices) if line.verdict is Verdict.BREAKS else 0
    if line.verdict is Verdict.UNKNOWN:
        suite.count_unknown(len(devices), accept_unknown)


def _inner(stands_for: str, line: Line, say: Catalogue, accept_unknown: bool) -> tuple[str, str]:
    """What stands in the case of the first phone, and what in those of the others."""
    message = words.line_message(line, say)
    if line.verdict is Verdict.UNKNOWN:
        told = _unknown(message, accept_unknown)
        return told, told
    if line.verdict in _TOLD:
        told = _element("system-out", message)
        return told, told
    if line.verdict is not Verdict.BREAKS:
        return "", ""
    why = list(words.reasons(line))
    cure = line.explanation.cure if line.explanation is not None else ""
    if cure:
        why.append(say("explain.label.cure", cure=cure))
    evidence = [f"{one.seq:>6}  {one.text}" for one in line.explanation.evidence] if line.explanation else []
    printed = [f"{stands_for}  {text}" for text in line.console]
    same = [say("whatif-text.junit.same", device=stands_for)] if evidence or printed else []
    out = _element("system-out", "\n".join(printed)) if printed else ""
    return _failure(message, "\n".join([*why, *evidence])) + out, _failure(message, "\n".join([*why, *same]))


def _failure(message: str, text: str) -> str:
    kind = VERDICTS[Verdict.BREAKS]
    return f'      <failure type="{kind}" message={quoteattr(message)}>{escape(text)}</failure>\n'


def _unknown(message: str, accept_unknown: bool) -> str:
    kind = "skipped" if accept_unknown else f'error type="{CANNOT_TELL}"'
    return f"      <{kind} message={quoteattr(message)} />\n"


def _whole(answer: ImpactReport, say: Catalogue, accept_unknown: bool) -> _Suite:
    """That it is not complete; that phones are down on the way, which no verdict tells; what was left out or cannot be judged."""
    suite = _Suite(WHOLE)

    def add(name: str, element: str) -> None:
        case = f'    <testcase classname="{WHOLE}" time="0.000" name={quoteattr(name)}>\n{element}    </testcase>\n'
        suite.cases.append((name, case))

    if not answer.complete:
        suite.errors = 1
        add("complete", f'      <error type="interrupted" message={quoteattr(words.interrupted(answer, say))} />\n')
    if passing := words.on_the_way(answer, say):
        suite.failures = 1
        steps = "\n".join(
            say.between_sentences.join([f"{number}. {step.text}", *words.step_remarks(step, say)])
            for number, step in enumerate(answer.plan)
            if number
        )
        add("plan", _failure(passing, steps))
    unjudged = [("not judged", reason) for reason in answer.unjudged]
    unjudged += [("left out", words.finding(finding, say)) for finding in answer.findings if finding.grave]
    unjudged += [("phones", words.headline(answer, say))] if not answer.groups and answer.complete else []
    for number, (name, reason) in enumerate(unjudged, 1):
        suite.count_unknown(1, accept_unknown)
        add(f"{name} {number:05}", _unknown(reason, accept_unknown))
    for number, work in enumerate(by_hand(answer), 1):
        add(
            f"trust lists by hand {number:05}", _element("system-out", words.by_hand_told(work, len(work.devices), say))
        )
    for number, condition in enumerate(answer.conditions, 1):
        add(f"taken as so {number:05}", _element("system-out", condition))
    assumed = [words.finding(finding, say) for finding in answer.findings if finding.assumed]
    for number, told in enumerate(assumed, 1):
        add(f"assumed {number:05}", _element("system-out", told))
    return suite


def _element(name: str, text: str) -> str:
    return f"      <{name}>{escape(text)}</{name}>\n"
