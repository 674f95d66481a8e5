"""Explanations of cases as data: every verify code, at every service, with every kind of certificate and of history."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from cisco_data import ServiceKind
from lab.case import FailedOperation, Held
from lab.explain import Explanation, explained
from tests.lab.test_explain_rules import HISTORIES, JUDGES, MAKER, NEW, OLD, ROOT, SOON, case, trusted
from tests.lab.test_explain_trust import every_refusal
from tests.made_names import named
from wire.tls import VerifyCode

STRANGER = named(O="Stranger", CN="CAPF-stranger")
_NO_PROOF = "the proof of possession is missing"


def every_explanation() -> Iterator[Explanation]:
    yield from map(explained, every_refusal())
    trust = trusted(NEW, MAKER, ROOT)
    for kind, code, depth, issuer, past in itertools.product(
        JUDGES, VerifyCode, (0, 1), (OLD, MAKER, STRANGER), HISTORIES.values()
    ):
        if code is VerifyCode.OK:
            continue
        shows = Held("MIC" if issuer == MAKER else "LSC", issuer, "77", SOON)
        in_use = trusted(NEW) if issuer == MAKER else trust
        one = case(kind, code, depth=depth, shows=shows, in_use=in_use, history=past(kind))
        yield explained(one)
        if kind is ServiceKind.CAPF:
            assert isinstance(one.problem, FailedOperation)
            yield explained(replace(one, problem=replace(one.problem, fault=_NO_PROOF, verify_code=-1)))
