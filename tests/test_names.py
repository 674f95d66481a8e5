"""Names are terms of Cisco, the RFCs and X.509: no private words, and no two public classes of one name where they meet."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

import pytest

from tests.test_architecture import (
    ACTORS,
    EVERY_PACKAGE,
    LAB_MAY_IMPORT,
    MAY_IMPORT,
    ROOT,
    WITHOUT_ACTORS,
    package_of,
    sources,
)

ACTOR = "who it is: the administrator, the user, a peer, the caller, no phone"
FORBIDDEN = {
    "doors?": "service, ServiceProfile, edge servers",
    "twins?": "re-keyed certificate",
    "casters?": "PhoneCredentials",
    "cast of": "initial_fleet",
    "crews?": "workers",
    "parcels?": "pickling",
    "heed(?:s|ed|ing)?": "check_interrupt",
    "deeds?": "operation",
    "pens?": "emitter",
    "desks?": "workstation",
    "ears?": "event_sinks",
    "obey(?:s|ed|ing)?": "apply_config, apply, interpret",
    "bearers?": "proof of possession",
    "wallets?": "CertificateStore",
    "hear untrusted": "receive_untrusted",
    "ours": "Assumed: ...",
    "(?:no|some|any|every)body": ACTOR,
    "whoever": ACTOR,
    "strangers?": "a peer, an untrusted certificate",
    "the house": "the project, the lab",
}
"""Regular expression of words, in any case: what to write instead. Identifiers are cut into their words."""
FORBIDDEN_AS_SPELLED = {"_?(?:MOST|LONGEST)(?:_[A-Z_]+)?": "MAX_...", "Ground": "LabContext", "_Touch": "UserAction"}
EXCEPTIONS = {
    (f"lab/stories/{story}.toml", "desk"): "a phone of the story has that name"
    for story in ("capf-regenerated-same-name", "install-in-nonsecure-cluster")
}
"""(Path, word in lower case): why it stays."""

_WORD_ENDS = re.compile(r"_|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORDS = re.compile(rf"\b(?:{'|'.join(FORBIDDEN)})\b", re.IGNORECASE)
_AS_SPELLED = re.compile(rf"\b(?:{'|'.join(FORBIDDEN_AS_SPELLED)})\b")


def private_words(where: str, text: str) -> Iterator[str]:
    """Each forbidden word of one file: in names, comments, texts, and in its path from the root (line 0)."""
    for number, line in enumerate((where, *text.splitlines())):
        for word in *_AS_SPELLED.findall(line), *_WORDS.findall(_WORD_ENDS.sub(" ", line)):
            table = FORBIDDEN_AS_SPELLED if _AS_SPELLED.fullmatch(word) else FORBIDDEN
            if (where, word.lower()) not in EXCEPTIONS:
                better = next(text for form, text in table.items() if re.fullmatch(form, word, re.IGNORECASE))
                yield f"{where}:{number}: {word}: write {better}"


def texts() -> dict[str, str]:
    """Every file whose words count, by its path: sources with their help texts, documents, the catalogues, stories."""
    found = [*sources(), *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "lab").rglob("*.toml")]
    found += [path for path in (ROOT / "examples").rglob("*") if path.suffix in (".py", ".md", ".toml")]
    all_texts = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in found}
    all_texts["CHANGELOG.md"] = "\n## ".join(all_texts["CHANGELOG.md"].split("\n## ")[:2])
    return {where: text for where, text in all_texts.items() if not where.startswith("lab/catalogues/zh/")}


def may_import(one: str, other: str) -> bool:
    """Whether a module of the package `one` may import one of `other`; packages as `wire` or `lab.views`."""
    top, of = one.partition(".")[0], other.partition(".")[0]
    if one == other or top != "lab":
        return of in MAY_IMPORT[top]
    within = package_of(one)
    if of in ACTORS:
        return within not in WITHOUT_ACTORS
    allowed = LAB_MAY_IMPORT.get(within, "*")
    return package_of(other) in {*EVERY_PACKAGE, *allowed.split()} or allowed == "*"


def same_names(modules: Mapping[str, str]) -> Iterator[str]:
    """Public classes of one name in packages that meet, from `{path: source}`."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for where, source in modules.items():
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(where)
    for name, found in places.items():
        for pair in combinations(found, 2):
            one, other = (".".join(where.split("/")[: 2 if where.startswith("lab/") else 1]) for where in pair)
            if may_import(one, other) or may_import(other, one):
                yield f"{name}: {pair[0]} and {pair[1]}"


def test_no_private_word_is_used() -> None:
    assert [found for where, text in texts().items() for found in private_words(where, text)] == []


def test_public_classes_that_may_meet_have_names_of_their_own() -> None:
    modules = {where: text for where, text in texts().items() if where.endswith(".py")}
    assert list(same_names(modules)) == []


def test_every_exception_is_needed() -> None:
    for where, word in EXCEPTIONS:
        assert re.search(rf"\b{word}\b", _WORD_ENDS.sub(" ", texts()[where]), re.IGNORECASE)


@pytest.mark.parametrize(
    "line",
    [
        "class TwinShop: ...",
        "from pki import twins",
        "def ask_nobody(): ...",
        "self._ears = []",
        "MOST_FILES = 3",
        "_LONGEST_NAME = 3",
        "lab: Ground",
        "x = 1  # Ours.",
        '"""What the other doors do."""',
        "| the phone | obeys |",
        'refused = "somebody else has it"',
        "cast_of(lab)",
        "the rules of the house",
    ],
)
def test_a_planted_private_word_is_seen(line: str) -> None:
    (found,) = private_words("wire/x.py", f"\n{line}\n")
    assert found.startswith("wire/x.py:2: ")


def test_a_private_word_in_the_name_of_a_module_is_seen() -> None:
    assert len(list(private_words("lab/explain/_doors.py", ""))) == 1


@pytest.mark.parametrize(
    "line", ["open(indoors)", "no common ground", "almost_all = most_recent", "hours, years, penalty"]
)
def test_a_plain_word_is_none(line: str) -> None:
    assert list(private_words("wire/x.py", line)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("wire/x.py", "wire/tls/y.py"),
        ("capf_sim/x.py", "wire/y.py"),
        ("pki/x.py", "lab/views/y.py"),
        ("phone_sim/x.py", "lab/views/y.py"),
        ("lab/views/x.py", "lab/case/y.py"),
        ("lab/base/x.py", "lab/fleet/y.py"),
        ("lab/fleet/x.py", "lab/verbs/y.py"),
    ],
)
def test_a_planted_second_class_of_one_name_is_seen(one: str, other: str) -> None:
    source = "class Verdict: ..."
    assert (
        len(list(same_names({one: source, other: source}))) == len(list(same_names({other: source, one: source}))) == 1
    )


@pytest.mark.parametrize(
    ("one", "other", "second"),
    [
        ("capf_sim/x.py", "cucm_sim/y.py", "class Verdict: ..."),
        ("lab/fleet/x.py", "cucm_sim/y.py", "class Verdict: ..."),
        ("lab/views/x.py", "lab/fleet/y.py", "class Verdict: ..."),
        ("wire/x.py", "wire/y.py", "class Outcome: ..."),
        ("wire/x.py", "wire/y.py", "class _Verdict: ..."),
    ],
)
def test_classes_that_never_meet_may_have_one_name(one: str, other: str, second: str) -> None:
    assert list(same_names({one: "class Verdict: ...", other: second})) == []
