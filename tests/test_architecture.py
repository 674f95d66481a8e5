"""The code is built as docs/architecture.md says: what imports what, and what may print, wait or ask for the time."""

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
    "wire/tvs/",
    "wire/phone_file/",
    "wire/signed_files/",
    "wire/eap/",
    "wire/http/messages.py",
    "wire/vpn_http/",
    *(
        f"wire/tftp/{name}.py"
        for name in ("netascii", "numbers", "options", "packet", "receiver", "sender", "transfer")
    ),
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
SPEAK_SCCP = (
    "wire/sccp/",
    "phone_sim/sccp_",
    *(f"cucm_sim/{name}.py" for name in ("answers", "callmanager", "connection", "parameters", "station", "table")),
)
"""All others, boot, checks and administration among them, know a registration without its protocol."""
PRINTS = {"print", "click.echo", "click.secho", "click.style", "sys.stdout.write", "sys.stderr.write"}
PRINTERS = {"lab/base/terminal.py", "lab/render/progress.py"}
"""The second moves the cursor itself, and shows numbers only."""
MAX_MODULE_LINES = 600


def sources() -> list[Path]:
    """Every module of the project, tests aside."""
    return sorted(path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py"))


def offences(where: str, source: str) -> Iterator[str]:
    """What the module `where` (its path from the root, with slashes) does against the rules, one sentence each."""
    tree = ast.parse(source)
    package = where.split("/")[0]
    if not ast.get_docstring(tree):
        yield "has no docstring that says its one idea"
    if source.count("\n") > MAX_MODULE_LINES:
        yield f"is longer than {MAX_MODULE_LINES} lines: two ideas?"
    for module in imported_modules(tree, where):
        top = module.split(".")[0]
        if top in MAY_IMPORT and top not in MAY_IMPORT[package]:
            yield f"imports {module}, which {package} may not"
        if module.startswith("wire.sccp") and not where.startswith(SPEAK_SCCP):
            yield f"imports {module}, but a registration has no protocol here"
        if top in NOT_SANS_IO and where.startswith(SANS_IO):
            yield f"imports {module}, but bytes go in and out here without it"
    for name in used_names(tree):
        if name in PRINTS and where not in PRINTERS:
            yield f"prints ({name}); only lab/base/terminal.py does, which escapes what a terminal obeys"
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
def test_a_module_keeps_the_rules(path: Path) -> None:
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
        ("phone_sim/boot.py", "from wire.sccp import Reset"),
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
        ("lab/x.py", "print('hello')"),
        ("lab/verbs/x.py", "from click import echo\necho('hello')"),
        ("lab/verbs/x.py", "import sys\nsys.stderr.write('hello')"),
        ("wire/x.py", "import time\ntime.time()"),
        ("wire/x.py", "from time import time as now\nnow()"),
        ("cucm_sim/x.py", "import datetime\ndatetime.datetime.now()"),
        ("cucm_sim/x.py", "import datetime as dt\ndt.datetime.now(dt.UTC)"),
        ("pki/x.py", "from datetime import datetime\ndatetime.utcnow()"),
        ("pki/x.py", "from datetime import date\ndate.today()"),
        ("lab/x.py", "import time\ntime.localtime()"),
        ("lab/x.py", "x = 1\n" * (MAX_MODULE_LINES + 1)),
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
        ("cucm_sim/x.py", "import cucm_sim.database\nfrom wire.http.streams import get\nimport trio"),
        ("lab/x.py", "import phone_sim, cucm_sim, capf_sim, wire, pki, journal"),
        ("lab/x.py", "from lab.base.terminal import echo\necho('hello')"),
        ("wire/x.py", "class Page:\n    def print(self): ...\nPage().print()\nclock.now()\nself.time.time()"),
    ],
)
def test_what_the_rules_allow_is_no_offence(where: str, line: str) -> None:
    assert list(offences(where, f'"""One idea."""\n{line}\n')) == []


# Packages of lab

