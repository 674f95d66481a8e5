"""The house stands as docs/architecture.md draws it: who imports whom, who may print, wait or ask for the time."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ACTORS = ("phone_sim", "cucm_sim", "capf_sim", "edge_sim")
BELOW_ACTORS = {"wire", "journal", "pki", "cisco_data"}
MAY_IMPORT = {
    "cisco_data": {"cisco_data"},
    "journal": {"journal"},
    "pki": {"pki"},
    "wire": BELOW_ACTORS,
    **{actor: BELOW_ACTORS | {actor} for actor in ACTORS},
    "lab": {"lab", *ACTORS, *BELOW_ACTORS},
}
SANS_IO = (
    "wire/sccp/",
    "wire/capf/",
    "wire/phone_file/",
    "wire/eap/",
    "wire/relay/",
    "wire/http/messages.py",
    "wire/vpn_http/",
    "wire/cstp.py",
    "wire/xml_tree.py",
    "wire/buffer.py",
    "wire/errors.py",
    "wire/tls/engine.py",
)
NOT_SANS_IO = {"trio", "socket", "ssl", "asyncio", "threading", "select", "selectors"}
WALL_CLOCK = {
    *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "asctime", "strftime")),
    *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
    "datetime.date.today",
}
LONGEST_MODULE = 600


def sources() -> list[Path]:
    """Every module of ours, tests aside."""
    return sorted(path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py"))


def offences(where: str, source: str) -> Iterator[str]:
    """What the module `where` (its path from the root, with slashes) does against the rules, one sentence each."""
    tree = ast.parse(source)
    package = where.split("/")[0]
    if not ast.get_docstring(tree):
        yield "has no docstring that says its one idea"
    if source.count("\n") > LONGEST_MODULE:
        yield f"is longer than {LONGEST_MODULE} lines: two ideas?"
    for module in imported_modules(tree, where):
        top = module.split(".")[0]
        if top in MAY_IMPORT and top not in MAY_IMPORT[package]:
            yield f"imports {module}, which {package} may not"
        if top in NOT_SANS_IO and where.startswith(SANS_IO):
            yield f"imports {module}, but bytes go in and out here without it"
    for name in used_names(tree):
        if name == "print" and package != "lab":
            yield "prints; only lab talks to people"
        if name in WALL_CLOCK and package != "journal":
            yield f"asks the host's clock ({name}); lab time comes from the journal"


def imported_modules(tree: ast.AST, where: str) -> Iterator[str]:
    """Every module that is imported anywhere in the source, be it inside a function or only for type checkers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = where.split("/")[: -node.level] if node.level else []
            yield ".".join([*above, *([node.module] if node.module else [])])
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("importlib.import_module", "__import__"):
            first = node.args[0] if node.args else None
            yield first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else "lab"


def used_names(tree: ast.AST) -> Iterator[str]:
    """Every name and dotted name that is used, as its module calls it: aliases of imports are followed."""
    real = {
        alias.asname or alias.name: f"{prefix}{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for prefix in [f"{node.module}." if isinstance(node, ast.ImportFrom) else ""]
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            head, dot, rest = ast.unparse(node).partition(".")
            yield real.get(head, head) + dot + rest


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_keeps_the_rules_of_the_house(path: Path) -> None:
    assert list(offences(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))) == []


