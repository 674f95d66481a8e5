"""Checks: whether what a step expects is so, and what is so instead. A check names the reason, so none passes by accident."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from lab.checks.checking import CheckVerdict, Scene
from lab.checks.cluster import CLUSTER_CHECKS
from lab.checks.edge import EDGE_CHECKS
from lab.checks.phone import PHONE_CHECKS
from lab.checks.trust import TRUST_CHECKS
from lab.running.phone_page import PageNotFetched, fetch_page, page_lines
from lab.scenario import model as sc


async def _phone_page(step: sc.PhonePage, scene: Scene) -> CheckVerdict:
    try:
        lines = page_lines(await fetch_page(scene.lab, step.phone, step.page))
    except PageNotFetched as error:
        return CheckVerdict(False, str(error))
    for line in lines:
        if step.contains in line:
            return CheckVerdict(True, line)
    return CheckVerdict(False, f'no line with "{step.contains}" on {step.page}')


CHECKS: dict[type[Any], Callable[[Any, Scene], CheckVerdict]] = {
    **PHONE_CHECKS,
    **TRUST_CHECKS,
    **CLUSTER_CHECKS,
    **EDGE_CHECKS,
}
LOOKS: dict[type[Any], Callable[[Any, Scene], Awaitable[CheckVerdict]]] = {sc.PhonePage: _phone_page}
"""Checks that look at the lab over the network. That makes events by itself, so they are repeated by time and not by event."""


async def check(step: sc.Expect, scene: Scene) -> CheckVerdict:
    look = LOOKS.get(type(step))
    return await look(step, scene) if look is not None else CHECKS[type(step)](step, scene)
