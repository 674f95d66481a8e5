"""Every story of the gallery passes, passes for its reason, ends the same every time, and fails where its reason is taken away."""

from __future__ import annotations

import re

import pytest

from lab import gallery
from lab.runner import make_keys, play
from lab.scenario import Expect, Refused
from pki import KeyPool

NAMES = gallery.names()


def test_the_gallery_has_the_stories_to_start_with() -> None:
    assert set(NAMES) >= {
        "install-lsc-by-null-string",
        "invalid-lsc",
        "lsc-wins-over-mic",
        "new-cluster-old-lsc",
        "new-cluster-old-lsc-cured-by-mic",
        "new-cluster-old-lsc-cured-by-reinstall",
        "no-lsc-uses-mic",
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_story_passes(name, of_gallery) -> None:  # type: ignore[no-untyped-def]
    result = of_gallery(name)
    assert result.passed, result.steps[-1].observed


@pytest.mark.parametrize("name", NAMES)
def test_a_story_is_the_same_every_time(name, of_gallery, consoles) -> None:  # type: ignore[no-untyped-def]
    first, story = of_gallery(name), gallery.story(name)
    second = play(story, keys=make_keys(story, KeyPool()))
    assert [(step.passed, step.observed) for step in first.steps] == [
        (step.passed, step.observed) for step in second.steps
    ]
    assert first.rows() == second.rows()
    # The same lines in the same order, with the same numbers and times; only the lab's own block may be another one.
    assert at_home(consoles(first)) == at_home(consoles(second))


def at_home(lines: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        phone: [re.sub(r"127\.\d+\.\d+\.", "127.x.y.", line) for line in printed] for phone, printed in lines.items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_story_says_what_it_teaches_and_which_questions_it_answers(name) -> None:  # type: ignore[no-untyped-def]
    story = gallery.story(name)
    assert len(story.head.lesson.split()) > 20
    assert story.head.faq
    assert all(1 <= number <= 11 for number in story.head.faq)
    assert any(isinstance(step, Expect) for step in story.steps)
    assert story.steps[0].say


@pytest.mark.parametrize("name", NAMES)
def test_a_refusal_names_its_reason(name) -> None:  # type: ignore[no-untyped-def]
    for step in gallery.story(name).steps:
        if isinstance(step, Refused):
            assert step.verify_code > 0
            assert step.issuer
            assert step.alert


# What a story says, what it says when it is broken, and what the author then reads.
BREAKS = [
    ("new-cluster-old-lsc", 'lsc = "old"', 'lsc = "new"', "with-old-lsc is registered"),
    ("new-cluster-old-lsc", 'lsc = "old"', "", "with-old-lsc is registered"),
    ("new-cluster-old-lsc", 'lsc = "new"', 'lsc = "old"', r"with-new-lsc is refused \(unknown CA\)"),
    ("new-cluster-old-lsc", "verify-code = 20", "verify-code = 10", "verify code is 20, not 10"),
    ("new-cluster-old-lsc", "verify-code = 20", "verify-code = 20\ndepth = 1", "depth is 0, not 1"),
    ("new-cluster-old-lsc", 'alert = "unknown CA"', 'alert = "certificate expired"', "alert read is unknown CA, not"),
    (
        "new-cluster-old-lsc",
        'issuer = "CAPF of old"',
        'issuer = "CAPF of new"',
        r"issuer is CAPF-\w{8}, not CAPF-\w{8}",
    ),
    (
        "new-cluster-old-lsc",
        'certificate = "LSC"\nissuer = "CAPF of old"',
        'certificate = "MIC"\nissuer = "CAPF of old"',
        "certificate is LSC, not MIC",
    ),
    ("new-cluster-old-lsc", "[phones.without-lsc]", '[phones.without-lsc]\ntrusts = "old"', "without-lsc is refused"),
    ("new-cluster-old-lsc", "[phones.without-lsc]", "[phones.without-lsc]\nmic = false", "without-lsc is refused"),
    ("new-cluster-old-lsc", "[clusters.new]", '[clusters.new]\nmode = "non-secure"', "certificate is none, not MIC"),
    (
        "new-cluster-old-lsc",
        "[clusters.new]",
        '[clusters.new]\nminimum-tls = "TLSv1.2"',
        r"refused \(protocol version\)",
    ),
    ("new-cluster-old-lsc", "[read]:[fatal]:[unknown CA]", "[read]:[fatal]:[bad certificate]", "no line with"),
    (
        "no-lsc-uses-mic",
        'model = "8861"',
        'model = "7965"',
        "issuer is Cisco Manufacturing CA, not Cisco Manufacturing CA SHA2",
    ),
    ("no-lsc-uses-mic", 'tls = "TLSv1"', 'tls = "TLSv1.2"', "TLS is TLSv1, not TLSv1.2"),
    ("no-lsc-uses-mic", 'cipher = "AES256-SHA"', 'cipher = "AES128-SHA"', "cipher is AES256-SHA, not AES128-SHA"),
    ("no-lsc-uses-mic", 'profile = "Encrypted"', 'profile = "Encrypted"\nlsc = "headquarters"', "no line with"),
    ("no-lsc-uses-mic", 'do = "boot"', 'do = "boot"\nphones = ["boardroom"]', "no line with"),
    ("lsc-wins-over-mic", 'do = "delete-lsc-on-phone"\nphone = "lobby"', 'do = "wait"', "certificate is LSC, not MIC"),
    ("invalid-lsc", 'lsc = "old"', 'lsc = "new"', "status is Upgrade Success, not Upgrade Failed: Invalid LSC"),
    ("invalid-lsc", "verify-code = 20", "verify-code = 10", "verify code is 20, not 10"),
    (
        "invalid-lsc",
        'mode = "By Existing Certificate (Precedence to LSC)"',
        'mode = "By Existing Certificate (Precedence to MIC)"',
        "status is Upgrade Success, not Upgrade Failed: Invalid LSC",
    ),
    (
        "invalid-lsc",
        'mode = "By Null String"',
        'mode = "By Existing Certificate (Precedence to LSC)"',
        "Upgrade Failed: Invalid LSC",
    ),
    (
        "install-lsc-by-null-string",
        'operation = "Install/Upgrade"',
        'operation = "Delete"',
        "status is Delete Success, not Upgrade Success",
    ),
    ("install-lsc-by-null-string", 'do = "reset"', 'do = "wait"', "no operation has ended"),
    (
        "new-cluster-old-lsc-cured-by-mic",
        'do = "delete-lsc-on-phone"\nphone = "moved"',
        'do = "wait"',
        r"LSC issuer is CAPF-\w{8}, not none",
    ),
    ("new-cluster-old-lsc-cured-by-mic", '"7965"', '"7940"', r"moved is refused \(handshake failure\)"),
    (
        "new-cluster-old-lsc-cured-by-reinstall",
        'profile = "Non Secure"',
        'profile = "Authenticated"',
        "moved is refused",
    ),
    (
        "new-cluster-old-lsc-cured-by-reinstall",
        'operation = "Delete"',
        'operation = "Troubleshoot"',
        "Troubleshoot Success",
    ),
]


@pytest.mark.parametrize(("name", "part", "broken", "observed"), BREAKS)
def test_a_broken_story_fails_and_says_what_is_so_instead(name, part, broken, observed, play_text) -> None:  # type: ignore[no-untyped-def]
    text = (gallery.FOLDER / f"{name}.toml").read_text("utf-8")
    assert part in text
    result = play_text(text.replace(part, broken, 1))
    assert not result.passed
    last = result.steps[-1]
    assert not last.passed
    assert re.search(observed, last.observed), last.observed


def test_the_mic_beside_an_old_lsc_plays_no_part(play_text) -> None:  # type: ignore[no-untyped-def]
    text = (gallery.FOLDER / "new-cluster-old-lsc.toml").read_text("utf-8")
    assert play_text(text.replace('lsc = "old"', 'lsc = "old"\nmic = false')).passed