EVERY_PACKAGE = {"base", "cisco_data", "journal", "pki", "wire"}
"""What each package of `lab` may import."""
WITHOUT_ACTORS = {"base", "events", "case", "fleet", "operations", "explain", "exports"}
"""Packages of `lab` that may import no actor."""
LAB_MAY_IMPORT: dict[str, str] = {
    "base": "",
    "events": "",
    "case": "",
    "fleet": "",
    "operations": "fleet",
    "explain": "case operations",
    "scenario": "operations explain",
    "views": "events case",
    "capture": "views",
    "running": "operations fleet views case explain capture",
    "checks": "scenario views case explain running",
    "play": "scenario operations running checks views capture events",
    "render": "views scenario case explain checks play events",
    "report": "views scenario case explain checks play render events",
    "kept": "scenario running play capture render events",
    "exports": "fleet case",
    "whatif": "fleet operations exports scenario running case explain views play render report events",
    "quiz": "scenario play views case explain render operations",
    "testing": "running scenario play operations",
    "pytest_plugin": "testing running whatif scenario case explain render fleet operations exports views play",
    "doctor": "*",
    "bench": "*",
    "verbs": "*",
}
"""Package of `lab`: the packages of `lab` that it may import besides `base` and itself. `docs/architecture.md` says why."""


def package_of(module: str) -> str:
    """`wire`, or for what is in `lab` the package there; empty for `lab` itself."""
    top, _, rest = module.partition(".")
    return top if top != "lab" else rest.partition(".")[0]


def lab_offences(where: str, source: str) -> Iterator[str]:
    """What a module of a package of `lab` imports that it may not."""
    package = where.split("/")[1]
    allowed = LAB_MAY_IMPORT[package].split()
    for module in imported_modules(ast.parse(source), where):
        top = module.split(".")[0]
        if top not in MAY_IMPORT or module == "lab":
            continue
        if top in ACTORS:
            if package in WITHOUT_ACTORS:
                yield f"imports {module}: {package} knows no actor"
        elif (of := package_of(module)) not in {package, *EVERY_PACKAGE, *allowed} and (
            allowed != ["*"] or of == "verbs"
        ):
            yield f"imports {module}, which {package} may not"


def in_packages() -> list[Path]:
    return sorted(path for path in (ROOT / "lab").rglob("*.py") if path.parent != ROOT / "lab")


@pytest.mark.parametrize("path", in_packages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_package_of_the_lab_imports_what_the_table_allows(path: Path) -> None:
    assert list(lab_offences(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))) == []


def test_the_table_has_each_package_and_no_cycle() -> None:
    packages = {path.parent.name for path in (ROOT / "lab").glob("*/__init__.py")}
    assert packages <= set(LAB_MAY_IMPORT)
    done: set[str] = set()
    for package, allowed in LAB_MAY_IMPORT.items():
        assert allowed == "*" or done.issuperset(allowed.split()), f"{package} imports what comes after it"
        done.add(package)


def test_the_document_has_the_same_table() -> None:
    text = (
        (ROOT / "docs" / "architecture.md")
        .read_text("utf-8")
        .partition("## Packages of `lab`")[2]
        .partition("\n## ")[0]
    )
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    told = {row[0]: ("*" if row[2] == "every package" else row[2], "(no actors)" in row[1]) for row in rows[2:]}
    assert told == {name: (allowed, name in WITHOUT_ACTORS) for name, allowed in LAB_MAY_IMPORT.items()}


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("lab/fleet/x.py", "import phone_sim.events"),
        ("lab/explain/x.py", "from lab.views import cases_of"),
        ("lab/views/x.py", "from lab.render import text"),
        ("lab/views/x.py", "import lab.running.lab"),
        ("lab/play/x.py", "def f():\n    from lab.verbs import show"),
        ("lab/bench/x.py", "from lab.verbs import show"),
    ],
)
def test_a_planted_import_across_packages_is_seen(where: str, line: str) -> None:
    assert len(list(lab_offences(where, line))) == 1


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("lab/fleet/x.py", "from wire.tls import TlsVersion"),
        ("lab/explain/x.py", "from lab.case import Case\nimport lab.base.texts"),
        ("lab/views/x.py", "import phone_sim.events, lab.events.story"),
        ("lab/verbs/x.py", "import lab.play.runner, lab.verbs.options"),
    ],
)
def test_an_import_that_the_table_allows_is_no_offence(where: str, line: str) -> None:
    assert list(lab_offences(where, line)) == []


def test_explaining_loads_few_modules() -> None:
    """At most 64 of this project."""
    code = f"import sys, lab.explain; print(sum(m.split('.')[0] in {set(MAY_IMPORT)} for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(done.stdout) <= 64


def test_the_rules_are_loaded_without_actors() -> None:
    code = "import sys, lab.explain; print([m for m in sys.modules if m.split('.')[0] in {0} or m[:8] == 'lab.play'])"
    done = subprocess.run(
        [sys.executable, "-c", code.replace("{0}", str(ACTORS))], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
