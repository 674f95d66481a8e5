"""Where the pages of a run go: one file for one story, a folder with an index for several; whole or not at all."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from lab.base.failures import InvalidInput
from lab.base.outputs import Kind, cannot_write, destination
from lab.base.whole_file import WholeFile
from lab.play.runner import StoryResult

REFUSED_SUFFIXES = (".toml", ".jsonl", ".pcapng", ".pcap")
"""Names of scenarios, journals and captures: who names one of those means something else."""
INDEX = "index.html"


class Report:
    """Make it before the stories are played, so that a place where nothing can be written is known then."""

    def __init__(self, path: Path, wanted: Sequence[str], *, language: str = "en", force: bool = False) -> None:
        """`path` is a file for one story, a folder for several, which is made if it is missing; `wanted` are the stories as
        the user named them.

        Raises InvalidInput where the pages cannot go there, or would overwrite a file that is no page of the lab, unless `force`.
        """
        self._wanted = tuple(wanted)
        self._language = language
        self._force = force
        self._index: Path | None = None
        if len(wanted) == 1:
            self._pages = [path]
        else:
            _make_folder(path)
            self._pages = [path / name for name in page_names(wanted)]
            self._index = path / INDEX
        for page in (*self._pages, *([self._index] if self._index is not None else [])):
            _check(page, force)

    def write(self, results: Sequence[StoryResult]) -> None:
        """Write the pages, those of failed stories too. Raises InvalidInput or MachineCannot where that cannot be."""
        from lab.report.page import Listed, build_index, build_page

        for page, wanted, result in zip(self._pages, self._wanted, results, strict=True):
            text = build_page(result, self._language, _command(wanted, self._language))
            write_page(page, text, force=self._force)
        if self._index is not None:
            listed = [
                Listed(page.name, result.scenario.name, result.scenario.title, result.passed)
                for page, result in zip(self._pages, results, strict=True)
            ]
            write_page(self._index, build_index(listed, self._language), force=self._force)


def page_names(wanted: Sequence[str]) -> list[str]:
    """A file name for each story, none of them twice and none of them the index's."""
    taken = {INDEX}
    names = []
    for one in wanted:
        stem = Path(one).name.removesuffix(".toml")
        name, number = f"{stem}.html", 2
        while name.casefold() in taken:  # two letters that differ in case only are one on many disks
            name, number = f"{stem}-{number}.html", number + 1
        taken.add(name.casefold())
        names.append(name)
    return names


def write_page(path: Path, text: str, *, force: bool = False) -> None:
    """Put the page there in one step: a reader sees the old one or the new one. Raises as `WholeFile` does."""
    with WholeFile(path, Kind.PAGE, force=force) as file:
        file.write(text.encode("utf-8", "replace"))


def _make_folder(path: Path) -> None:
    if os.path.exists(path) and not os.path.isdir(path):
        raise InvalidInput(f"{path} is no folder, and several stories have a page each: name a folder")
    try:
        path.mkdir(exist_ok=True)
    except (OSError, ValueError) as error:
        raise cannot_write(str(path), error) from None


def _check(path: Path, force: bool) -> None:
    """Raises InvalidInput where a page may not or cannot be written."""
    if path.suffix.casefold() in REFUSED_SUFFIXES:
        raise InvalidInput(f"{path} is the name of a scenario, a journal or a capture: name the page .html")
    try:
        if os.path.isdir(path):
            raise InvalidInput(f"{path} is a folder: name a file in it, such as {path / 'page.html'}")
        if destination(path, Kind.PAGE, force=force) is None:
            return
        folder = path.resolve().parent
        if not folder.is_dir():
            raise InvalidInput(f"{path} cannot be written: there is no folder {folder}")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise InvalidInput(f"{path} cannot be written: no permission in {folder}")
    except (OSError, RuntimeError, ValueError) as error:  # too long a name, a link to itself, no right to look
        raise InvalidInput(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from None


def _command(wanted: str, language: str) -> str:
    return f"cucm-lab run {shlex.quote(wanted)}" + (f" --lang {language}" if language != "en" else "")
