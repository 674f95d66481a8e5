"""The words of a plan file: one small table a step, in Cisco's terms; `plan_file` reads them, `plan_steps` says what they mean."""

from __future__ import annotations

from typing import Any, Literal

from lab.scenario.words import Part


class PlanStep(Part, frozen=True, kw_only=True, tag_field="do"):
    pass


class PhonesStep(PlanStep, frozen=True, kw_only=True):
    """Done to phones: to all, or to those that fit everything that is given."""

    phones: tuple[str, ...] = ()
    """Device names in any spelling, `*` and `?` for what differs."""
    models: tuple[str, ...] = ()
    cluster: str = ""
    """Where they are when the step is done."""


class Remove(PlanStep, frozen=True, kw_only=True, tag="remove", rename={"from_": "from"}):
    certificate: str
    from_: str


class Add(PlanStep, frozen=True, kw_only=True, tag="add"):
    certificate: str
    """A file, from the plan's folder, or `CAPF`, `CAPF of CLUSTER`: the certificate that this CAPF has then."""
    to: str


class Regenerate(PlanStep, frozen=True, kw_only=True, tag="regenerate"):
    what: str = "CAPF"


class MinTls(PlanStep, frozen=True, kw_only=True, tag="min-tls"):
    version: str
    service: str = ""
    """Of all clusters' CallManager and CAPF where empty."""


class RestartService(PlanStep, frozen=True, kw_only=True, tag="restart"):
    service: str


class UpdateTrustLists(PlanStep, frozen=True, kw_only=True, tag="update-trust-lists"):
    cluster: str = ""
    """May be left out where there is one only."""


class Date(PlanStep, frozen=True, kw_only=True, tag="date"):
    at: Any
    """A date, or a date and time, of TOML's own kinds or as text."""


class MovePhones(PhonesStep, frozen=True, kw_only=True, tag="move"):
    to: str


class InstallLsc(PhonesStep, frozen=True, kw_only=True, tag="install-lsc"):
    pass


class DeleteLsc(PhonesStep, frozen=True, kw_only=True, tag="delete-lsc"):
    pass


class Precedence(PhonesStep, frozen=True, kw_only=True, tag="precedence"):
    to: Literal["LSC", "MIC"]


KINDS: tuple[type[PlanStep], ...] = (
    Remove,
    Add,
    Regenerate,
    MinTls,
    RestartService,
    UpdateTrustLists,
    Date,
    MovePhones,
    InstallLsc,
    DeleteLsc,
    Precedence,
)
