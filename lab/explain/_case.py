"""One TLS refusal by CallManager, with what the events tell of the certificates involved, and the words of a rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from lab.explain._explanation import cn

INSTALL = ("cucm-lab run install-lsc-by-null-string",)
REINSTALL = ("cucm-lab run new-cluster-old-lsc-cured-by-reinstall", "cucm-lab run new-cluster-old-lsc-cured-by-mic")


class Words(NamedTuple):
    """What a rule says."""

    rule: str
    why: str
    cure: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """The evidence, sorted. Names are as events spell them, `/C=AU/.../CN=CAPF-1234abcd`."""

    cluster: str
    kind: str
    """`LSC`, `MIC`, or empty where the phone showed nothing."""
    issuer: str
    """Of what the phone showed."""
    trusted: tuple[str, ...] | None
    """What this CallManager read into its trust; None where its start is not in the journal."""
    elsewhere: tuple[str, ...]
    """Other clusters whose CallManager read the issuer into its trust."""
    verify_code: int
    depth: int
    failed_subject: str
    failed_issuer: str
    """Of the certificate at that depth."""
    offered: str
    """The newest TLS version that the phone offers."""
    minimum: str
    """The oldest that CallManager accepts; empty where its start is not in the journal."""

    @property
    def culprit(self) -> str:
        """The certificate at fault."""
        return f"the phone's {self.kind}" if self.depth == 0 else self.authority

    @property
    def authority(self) -> str:
        """The certificate at fault, above the phone's own."""
        return f"the certificate of {cn(self.failed_subject)}"

    @property
    def trust(self) -> str:
        return f"the CallManager-trust that cluster {self.cluster} read when its Cisco CallManager service started"


Rule = Callable[[Case], Words | None]
"""None where the code fits and the rest of the evidence does not: then nothing is guessed."""