def test_every_package_that_is_built_is_looked_at() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages <= set(MAY_IMPORT)
    assert packages >= set(MAY_IMPORT)


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("journal/x.py", "import pki"),
        ("journal/x.py", "from wire.errors import ProtocolError"),
        ("pki/x.py", "import journal"),
        ("wire/x.py", "from cucm_sim.database import Device"),
        ("wire/x.py", "import lab.play.runner as anything"),
        ("wire/x.py", "from ..lab import runner"),
        ("phone_sim/x.py", "import cucm_sim"),
        ("cucm_sim/x.py", "from capf_sim import service"),
        ("capf_sim/x.py", "def f():\n    from cucm_sim import database"),
        ("capf_sim/x.py", "if TYPE_CHECKING:\n    import phone_sim.flash"),
        ("phone_sim/x.py", "import importlib\nimportlib.import_module('cucm_sim')"),
        ("phone_sim/x.py", "import importlib\nimportlib.import_module(anything)"),
        ("phone_sim/x.py", "import lab"),
        ("wire/sccp/x.py", "import trio"),
        ("wire/capf/x.py", "from trio import sleep"),
        ("wire/phone_file/x.py", "import trio.testing"),
        ("wire/buffer.py", "import socket"),
        ("wire/errors.py", "import ssl"),
        ("wire/tls/engine.py", "import trio"),
        ("wire/x.py", "print('x')"),
        ("phone_sim/x.py", "tell = print"),
        ("wire/x.py", "import time\ntime.time()"),
        ("wire/x.py", "from time import time as now\nnow()"),
        ("cucm_sim/x.py", "import datetime\ndatetime.datetime.now()"),
        ("cucm_sim/x.py", "import datetime as dt\ndt.datetime.now(dt.UTC)"),
        ("pki/x.py", "from datetime import datetime\ndatetime.utcnow()"),
        ("pki/x.py", "from datetime import date\ndate.today()"),
        ("lab/x.py", "import time\ntime.localtime()"),
        ("lab/x.py", "x = 1\n" * (LONGEST_MODULE + 1)),
    ],
)
def test_a_planted_offence_is_seen(where: str, line: str) -> None:
    assert len(list(offences(where, f'"""One idea."""\n{line}\n'))) == 1


def test_a_module_without_a_docstring_is_seen() -> None:
    assert list(offences("pki/x.py", "import os\n"))
    assert list(offences("pki/__init__.py", ""))


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("journal/x.py", "import time\ntime.time()"),
        ("journal/x.py", "from datetime import datetime\ndatetime.now()"),
        ("pki/x.py", "from datetime import datetime\nalways = datetime(2026, 1, 1)"),
        ("pki/x.py", "import time\ntime.monotonic()"),
        ("wire/x.py", "import trio\nfrom journal import Event\nfrom pki import Identity"),
        ("wire/tls/stream.py", "import trio\nfrom wire.tls import engine"),
        ("wire/sccp/x.py", "from wire.buffer import Reader\nfrom . import numbers"),
        ("cucm_sim/x.py", "import cucm_sim.database\nfrom wire.http import get\nimport trio"),
        ("lab/x.py", "import phone_sim, cucm_sim, capf_sim, wire, pki, journal\nprint('hello')"),
        ("wire/x.py", "class Page:\n    def print(self): ...\nPage().print()\nclock.now()\nself.time.time()"),
    ],
)
def test_what_the_rules_allow_is_no_offence(where: str, line: str) -> None:
    assert list(offences(where, f'"""One idea."""\n{line}\n')) == []


# Packages of lab that are apart from the actors

WITHOUT_ACTORS = {
    "lab/case/": {"lab.case", "lab.texts"},
    "lab/explain/": {"lab.case", "lab.explain", "lab.operations", "lab.texts", "lab.language"},
}
"""What these may import of `lab`; of the actors nothing."""


@pytest.mark.parametrize("folder", WITHOUT_ACTORS)
def test_cases_and_their_rules_know_no_actor_and_no_event(folder: str) -> None:
    allowed = WITHOUT_ACTORS[folder]
    for path in sorted((ROOT / folder).glob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        for module in imported_modules(ast.parse(path.read_text("utf-8")), where):
            top = module.split(".")[0]
            assert top not in (*ACTORS, "journal"), f"{where} imports {module}"
            assert top != "lab" or ".".join(module.split(".")[:2]) in allowed, f"{where} imports {module}"


def test_the_rules_are_loaded_without_actors() -> None:
    code = "import sys, lab.explain; print([m for m in sys.modules if m.split('.')[0] in {0} or m[:8] == 'lab.play'])"
    done = subprocess.run(
        [sys.executable, "-c", code.replace("{0}", str(ACTORS))], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
