"""One function prefers the LSC over the MIC, and no other code does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cisco_data import AuthenticationMode, CertificateKind
from phone_sim.capf_certificate_store import identity_to_present
from phone_sim.preference import prefer

LSC, MIC = CertificateKind.LSC, CertificateKind.MIC
ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("journal", "pki", "wire", "phone_sim", "cucm_sim", "capf_sim", "edge_sim", "lab")
# Not empty strings, zeros and the like by accident: a certificate that is falsy is still there.
held = st.none() | st.text() | st.integers()


@given(held, held)
def test_without_a_precedence_the_lsc_always_wins(lsc: object, mic: object) -> None:
    chosen = prefer(lsc, mic)
    if lsc is not None:
        assert chosen == (LSC, lsc)
    elif mic is not None:
        assert chosen == (MIC, mic)
    else:
        assert chosen is None


@given(held, held, st.sampled_from(CertificateKind))
def test_a_precedence_decides_only_between_two_that_are_there(
    lsc: object, mic: object, precedence: CertificateKind
) -> None:
    chosen = prefer(lsc, mic, precedence)
    there = {kind: one for kind, one in ((LSC, lsc), (MIC, mic)) if one is not None}
    if not there:
        assert chosen is None
    elif len(there) == 1:
        assert chosen == next(iter(there.items()))
    else:
        assert chosen == (precedence, there[precedence])


@given(held, held)
def test_the_two_precedences_agree_exactly_where_there_is_no_choice(lsc: object, mic: object) -> None:
    assert (prefer(lsc, mic, LSC) == prefer(lsc, mic, MIC)) is (lsc is None or mic is None)


class CertificateStore:
    def __init__(self, mode: AuthenticationMode, lsc: object, mic: object) -> None:
        self.capf_auth_mode, self.lsc, self.mic = mode, lsc, mic


@given(held, held)
def test_capf_passes_the_precedence_of_the_phones_file(lsc: object, mic: object) -> None:
    for mode, precedence in (
        (AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC, LSC),
        (AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC, MIC),
    ):
        chosen = prefer(lsc, mic, precedence)
        shown = identity_to_present(CertificateStore(mode, lsc, mic))  # type: ignore[arg-type]
        assert shown == (None if chosen is None else (chosen[0].value, chosen[1]))


THE_ONE = ROOT / "phone_sim" / "preference.py"
ALLOWED = {
    ("phone_sim/boot_configuration.py", "_decrypted"): "either key may be the one that the file is encrypted for",
    ("phone_sim/boot_configuration.py", "_certificate_hashes"): "looks at both",
    ("lab/kept/state.py", "write_phone"): "writes both",
    ("phone_sim/capf_session.py", "_show"): "CAPF asked for one of the two by name; nothing is preferred",
    ("lab/whatif/cures.py", "_cure"): "an LSC is deleted only where there is a MIC",
    ("lab/exports/told_certificates.py", "held"): "reads what the inventory says of one of the two",
    ("lab/whatif/render/directions.py", "phone_state"): "shows what became of the other one too",
    ("lab/fleet/model.py", "identities_of_phones"): "looks at both",
    ("lab/whatif/credential_factory.py", "disagreement"): "is asked about one of the two by name",
    ("lab/whatif/credential_factory.py", "is_rekeyed"): "looks at both",
    ("lab/whatif/why.py", "_sentence"): "the outcome says which of the two was shown",
    ("lab/whatif/outcome_case.py", "_presented"): "the outcome says which of the two was shown",
    ("lab/whatif/outcome_case.py", "_held"): "is asked about one of the two by name",
    ("lab/whatif/behind.py", "_above"): "looks at both",
    ("lab/whatif/behind.py", "_assumptions"): "tells of both",
    ("lab/whatif/behind.py", "_sources"): "tells of both",
    ("lab/views/facts.py", "_started"): "takes note of both",
    ("lab/explain/_certificate.py", "_otherwise"): "names the rule for the one that was shown",
}


def decisions(source: str) -> Iterator[str]:
    """Functions with an expression or a statement that picks between something called LSC and something called MIC."""
    tree = ast.parse(source)
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        for node in ast.walk(function):
            if any(
                _names(one, "lsc") and _names(other, "mic")
                for arms in _arms(node)
                for one in arms
                for other in arms
                if one is not other
            ):
                yield getattr(function, "name", "lambda")
                break


def _arms(node: ast.AST) -> Iterator[list[ast.AST]]:
    """What a node picks between: the operands of `or`, the arms of a conditional, an `if` and what follows its return."""
    if isinstance(node, ast.BoolOp):
        yield list(node.values)
    elif isinstance(node, ast.IfExp):
        yield [node.body, node.orelse]
        yield [node.test, node.orelse]
    elif isinstance(node, ast.Match):
        yield [part for case in node.cases for part in case.body]
    elif isinstance(node, ast.For | ast.comprehension):
        yield list(node.iter.elts) if isinstance(node.iter, ast.Tuple | ast.List) else []
    for field in ("body", "orelse"):
        block = getattr(node, field, None)
        for at, statement in enumerate(block if isinstance(block, list) else []):
            if not isinstance(statement, ast.If):
                continue
            # `if lsc: return lsc` and then `return mic`, or the same with else
            picked = [part for part in statement.body if isinstance(part, ast.Return | ast.Assign)]
            after = [*statement.orelse, *block[at + 1 : at + 2]]
            rest = [part for part in after if isinstance(part, ast.Return | ast.Assign)]
            for one in picked:
                for other in rest:
                    yield [one, other]


def _names(node: ast.AST, word: str) -> bool:
    """Whether something held is called so: `lsc`, `_lsc`, `flash.lsc`, `held_lsc`; not a constant and not what is called."""
    called = {part.func for part in ast.walk(node) if isinstance(part, ast.Call)}
    return any(
        str(getattr(part, "attr", None) or getattr(part, "id", "")).split("_")[-1] == word
        for part in ast.walk(node)
        if part not in called
    )


def test_only_the_preference_picks_between_lsc_and_mic() -> None:
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if path != THE_ONE
        for name in decisions(path.read_text(encoding="utf-8"))
    }
    assert found == set(ALLOWED), "another function picks between LSC and MIC, or the exception is gone"


@pytest.mark.parametrize(
    "planted",
    [
        "return flash.lsc or flash.mic",
        "return flash.mic if flash.lsc is None else flash.lsc",
        "return lsc if lsc is not None else mic",
        "return next(c for c in (flash.lsc, flash.mic) if c)",
        "for c in (flash.lsc, flash.mic):\n        use(c)",
        "if self.lsc:\n        return self.lsc\n    return self.mic",
        "if lsc is not None:\n        chosen = lsc\n    else:\n        chosen = mic",
    ],
)
def test_a_planted_decision_is_seen(planted: str) -> None:
    assert list(decisions(f"def f(flash):\n    {planted}\n")) == ["f"]


@pytest.mark.parametrize("harmless", ["return prefer(flash.lsc, flash.mic)", "return (flash.lsc, flash.mic)"])
def test_naming_both_is_no_decision(harmless: str) -> None:
    assert list(decisions(f"def f(flash):\n    {harmless}\n")) == []
