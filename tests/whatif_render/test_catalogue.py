"""The texts of what-if: each that the source names is there, each that is there is used, and both languages fill in every part."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cisco_data import JUDGES
from lab import whatif
from lab.base.language import LANGUAGES, Catalogue, texts
from lab.whatif.impact_report import Verdict
from lab.whatif.render import directions
from lab.whatif.render.identifiers import VERDICTS
from lab.whatif.render.text import _HEADINGS, _HEADINGS_OF_BOTH
from lab.whatif.render.words import how, line_message, reasons
from tests.whatif_render import impact_reports as made

FOLDER = Path(whatif.__file__).parent
SOURCES = [file for kind in ("*.py", "*.html") for file in sorted(FOLDER.rglob(kind))]
SOURCE = "\n".join(file.read_text("utf-8") for file in SOURCES)
WHY = (FOLDER / "why.py").read_text("utf-8")
DISTRUST = {
    "no-reason",
    *(f"refuses-{what}{end}" for what in ("ctl", "itl", "configuration", "server") for end in ("", "-unnamed")),
}
"""Of `why_trust.py`."""
GLOSSARY = (Path(__file__).resolve().parents[2] / "docs" / "translation.md").read_text("utf-8")
MADE_UP = {
    *(f"{table}.{name}" for table in ("verdict", "meaning") for name in VERDICTS.values()),
    *(f"table.{heading}" for heading in (*_HEADINGS, *_HEADINGS_OF_BOTH)),
    *(f"trust.{name}" for name in directions._HOW.values()),
    *(f"refusal.{name}" for name in directions._REFUSALS.values()),
    *(f"file.{name}" for name in ("ctl", "itl", "configuration")),
    *(f"directions.{name}" for name in ("server", "phone")),
    "against.new-breaks",
    "against.no-new-breaks",
}
"""Keys of which the source has only a part."""


def test_each_text_is_used_and_each_that_is_used_is_there() -> None:
    named = set(re.findall(r"[\"']whatif-text\.([\w-]+\.[\w-]+)[\"']", SOURCE))
    counted = set(re.findall(r'counted\(\s*"([\w.-]+)"', SOURCE)) | {"numbers.every", "numbers.handshakes"}
    named |= counted | {f"{key}-one" for key in counted} | MADE_UP
    assert named == texts("en", "whatif-text").keys()


def test_each_reason_is_one_that_the_codes_lead_to() -> None:
    there = texts("en", "whatif-why").keys()
    words = set(re.findall(r'"([a-z][a-z0-9-]+)"', WHY)) | set(re.findall(r"whatif-why\.([a-z-]+)\"", WHY))
    assert there <= words | DISTRUST
    tables = re.findall(r'VerifyCode\.\w+: "([\w-]+)"|return "([\w-]+)"|else "([\w-]+)"', WHY)
    assert {name for names in tables for name in names if name} <= there | {"MIC", "LSC"}


@pytest.mark.parametrize("area", ["whatif-text", "whatif-why", "whatif-steps"])
def test_the_words_are_those_of_the_glossary(area: str) -> None:
    rows = re.findall(r"^\| (?!English|---)[^|]+ \| [^|]+ \| ?([^|]*?) ?\|$", GLOSSARY, re.MULTILINE)
    avoided = {word for row in rows for word in row.split("、") if word}
    assert len(avoided) > 10
    found = {(key, word) for key, text in texts("zh", area).items() for word in avoided if word in text}
    assert sorted(found) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("after", made.OUTCOMES, ids=str)
def test_every_outcome_has_words_in_every_language(language: str, after: object) -> None:
    say = Catalogue(language)
    for verdict in Verdict:
        for kind in JUDGES:
            line = made.line(kind, verdict, after=after, why="Why.")  # type: ignore[arg-type]
            message = line_message(line, say)
            assert say(f"whatif-text.verdict.{VERDICTS[verdict]}") in message
            assert line.server_after in message
            assert "{" not in message
            assert how(line.after.outcome, say) in message


def test_who_refused_whom_is_told() -> None:
    say = Catalogue("en")
    assert how(made.UNKNOWN_CA, say) == "alert unknown CA, verify code 20@0"
    assert how(made.DISTRUSTED, say) == "alert unknown CA, sent by the phone, verify code 20@0"
    assert how(made.STOPPED, say) == "the service does not run"
    assert how(made.CLOSED, say) == "closed by peer"
    assert how(made.REJECTED, say) == "invalidX509NameInCertificate"
    assert [how(outcome, say) for outcome in (made.BY_LSC, None)] == ["", ""]


def test_a_reason_is_given_once() -> None:
    twice = made.line(made.CAPF, Verdict.UNKNOWN, after=None, why="No re-keyed certificate.")
    assert reasons(twice) == ["No re-keyed certificate."]
    assert reasons(made.BREAKS) == [made.BREAKS.why, made.EXPLAINED.why]
    assert reasons(made.CAPF_WORKS) == []
