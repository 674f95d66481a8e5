"""What lies in a folder of exports: its files and folders, without a look into any file, and without ever going in circles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from lab.base.failures import InvalidInput
from lab.exports.notes import Notes
from wire.plain_text import plain

MAX_FILES = 1_000_000
DEEPEST = 16
_OF_DESKTOPS = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "__macosx"})
"""What desktops leave behind; hidden files likewise."""


class File(NamedTuple):
    """A file, maybe by a link."""

    name: str
    path: str
    shown: str
    """Its path from the folder of exports, for messages."""
    is_link: bool
    is_hidden: bool
    """The operating system made it: it is searched for private keys, and for nothing else."""


@dataclass(slots=True)
class Folder:
    """A folder, with its files and folders by name."""

    name: str
    shown: str
    """Its path from the folder of exports; empty for that itself."""
    files: list[File] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """This folder itself, where it could not be read, and whatever lies in it and cannot be opened, as messages name it."""

    def everything_unread(self) -> Iterator[str]:
        """Of this folder and of all below."""
        yield from self.unread
        for folder in self.folders:
            yield from folder.everything_unread()

    def everything(self) -> Iterator[File]:
        """Its files, and those of all folders below."""
        yield from self.files
        for folder in self.folders:
            yield from folder.everything()


def look_through(folder: Path, notes: Notes) -> Folder:
    """The whole tree. Raises InvalidInput where the folder itself cannot be read, or holds more than any export."""
    try:
        with os.scandir(folder):
            pass
    except OSError as error:
        raise InvalidInput(f"{plain(str(folder))} cannot be read: {error.strerror}") from None
    return _Walk(notes).folder(str(folder), folder.name, "", ())


class _Walk:
    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._count = 0

    def folder(self, path: str, name: str, shown: str, above: tuple[tuple[int, int], ...]) -> Folder:
        found = Folder(name, shown)
        try:
            about = os.stat(path)
            with os.scandir(path) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            self._notes.add(shown, f"cannot be read: {error.strerror}", grave=True)
            found.unread.append(shown)
            return found
        here = about.st_dev, about.st_ino
        if here in above:
            self._notes.add(shown, "leads back to a folder above it, and was not followed")
            return found
        if len(above) >= DEEPEST:
            self._notes.add(shown, "lies too deep, and was not looked into", grave=True)
            found.unread.append(shown)
            return found
        self._count += len(entries)
        if self._count > MAX_FILES:
            raise InvalidInput(f"there are more than {MAX_FILES} files in this folder: name the folder of the exports")
        for entry in entries:
            self._enter(found, entry, (*above, here))
        return found

    def _enter(self, found: Folder, entry: os.DirEntry[str], above: tuple[tuple[int, int], ...]) -> None:
        shown = f"{found.shown}/{entry.name}" if found.shown else entry.name
        hidden = entry.name.startswith((".", "~$")) or entry.name.casefold() in _OF_DESKTOPS
        try:
            is_folder, is_file, is_link = entry.is_dir(), entry.is_file(), entry.is_symlink()
        except OSError as error:
            self._notes.add(shown, f"cannot be read: {error.strerror}", grave=True)
            found.unread.append(shown)
            return
        if is_folder:
            if not hidden:
                found.folders.append(self.folder(entry.path, entry.name, shown, above))
        elif is_file:
            found.files.append(File(entry.name, entry.path, shown, is_link, hidden))
        elif not hidden:
            problem = "is a link that leads nowhere" if is_link else "is no ordinary file"
            self._notes.add(shown, problem, grave=True)
            found.unread.append(shown)
