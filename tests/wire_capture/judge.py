"""What tshark says of a capture."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

Rows = list[dict[str, str]]


def tshark(path: Path, *more: str, fields: Sequence[str] = ("frame.number",), only: str = "") -> Rows:
    """One row a packet. Checksums are checked; sequence numbers are as on the wire."""
    command = [
        "tshark",
        "-r",
        str(path),
        "-o",
        "ip.check_checksum:TRUE",
        "-o",
        "tcp.check_checksum:TRUE",
        "-T",
        "fields",
    ]
    command += [*more, *(["-Y", only] if only else []), "-E", "separator=|"]
    for name in fields:
        command += ["-e", name]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return [dict(zip(fields, line.split("|"), strict=True)) for line in run.stdout.splitlines()]
