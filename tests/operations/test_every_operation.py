"""Each operation has all its parts: a word, keys, names that it resolves, a sentence, an effect on a fleet and on a running lab."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from lab.base.language import LANGUAGES, Catalogue
from lab.base.toml_tables import Mistake, keys_of
from lab.fleet.model import Fleet
from lab.operations import steps as st
from lab.operations.effects import EFFECTS, apply
from lab.operations.operation import Operation
from lab.operations.running import RunningLab
from lab.operations.sentences import SENTENCES, sentence
from lab.operations.table import OLD_WORDS, OPERATIONS, read_operation
from lab.play.building import make_keys
from lab.running.lab import key_pool
from lab.running.on_lab import LabOperations
from lab.scenario.file import parse
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.initial_fleet import initial_fleet
from lab.whatif.plan_file import parse_plan
from lab.whatif.plan_steps import steps_of_plan
from pki import KeyRing
from tests.operations.document import FILE, written
from tests.operations.examples import CAST, EXAMPLES, steps
from tests.played import play_text

WORDS = """
boot power-off set-profile certificate-operation install-lsc delete-lsc reset reset-on-phone delete-lsc-on-phone
type-authentication-string set-switch-port device-authentication switch-vpn move delete-trust-list-on-phone factory-reset
open-directory set-parameter upload-certificate delete-certificate
regenerate-certificate sign-certificate default-ca-list update-ctl set-cluster-mode set-minimum-tls restart-service stop-service
start-service update-vpn-group wait bulk-export bulk-consolidate bulk-import set-tftp-server reset-itl reset-ctl
delete-ctl-file
set-host-name set-domain set-address backup-keys restore-keys
"""
"""Of the architecture, but for those that other releases bring."""
NO_ACT = {
    "boot": "the phone reads its file, and CAPF has nothing for it",
    "power-off": "a fleet judges handshakes, and there is none",
    "reset": "as boot",
    "reset-on-phone": "as boot",
    "open-directory": "the directory is no service of a fleet",
}
"""Operations whose example leaves no mark on a fleet, each with its reason."""


def foretold(word: str) -> tuple[list[st.Step], list[Fleet]]:
    """The steps of an example on its cast, and the fleets before, between and after them."""
    fleet, keys = _cast()
    factory = CredentialFactory(fleet, keys)
    plan = parse_plan(steps(word), Path("plan.toml"))
    made, _ = steps_of_plan(fleet, factory, plan)
    fleets = [fleet]
    for number, step in enumerate(made, 1):
        fleets.append(apply(fleets[-1], step, factory, number))
    return list(made), fleets


@cache
def _cast() -> tuple[Fleet, KeyRing]:
    scenario = parse(f'{CAST}\n[[steps]]\ndo = "sign-certificate"\ncluster = "hq"\n', "cast.toml", "cast")
    keys = make_keys(scenario, key_pool())
    return initial_fleet(scenario, keys), keys


def test_the_words_are_those_of_the_architecture_and_each_has_an_example() -> None:
    assert set(OPERATIONS) == set(WORDS.split())
    assert set(EXAMPLES) == set(OPERATIONS)


@pytest.mark.parametrize("word", OPERATIONS)
def test_an_operation_says_what_it_does_and_when_that_takes_effect(word: str) -> None:
    kind = OPERATIONS[word]
    assert kind.__struct_config__.tag == word
    assert kind.__doc__
    assert kind.TAKES_EFFECT
    assert kind.steps is not Operation.steps
    assert kind.carry_out is not Operation.carry_out
    assert kind.check is not Operation.check


@pytest.mark.parametrize("word", OPERATIONS)
def test_the_same_table_is_a_step_of_a_scenario_and_of_a_plan(word: str) -> None:
    text = steps(word)
    of_story = parse(CAST + text, "story.toml", "story").steps
    of_plan = parse_plan(text, Path("plan.toml")).steps
    assert of_story == of_plan
    assert type(of_plan[-1]) is OPERATIONS[word]


@pytest.mark.parametrize("word", OPERATIONS)
def test_a_running_lab_carries_it_out(word: str) -> None:
    result = play_text(f'{CAST}\n[[steps]]\ndo = "boot"\n{steps(word)}', "story")
    assert result.passed, result.steps[-1].observed


@pytest.mark.parametrize("word", OPERATIONS)
def test_a_fleet_is_changed_by_it_and_keeps_the_act_with_the_number_of_the_step(word: str) -> None:
    made, fleets = foretold(word)
    acts = fleets[-1].acts[len(fleets[-2].acts) :]
    if word in NO_ACT:
        assert not acts
    else:
        assert acts
        assert {act.number for act in acts} == {len(made)}
        assert fleets[-1] != fleets[-2]


@pytest.mark.parametrize("word", OPERATIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_of_its_steps_is_one_sentence_in_each_language(word: str, language: str) -> None:
    made, fleets = foretold(word)
    assert made
    for step in made:
        said = sentence(step, fleets[0], Catalogue(language))
        assert said.endswith("." if language == "en" else "。")
        assert "1234" not in said  # an authentication string is a secret


def test_every_step_has_an_effect_and_a_sentence() -> None:
    kinds = set(st.Step.__args__)
    assert set(EFFECTS) == kinds
    assert set(SENTENCES) == kinds


def test_a_running_lab_has_every_method_of_the_protocol() -> None:
    wanted = {name for name in vars(RunningLab) if not name.startswith("_")}
    assert wanted <= set(dir(LabOperations))


def test_every_word_of_an_earlier_version_is_known() -> None:
    of_scenarios = (
        "regenerate-capf regenerate-callmanager regenerate-gateway sign-capf trust-on-server distrust-on-server"
    )
    of_plans = "remove add regenerate min-tls restart update-trust-lists date precedence restart-server"
    assert set(OLD_WORDS) == {*of_scenarios.split(), *of_plans.split()}


@pytest.mark.parametrize(("old", "new"), OLD_WORDS.items())
def test_an_old_word_is_answered_with_the_present_one(old: str, new: str) -> None:
    with pytest.raises(Mistake) as caught:
        read_operation({"do": old}, "steps[1]")
    assert (caught.value.path, caught.value.text) == (
        "steps[1].do",
        f'nothing is called "{old}" (did you mean "{new}"?)',
    )
    assert new in OPERATIONS
    assert old not in OPERATIONS


@pytest.mark.parametrize(
    ("table", "path", "meant"),
    [
        ({"do": "upload-certificate", "certificate": "x", "to": "ise"}, "to", "store"),
        ({"do": "delete-certificate", "certificate": "x", "from": "ise"}, "from", "store"),
        ({"do": "regenerate-certificate", "what": "CAPF"}, "what", "certificate"),
        ({"do": "wait", "at": "2027-01-01"}, "at", "until"),
        ({"do": "certificate-operation", "to": "MIC"}, "to", "mode"),
        ({"do": "restart-service", "servcie": "x"}, "servcie", "service"),
    ],
)
def test_an_old_key_is_answered_with_the_present_one(table: dict[str, str], path: str, meant: str) -> None:
    with pytest.raises(Mistake) as caught:
        read_operation(table, "steps[1]")
    assert caught.value.path == f"steps[1].{path}"
    assert f'(did you mean "{meant}"?)' in caught.value.text


@pytest.mark.parametrize(
    ("table", "path", "meant"),
    [
        ({"do": "set-profile", "phone": "a", "profile": "Encryptd"}, "profile", "Encrypted"),
        ({"do": "move", "phone": "a", "to": "x", "profile": "encrypted"}, "profile", "Encrypted"),
        ({"do": "restart-service", "service": "Cisco Callmanager"}, "service", "Cisco CallManager"),
        ({"do": "set-cluster-mode", "mode": "mixd"}, "mode", "mixed"),
        ({"do": "set-switch-port", "phone": "a", "mode": "force-authorised"}, "mode", "force-authorized"),
        ({"do": "default-ca-list", "change": "disabel", "certificate": "x"}, "change", "disable"),
    ],
)
def test_a_word_that_a_key_does_not_take_is_answered_with_the_one_that_was_meant(
    table: dict[str, str], path: str, meant: str
) -> None:
    with pytest.raises(Mistake) as caught:
        read_operation(table, "steps[1]")
    assert caught.value.path == f"steps[1].{path}"
    assert f'(did you mean "{meant}"?)' in caught.value.text
    assert read_operation({**table, path: meant}, "steps[1]")


def test_a_move_with_the_old_key_is_told_that_it_says_where_the_phones_are() -> None:
    with pytest.raises(Mistake, match='the key "to" is missing'):
        read_operation({"do": "move", "phone": "a", "cluster": "new"}, "steps[1]")


def test_the_documentation_has_the_table_of_the_operations() -> None:
    document = FILE.read_text("utf-8")
    assert document == written(document), "python -m tests.operations.document writes it again"


def test_the_documentation_explains_every_key_of_a_single_operation() -> None:
    document = FILE.read_text("utf-8").partition("## Which phones")[2]
    for kind in OPERATIONS.values():
        for key in set(keys_of(kind)) - {"say"}:
            assert f"`{key}`" in document, key
