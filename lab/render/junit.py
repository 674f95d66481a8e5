"""What became of stories, as JUnit XML: the form in which CI systems read and show test results.

One `testsuite` a run and one `testcase` a story, with the elements and attributes of Jenkins' schema, which GitLab, GitHub's
actions and others read as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from journal import wall_now
from lab.explain import Explanation, explain
from lab.failures import InvalidInput
from lab.language import Catalogue
from lab.play.runner import StoryResult
from lab.render.console import Console
from lab.whole_file import WholeFile

OTHER_FILES = (".toml", ".jsonl", ".pcap", ".pcapng", ".html", ".htm")
"""Names of scenarios, journals, captures and pages, which a report would overwrite."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""


def junit_file(path: Path) -> WholeFile:
    """The file for it. Raises InvalidInput where it cannot be written, or has the name of something else."""
    if path.suffix in OTHER_FILES:
        raise InvalidInput(f"{path} is the name of another kind of file: name the JUnit report .xml")
    return WholeFile(path)


def junit_xml(results: Sequence[StoryResult], language: str = "en") -> bytes:
    """The whole document, UTF-8. Times are seconds of this machine, `timestamp` is UTC."""
    failures = sum(not result.passed for result in results)
    counts = {
        "name": "cucm-lab",
        "tests": str(len(results)),
        "failures": str(failures),
        "errors": "0",  # what cannot be played at all ends the run
        "skipped": "0",
        "time": _seconds(sum(result.seconds for result in results)),
    }
    top = ET.Element("testsuites", {key: value for key, value in counts.items() if key != "skipped"})
    suite = ET.SubElement(top, "testsuite", counts | {"timestamp": f"{wall_now():%Y-%m-%dT%H:%M:%S}"})
    for result in results:
        name = _xml(result.scenario.name)
        case = ET.SubElement(suite, "testcase", name=name, classname="cucm-lab", time=_seconds(result.seconds))
        if not result.passed:
            _failed(case, result, language)
    ET.indent(top)
    document: bytes = ET.tostring(top, "utf-8", xml_declaration=True)
    return document + b"\n"


def _failed(case: ET.Element, result: StoryResult, language: str) -> None:
    last = result.steps[-1]
    kind = str(type(last.step).__struct_config__.tag)
    message = f"step {last.number} of {len(result.scenario.steps)}, {kind}: {last.observed}"
    failure = ET.SubElement(case, "failure", type=kind, message=_xml(message))
    say = Catalogue(language)
    told = [message, *([last.step.say] if last.step.say else [])]
    told += [_told(one) for one in explain(result.events, say) if one.still]
    failure.text = _xml("\n\n".join(told))
    ET.SubElement(case, "system-out").text = _xml("\n".join(_consoles(result)))


def _told(one: Explanation) -> str:
    evidence = [f"{each.seq:>6}  {each.text}" for each in one.evidence]
    return "\n".join([one.what, one.why, *([one.cure] if one.cure else []), *evidence])


def _consoles(result: StoryResult) -> Iterator[str]:
    """The lines of each phone that the failed step names, or that is neither registered nor unplugged."""
    step = result.steps[-1].step
    named = {getattr(step, "phone", ""), *getattr(step, "phones", ())}
    for row in result.rows():
        if row.phone not in named and row.state in ("registered", "off"):
            continue
        console = Console()
        for event in result.events:
            if event.actor == row.device:
                yield from (f"{row.device}  {line}" for line in console.lines(event))


def _seconds(number: float) -> str:
    return f"{number:.3f}"


def _xml(text: str) -> str:
    return _NOT_XML.sub("?", text)
