"""What every JUnit file of the lab shares: where it may be written, how seconds are spelled, what XML cannot hold."""

from __future__ import annotations

import re
from pathlib import Path

from lab.base.failures import InvalidInput
from lab.base.outputs import Kind
from lab.base.whole_file import WholeFile

OTHER_FILES = (".toml", ".jsonl", ".pcap", ".pcapng", ".html", ".htm")
"""Names of scenarios, journals, captures and pages, which a report would overwrite."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""


def junit_file(path: Path, *, force: bool = False) -> WholeFile:
    """The file for it. Raises InvalidInput where it cannot be written, or has the name of something else."""
    if path.suffix in OTHER_FILES:
        raise InvalidInput(f"{path} is the name of another kind of file: name the JUnit report .xml")
    return WholeFile(path, Kind.JUNIT, force=force)


def seconds(number: float) -> str:
    return f"{number:.3f}"


def xml_text(text: str) -> str:
    """With `?` for what XML cannot hold."""
    return _NOT_XML.sub("?", text)
