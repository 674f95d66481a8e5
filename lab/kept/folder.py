"""A kept lab: one folder that holds what a lab is made of, and every run that was played in it.

    DIR/lab.toml              what is in it, and which run made it
    DIR/scenario.toml         the story as its author wrote it
    DIR/lock                  held while a run is in it
    DIR/pki/                  certificates of all authorities; keys of CallManager and CAPF in pki/private
    DIR/phones/SEP.../        each phone's flash
    DIR/clusters/NAME.sqlite  each cluster's configuration
    DIR/clusters/NAME/NODE/   each node's certificates, keys, trust stores and trust lists
    DIR/logs/                 what consoles and servers wrote
    DIR/runs/NAME-1/          what was noted of a run

This is format 2. Format 1 had no scenario.toml, no node's folder and no logs: the keys of a phone were beside its certificates, and
logs were in the run's folder. A run in a folder of format 1 puts that away as it is.

A run builds its lab anew. What the run before it built moves into that run's folder, so nothing is ever overwritten. Each step
on the way is one rename, and whatever was half done when the process was killed is finished by the next run.
"""

from __future__ import annotations

import fcntl
import json
import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lab.base import inputs
from lab.base.failures import InvalidInput, shown
from lab.base.outputs import cannot_write
from lab.scenario.model import Scenario, device_names

FORMAT, FORMER_FORMATS = 2, (1,)
"""Of lab.toml; a folder of a later one is refused."""
LAB_FILE = "lab.toml"
RUNS = "runs"
SCENARIO_FILE = "scenario.toml"
LOGS = "logs"
STATE = ("pki", "phones", "clusters", LOGS)
"""What a run builds."""
_LOCK, _FORMER_LOCK = "lock", ".lock"
_MAX_LAB_FILE = 16 * 1024 * 1024
"""Octets."""
_MAX_RUNS = 100_000


class KeptLab:
    """Holds the folder for one run, against other runs in it, until it is closed or the process is gone."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder where there is none. Raises InvalidInput where it is something else, or in use."""
        self.folder = folder
        self._lock: int | None = None
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._check()
            self._lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise InvalidInput(f"{folder} is in use by another run; wait for its end, or name another folder") from None
        except FileExistsError:
            raise InvalidInput(f"{folder} is no folder, and a kept lab is one") from None
        except OSError as error:
            self.close()
            raise cannot_write(str(folder), error) from None

    def _check(self) -> None:
        if (self.folder / LAB_FILE).exists():
            read_lab(self.folder)
        elif not {_LOCK, _FORMER_LOCK, f".{LAB_FILE}.new"}.issuperset(os.listdir(self.folder)):
            raise InvalidInput(f"{self.folder} is not empty and holds no kept lab: name an empty folder, or a new one")

    def new_run(self, scenario: Scenario) -> Path:
        """A folder for a run of it, and free places for what it builds. Raises OSError where the disk does not let it."""
        if (self.folder / LAB_FILE).exists():
            self._put_away(str(read_lab(self.folder).get("run", "")))
        self._describe(scenario, "")
        runs = self.folder / RUNS
        runs.mkdir(mode=0o700, exist_ok=True)
        for number in range(1, _MAX_RUNS):
            try:
                (run := runs / f"{scenario.name}-{number}").mkdir(mode=0o700)
            except FileExistsError:
                continue
            self._describe(scenario, run.name)
            for part in STATE:
                (self.folder / part).mkdir(mode=0o700)
            if scenario.source:
                put(self.folder / SCENARIO_FILE, scenario.source.encode())
            return run
        raise InvalidInput(f"{self.folder} holds {_MAX_RUNS} runs: name another folder")

    def _put_away(self, run: str) -> None:
        """What that run built, into its folder."""
        for part in (*STATE, SCENARIO_FILE):
            if (self.folder / part).exists():
                place = self.folder / RUNS / (Path(run).name or "unknown") / "lab"
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
                (self.folder / part).rename(place / part)

    def _describe(self, scenario: Scenario, run: str) -> None:
        devices = device_names(scenario)
        lines = [
            f"format = {FORMAT}",
            f"scenario = {_quoted(scenario.name)}",
            f"title = {_quoted(scenario.title)}",
            f"starts = {scenario.starts.isoformat()}",
            f"run = {_quoted(run)}",
        ]
        for name, cluster in scenario.clusters.items():
            lines += ["", f"[clusters.{_quoted(name)}]", f"mode = {_quoted(cluster.mode)}"]
            lines += [f"release = {_quoted(cluster.release)}"] if cluster.release else []
            lines += [f"file = {_quoted(f'clusters/{name}.sqlite')}"]
            lines += [f"nodes = [{', '.join(_quoted(node.name) for node in cluster.cast_nodes(name))}]"]
        for name, phone in scenario.phones.items():
            lines += ["", f"[phones.{_quoted(name)}]", f"device = {_quoted(devices[name])}"]
            lines += [f"model = {_quoted(phone.model)}"]
            lines += [f"cluster = {_quoted(phone.cluster)}", f"profile = {_quoted(phone.profile)}"]
        put(self.folder / LAB_FILE, "\n".join([*lines, ""]).encode())

    def close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> KeptLab:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_lab(folder: Path) -> dict[str, Any]:
    """What lab.toml says. Raises InvalidInput for a file that is not a lab's, or is of a later format."""
    path = folder / LAB_FILE
    try:
        found = tomllib.loads(inputs.read(path, _MAX_LAB_FILE).decode())
    except (inputs.CannotRead, ValueError, RecursionError):
        raise InvalidInput(f"{path} cannot be read as a kept lab's: name another folder") from None
    if found.get("format") not in (FORMAT, *FORMER_FORMATS):
        given = shown(str(found.get("format")))
        raise InvalidInput(f"{path} has the format {given}, and this lab knows {FORMAT}: name another folder")
    return found


def folder_of_each(folder: Path, scenarios: Sequence[Scenario]) -> list[Path]:
    """A folder in it for each of several stories, each a kept lab. Raises InvalidInput where the folder is something else."""
    names = [scenario.name for scenario in scenarios]
    for name in names:
        if names.count(name) > 1:
            raise InvalidInput(
                f"--keep needs stories of different names, and {name} is there {names.count(name)} times"
            )
    try:
        found = os.listdir(folder)
    except FileNotFoundError:
        found = []
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be used: {error.strerror}") from None
    if LAB_FILE in found:
        raise InvalidInput(f"{folder} is the kept lab of one story: name another folder for several")
    for name in found:
        if not (folder / name / LAB_FILE).exists() and name not in names:
            raise InvalidInput(f"{folder} holds {name}, which is no kept lab: name an empty folder, or a new one")
    return [folder / name for name in names]


def put(path: Path, octets: bytes, *, durable: bool = True) -> None:
    """Write a private file, mode 0600, in one step: a reader sees the old one or the new one. Raises OSError.

    `durable`: also where the machine's power fails.
    """
    beside = path.with_name(f".{path.name}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(octets)
        file.flush()
        if durable:
            os.fsync(file.fileno())
    os.replace(beside, path)


def _quoted(text: str) -> str:
    """A TOML string: JSON's, but for one letter."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
