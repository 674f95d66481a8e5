"""What became of stories, as JUnit XML: the form in which CI systems read and show test results.

One `testsuite` a run and one `testcase` a story, with the elements and attributes of Jenkins' schema, which GitLab, GitHub's
actions and others read as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from journal import wall_now
from lab.base.language import Catalogue
from lab.explain import Explanation, explain
from lab.play.runner import StoryResult
from lab.render.junit_document import OTHER_FILES, junit_file, seconds, xml_text
from lab.views import cases_of
from phone_sim.texts.console import Console

__all__ = ["OTHER_FILES", "junit_file", "junit_xml"]


def junit_xml(results: Sequence[StoryResult], language: str = "en") -> bytes:
    """The whole document, UTF-8. Times are seconds of this machine, `timestamp` is UTC."""
    failures = sum(not result.passed and not result.faults for result in results)
    counts = {
        "name": "cucm-lab",
        "tests": str(len(results)),
        "failures": str(failures),
        "errors": str(sum(bool(result.faults) for result in results)),
        "skipped": "0",
        "time": seconds(sum(result.seconds for result in results)),
    }
    top = ET.Element("testsuites", {key: value for key, value in counts.items() if key != "skipped"})
    suite = ET.SubElement(top, "testsuite", counts | {"timestamp": f"{wall_now():%Y-%m-%dT%H:%M:%S}"})
    for result in results:
        name = xml_text(result.scenario.name)
        case = ET.SubElement(suite, "testcase", name=name, classname="cucm-lab", time=seconds(result.seconds))
        if result.faults:
            _fault(case, result)
        elif not result.passed:
            _failed(case, result, language)
    ET.indent(top)
    document: bytes = ET.tostring(top, "utf-8", xml_declaration=True)
    return document + b"\n"


def _fault(case: ET.Element, result: StoryResult) -> None:
    """A fault of the lab is an error and no failure: the story says nothing of the network then."""
    told = [f"{fault.actor}: {fault.exception}: {fault.text} (at {fault.place})" for fault in result.faults]
    error = ET.SubElement(case, "error", type="fault of the lab", message=xml_text(told[0]))
    error.text = xml_text("\n".join(told))


def _failed(case: ET.Element, result: StoryResult, language: str) -> None:
    last = result.steps[-1]
    kind = str(type(last.step).__struct_config__.tag)
    message = f"step {last.number} of {len(result.scenario.steps)}, {kind}: {last.observed}"
    failure = ET.SubElement(case, "failure", type=kind, message=xml_text(message))
    say = Catalogue(language)
    told = [message, *([last.step.say] if last.step.say else [])]
    told += [_told(one) for one in explain(cases_of(result.events), say) if one.still]
    failure.text = xml_text("\n\n".join(told))
    ET.SubElement(case, "system-out").text = xml_text("\n".join(_consoles(result)))


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
