"""Whether a scenario of the right shape makes sense: who it names exists, what it counts is within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from lab import scenario as sc
from lab.failures import shown, suggestion

MOST_CLUSTERS = 99
"""As many servers as one lab has addresses for."""
MOST_SECONDS = 31 * 24 * 3600.0
"""Of lab time that one step may take with all timers running."""
MOST_DAYS = 36500
"""That a story may skip in all."""
EARLIEST = datetime(2004, 1, 1, tzinfo=UTC)
LATEST = datetime(2090, 1, 1, tzinfo=UTC)
"""A story starts between these, where each of its certificates has a date that X.509 can write."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}")
_DEVICE = re.compile(r"SEP[0-9A-F]{12}")
_STRING = re.compile(r"[0-9]{4,10}")
_CAPF_OF = "CAPF of "


class Mistake(Exception):
    """Something is wrong at one place of the file."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(text)
        self.path = path
        """`phones.lobby.model`; empty for the file as a whole."""
        self.text = text


def check(story: sc.Scenario) -> None:
    """Raises Mistake for the first thing that makes no sense."""
    _check_head(story.head)
    for names, path in ((story.clusters, "clusters"), (story.phones, "phones")):
        for name in names:
            if not _NAME.fullmatch(name):
                raise Mistake(path, f"{shown(name)} is no name: up to 32 letters, digits, blanks, dots and dashes")
    if len(story.clusters) > MOST_CLUSTERS:
        raise Mistake("clusters", f"there are {len(story.clusters)}, and a lab has room for {MOST_CLUSTERS}")
    _check_phones(story)
    for number, step in enumerate(story.steps, 1):
        _check_step(story, step, f"steps[{number}]")
    days = sum(step.days for step in story.steps if isinstance(step, sc.Wait))
    if days > MOST_DAYS:
        raise Mistake("steps", f"they skip {days} days in all, and {MOST_DAYS} are the most")


def _check_head(head: sc.Head) -> None:
    if not EARLIEST <= head.starts <= LATEST:
        raise Mistake("starts", f"a story starts between {EARLIEST:%Y} and {LATEST:%Y}")


def _check_phones(story: sc.Scenario) -> None:
    from phone_sim.models import MODELS

    seen: dict[str, str] = {}
    for name, phone in story.phones.items():
        path = f"phones.{name}"
        if phone.model not in MODELS:
            raise Mistake(f"{path}.model", f"no model {shown(phone.model)} is known{suggestion(phone.model, MODELS)}")
        for key in ("cluster", "lsc", "trusts"):
            if (cluster := getattr(phone, key)) or key == "cluster":
                _cluster(story, cluster, f"{path}.{key}")
        if phone.device:
            if not _DEVICE.fullmatch(phone.device):
                raise Mistake(f"{path}.device", f"{shown(phone.device)} is not SEP and twelve upper-case hex digits")
            if phone.device in seen:
                raise Mistake(f"{path}.device", f"{phone.device} is phones.{seen[phone.device]} already")
            seen[phone.device] = name
        if phone.mic_authority:
            _authority(phone.mic_authority, f"{path}.mic-authority", ())


def _check_step(story: sc.Scenario, step: sc.Step, path: str) -> None:
    for number, phone in enumerate(getattr(step, "phones", ()), 1):
        _phone(story, phone, f"{path}.phones[{number}]")
    for key, of_story in (("phone", _phone), ("cluster", _cluster)):
        value = getattr(step, key, None)
        if value is not None and not (value == "" and isinstance(step, sc.Registered | sc.OperationStatus)):
            of_story(story, value, f"{path}.{key}")
    if isinstance(step, sc.UploadCertificate | sc.DeleteCertificate):
        _certificate(story, step.certificate, f"{path}.certificate")
    elif isinstance(step, sc.Refused | sc.Registered | sc.HoldsLsc):
        left_out = {sc.Refused: (), sc.Registered: ("",), sc.HoldsLsc: ("none",)}[type(step)]
        if step.issuer not in left_out:
            _certificate(story, step.issuer, f"{path}.issuer", left_out)
    for key, known in _WORDS.items():
        value = getattr(step, key, None)
        if value is not None and value not in known():
            raise Mistake(f"{path}.{key}", f"{shown(value)} is no {key} that CUCM knows{suggestion(value, known())}")
    if isinstance(step, sc.CertificateOperation):
        _check_operation(step, path)
    for key, most in (("within", MOST_SECONDS), ("seconds", MOST_SECONDS), ("days", MOST_DAYS)):
        number_of = getattr(step, key, 0)
        if not 0 <= number_of <= most:
            raise Mistake(f"{path}.{key}", f"this must be between 0 and {most:.0f}")


def _check_operation(step: sc.CertificateOperation, path: str) -> None:
    needs_one = step.mode == "By Authentication String" and step.operation != "No Pending Operation"
    if needs_one and not _STRING.fullmatch(step.string):
        raise Mistake(f"{path}.string", "By Authentication String needs one, of 4 to 10 digits")


# What the world knows besides the file; imported when asked for, since that takes OpenSSL along.


def _causes() -> list[str]:
    from cucm_sim.causes import CcmDevRegFailCauseCode

    return [code.name for code in CcmDevRegFailCauseCode]


def _alerts() -> list[str]:
    from wire.tls.numbers import AlertDescription, alert_text

    return [alert_text(code) for code in AlertDescription]


def _statuses() -> list[str]:
    from capf_sim.statuses import CertificateStatus

    return [value.value for value in CertificateStatus]


_WORDS: dict[str, Callable[[], list[str]]] = {"cause": _causes, "alert": _alerts, "status": _statuses}


def _phone(story: sc.Scenario, name: str, path: str) -> None:
    if name not in story.phones:
        raise Mistake(path, f"there is no phone {shown(name)}{suggestion(name, story.phones)}")


def _cluster(story: sc.Scenario, name: str, path: str) -> None:
    if name not in story.clusters:
        raise Mistake(path, f"there is no cluster {shown(name)}{suggestion(name, story.clusters)}")


def _certificate(story: sc.Scenario, text: str, path: str, more: Iterable[str] = ()) -> None:
    if text.startswith(_CAPF_OF):
        _cluster(story, text.removeprefix(_CAPF_OF), path)
    else:
        _authority(text, path, [*filter(None, more), *(f"{_CAPF_OF}{cluster}" for cluster in story.clusters)])


def _authority(text: str, path: str, more: Iterable[str]) -> None:
    from pki import CISCO_AUTHORITIES

    if text not in CISCO_AUTHORITIES:
        raise Mistake(path, f"no certificate is called {shown(text)}{suggestion(text, [*more, *CISCO_AUTHORITIES])}")
