"""The lab's own texts in English and Chinese: a catalogue a language, a key a text. Lines of devices are never translated."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh")
FOLDER = Path(__file__).parent.parent / "catalogues"

_MEETING = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\u4e00-\u9fff])")
"""Where a Chinese sign meets a Latin one: a blank belongs there, also where only the filled-in part brings them together."""

_SPOKEN_BY_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In this order, as POSIX has it: the first that is set decides."""


def language_of(environment: Mapping[str, str] = os.environ) -> str:
    """What the locale asks for: `zh` for any Chinese, `en` for all else."""
    for variable in _SPOKEN_BY_LOCALE:
        if locale := environment.get(variable, ""):
            return "zh" if locale.casefold().startswith("zh") else "en"
    return "en"


class Catalogue:
    """Texts of one language by key: `explain.unknown-ca.why` is in table `unknown-ca` of `explain.toml`, under `why`.

    A key that the catalogue lacks is a KeyError, which is our bug; a test holds the languages to the same keys and parts.
    """

    def __init__(self, language: str) -> None:
        """Raises ValueError for a language that the lab does not speak."""
        if language not in LANGUAGES:
            raise ValueError(f"the lab speaks {' and '.join(LANGUAGES)}, not {language!r}")
        self.language = language

    def __call__(self, key: str, /, **parts: object) -> str:
        """The text, its `{parts}` filled in."""
        area, _, rest = key.partition(".")
        spoken = _texts(self.language, area)[rest].format_map(parts)
        return _MEETING.sub(" ", spoken) if self.language == "zh" else spoken

    @property
    def between_sentences(self) -> str:
        """What parts two sentences: Chinese writes no blank there."""
        return "" if self.language == "zh" else " "

    @property
    def between_items(self) -> str:
        """What parts two names of a list."""
        return "、" if self.language == "zh" else ", "

    def has(self, key: str) -> bool:
        area, _, rest = key.partition(".")
        return rest in _texts(self.language, area)


def texts(language: str, area: str) -> dict[str, str]:
    """Every text of one file by the rest of its key."""
    return dict(_texts(language, area))


@cache
def _texts(language: str, area: str) -> dict[str, str]:
    with (FOLDER / language / f"{area}.toml").open("rb") as file:
        return dict(_flat(tomllib.load(file), ""))


def _flat(table: dict[str, object], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", " ".join(str(value).split())))
    return found


ENGLISH = Catalogue("en")
