"""Loopback addresses of this process alone: tests in several processes may run at once, and all want the same ports."""

from __future__ import annotations

import os

_PREFIX = f"127.{20 + os.getpid() // 250 % 50}.{os.getpid() % 250}"
SERVER, CLIENT = f"{_PREFIX}.1", f"{_PREFIX}.100"
PORT = 10069
"""Of the server, which any user may open."""
