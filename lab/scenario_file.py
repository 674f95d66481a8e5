"""From an author's TOML file to a `Scenario`, or to one sentence that says where the file is wrong and what was meant."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from lab.scenario import ClusterPart, Do, Expect, Head, PhonePart, Scenario, Step

MOST = 1024 * 1024
"""Octets of a scenario file."""

P = TypeVar("P", bound=msgspec.Struct)
_AT = re.compile(r" - at `\$(.*)`$")
_DEVICE = re.compile(r"SEP[0-9A-F]{12}")


class ScenarioError(Exception):
    """The author's file is wrong; the message is one sentence with file, place and remedy."""


def load(path: Path) -> Scenario:
    """Raises ScenarioError for anything that is wrong with the file, be it missing, not TOML, or nonsense."""
    try:
        if path.stat().st_size > MOST:
            raise ScenarioError(f"{path} is larger than {MOST} octets: that is not a scenario")
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ScenarioError(f"{path} does not exist") from None
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}, octet {error.start}: this is not UTF-8 text") from None
    except OSError as error:
        raise ScenarioError(f"{path} cannot be read: {error.strerror}") from None
    return parse(text, str(path), path.stem)


def parse(text: str, where: str, name: str) -> Scenario:
    """A scenario from TOML text; `where` names the file in errors. Raises ScenarioError."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{where}: this is not TOML: {error}") from None
    except RecursionError:
        raise ScenarioError(f"{where}: this nests too deep") from None
    return _Reader(where).scenario(raw, name)


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """` (did you mean "x"?)` for a near miss, else the list of what there is, or nothing."""
    options = list(known)
    near = difflib.get_close_matches(wrong, options, n=1, cutoff=0.6) or [
        option for option in options if option.casefold() == wrong.casefold()
    ]
    if near:
        return f' (did you mean "{near[0]}"?)'
    if 0 < len(options) <= 20:
        return f" (there is {', '.join(options)})"
    return ""


class _Reader:
    def __init__(self, where: str) -> None:
        self._where = where

    def wrong(self, path: str, text: str) -> ScenarioError:
        return ScenarioError(f"{self._where}: {path}: {text}" if path else f"{self._where}: {text}")

    def scenario(self, raw: dict[str, Any], name: str) -> Scenario:
        known = [field.encode_name for field in msgspec.structs.fields(Head)]
        self._only(raw, [*known, "clusters", "phones", "steps"], "")
        for required in ("title", "clusters", "phones", "steps"):
            if required not in raw:
                raise self.wrong("", f"`{required}` is missing")
        clusters = self._table(raw["clusters"], "clusters", ClusterPart)
        phones = self._table(raw["phones"], "phones", PhonePart)
        if not isinstance(raw["steps"], list):
            raise self.wrong("steps", "this must be a list of [[steps]] tables")
        steps = tuple(self._step(step, f"steps[{index}]") for index, step in enumerate(raw["steps"], 1))
        plain = {key: raw[key] for key in raw if key in known}
        starts = plain.get("starts")
        if starts is not None and getattr(starts, "tzinfo", None) is None:
            raise self.wrong("starts", "this must be a date and time with its zone, 2026-11-23T08:00:00Z")
        story = Scenario(name, self._convert(plain, Head, ""), clusters, phones, steps)
        self._check_phones(story)
        for index, step in enumerate(steps, 1):
            self._check_step(story, step, f"steps[{index}]")
        return story

    # Shape

    def _table(self, raw: Any, path: str, part: type[P]) -> dict[str, P]:
        if not isinstance(raw, dict) or not raw:
            raise self.wrong(path, f"this must hold at least one table, [{path}.NAME]")
        return {name: self._part(value, part, f"{path}.{name}") for name, value in raw.items()}

    def _step(self, raw: Any, path: str) -> Step:
        if not isinstance(raw, dict):
            raise self.wrong(path, "this must be a table")
        if ("do" in raw) == ("expect" in raw):
            raise self.wrong(path, "a step has either `do` or `expect`")
        tag, union = ("do", Do) if "do" in raw else ("expect", Expect)
        kinds = {part.__struct_config__.tag: part for part in get_args(union)}
        if raw[tag] not in kinds:
            raise self.wrong(f"{path}.{tag}", f'nothing is called "{raw[tag]}"{suggestion(str(raw[tag]), kinds)}')
        step: Step = self._part(raw, kinds[raw[tag]], path, tag)
        return step

    def _part(self, raw: Any, part: type[P], path: str, tag: str | None = None) -> P:
        if not isinstance(raw, dict):
            raise self.wrong(path, "this must be a table")
        fields = [field.encode_name for field in msgspec.structs.fields(part)]
        self._only(raw, [*fields, *([tag] if tag else [])], path)
        return self._convert(raw, part, path)

    def _only(self, raw: dict[str, Any], known: list[str], path: str) -> None:
        for key in raw:
            if key not in known:
                place = f"{path}.{key}" if path else key
                raise self.wrong(place, f'there is no key "{key}" here{suggestion(key, known)}')

    def _convert(self, raw: dict[str, Any], part: type[P], path: str) -> P:
        try:
            return msgspec.convert(raw, part)
        except msgspec.ValidationError as error:
            text = str(error)
            at = _AT.search(text)
            inner = at.group(1) if at else ""
            place = f"{path}{inner}" if path else inner.removeprefix(".")
            problem = _AT.sub("", text)
            choices = _choices(part, inner.removeprefix("."))
            value = raw.get(inner.removeprefix("."))
            if choices and isinstance(value, str):
                problem = f'"{value}" is not possible here{suggestion(value, choices)}'
            raise self.wrong(place, problem[:1].lower() + problem[1:]) from None

    # Meaning

    def _check_phones(self, story: Scenario) -> None:
        from phone_sim.models import MODELS

        seen: dict[str, str] = {}
        for name, phone in story.phones.items():
            path = f"phones.{name}"
            if phone.model not in MODELS:
                raise self.wrong(f"{path}.model", f'no model "{phone.model}" is known{suggestion(phone.model, MODELS)}')
            for key in ("cluster", "lsc", "trusts"):
                if cluster := getattr(phone, key):
                    self._cluster(story, cluster, f"{path}.{key}")
            if phone.device and not _DEVICE.fullmatch(phone.device):
                raise self.wrong(f"{path}.device", f'"{phone.device}" is not SEP and twelve upper-case hex digits')
            if phone.device and phone.device in seen:
                raise self.wrong(f"{path}.device", f"{phone.device} is phones.{seen[phone.device]} already")
            seen[phone.device] = name
            if phone.mic_authority:
                self._authority(phone.mic_authority, f"{path}.mic-authority")

    def _check_step(self, story: Scenario, step: Step, path: str) -> None:
        for phone in getattr(step, "phones", ()):
            self._phone(story, phone, f"{path}.phones")
        if phone := getattr(step, "phone", ""):
            self._phone(story, phone, f"{path}.phone")
        if cluster := getattr(step, "cluster", ""):
            self._cluster(story, cluster, f"{path}.cluster")
        if (certificate := getattr(step, "certificate", "none")) not in ("LSC", "MIC", "none"):
            self._certificate(story, certificate, f"{path}.certificate")
        if (issuer := getattr(step, "issuer", "")) not in ("", "none"):
            self._certificate(story, issuer, f"{path}.issuer")
        if (cause := getattr(step, "cause", None)) is not None:
            from cucm_sim.causes import CcmDevRegFailCauseCode

            names = [code.name for code in CcmDevRegFailCauseCode]
            if cause not in names:
                raise self.wrong(f"{path}.cause", f'"{cause}" is not a cause code{suggestion(cause, names)}')
        if (alert := getattr(step, "alert", None)) is not None:
            from wire.tls.numbers import AlertDescription, alert_text

            texts = [alert_text(code) for code in AlertDescription]
            if alert not in texts:
                raise self.wrong(f"{path}.alert", f'"{alert}" is not an alert{suggestion(alert, texts)}')
        if (status := getattr(step, "status", None)) is not None:
            from capf_sim.statuses import CertificateStatus

            statuses = [value.value for value in CertificateStatus]
            if status not in statuses:
                raise self.wrong(f"{path}.status", f'"{status}" is not a status of CUCM{suggestion(status, statuses)}')

    def _phone(self, story: Scenario, name: str, path: str) -> None:
        if name not in story.phones:
            raise self.wrong(path, f'there is no phone "{name}"{suggestion(name, story.phones)}')

    def _cluster(self, story: Scenario, name: str, path: str) -> None:
        if name not in story.clusters:
            raise self.wrong(path, f'there is no cluster "{name}"{suggestion(name, story.clusters)}')

    def _certificate(self, story: Scenario, text: str, path: str) -> None:
        if text.startswith("CAPF of "):
            self._cluster(story, text.removeprefix("CAPF of "), path)
        else:
            self._authority(text, path, [f"CAPF of {cluster}" for cluster in story.clusters])

    def _authority(self, text: str, path: str, more: Iterable[str] = ()) -> None:
        from pki import CISCO_AUTHORITIES

        if text not in CISCO_AUTHORITIES:
            raise self.wrong(path, f'no certificate is called "{text}"{suggestion(text, [*more, *CISCO_AUTHORITIES])}')


def _choices(part: type[msgspec.Struct], key: str) -> list[str]:
    """What a field of Literal type may be."""
    for field in msgspec.structs.fields(part):
        if field.encode_name == key:
            kinds = [field.type, *get_args(field.type)]
            return [
                choice
                for kind in kinds
                if get_origin(kind) is not None
                for choice in get_args(kind)
                if isinstance(choice, str)
            ]
    return []
