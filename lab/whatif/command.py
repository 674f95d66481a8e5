"""What the verb `whatif` does once its options are read: opens the source, asks, and writes the answer wherever it is wanted."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import inputs
from lab.exports.certificates import read_file
from lab.failures import InvalidInput
from lab.fleet.findings import Finding
from lab.language import Catalogue
from lab.operations.steps import Step
from lab.outputs import Kind
from lab.render.progress import Progress
from lab.whatif import names
from lab.whatif.answer import Answer
from lab.whatif.ask import Question, ask
from lab.whatif.crews import crew_for
from lab.whatif.interrupts import heeded
from lab.whatif.options import steps_of_options
from lab.whatif.plan_file import Plan, load_plan
from lab.whatif.plan_steps import steps_of_plan
from lab.whatif.render import baseline, data, text
from lab.whatif.render.baseline_file import from_toml_untrusted
from lab.whatif.render.difference import Difference, difference
from lab.whatif.source import Source, open_source
from lab.whatif.strangers import unwarned
from lab.whatif.twin_shop import TwinShop
from lab.whole_file import WholeFile

Options = Mapping[str, Any]
"""Of the command, by their names in Python."""


@dataclass(frozen=True, slots=True)
class Result:
    answer: Answer
    difference: Difference | None
    """From a baseline, where one was given."""
    _say: Catalogue
    _show_all: bool

    @property
    def bad(self) -> bool:
        """Whether something breaks, at the end or on the way; with a baseline, whether something breaks that did not in there."""
        if self.difference is not None:
            return self.difference.breaks
        return self.answer.breaks or self.answer.outage > 0

    @property
    def data(self) -> object:
        """For --json."""
        return data.answer_data(self.answer, self.difference)

    def show(self) -> None:
        if self.difference is not None:
            text.write_difference(self.difference, self._say)
        else:
            text.write(self.answer, self._say, show_all=self._show_all)


@unwarned()
def answer(source: str, options: Options) -> Result:
    """Everything but the printing. Raises InvalidInput, MachineCannot, NoAddress, TlsUnavailable."""
    say = Catalogue(options["language"])
    against: Path | None = options["against"]
    former = from_toml_untrusted(read_file(against), str(against)) if against is not None else None
    for path in _inputs(source, options):  # known before they are opened, which may take long
        inputs.remember(path)
    with _outputs(source, options) as files:
        now = names.moment_named(options["now"]) if options["now"] else None
        opened = open_source(source, now, after_story=options["play"])
        _refuse_among_inputs(opened.name, options)
        shop = TwinShop(opened.fleet, opened.keys)
        steps, findings = _steps(opened, shop, options)
        question = Question(opened.fleet, steps, opened.name, (*opened.findings, *findings))
        counted = "phones" if options["every_phone"] else "classes of phones"
        with crew_for(options["scheduler"], options["jobs"]) as crew, _progress(counted) as done, heeded() as heed:
            found = ask(
                question,
                opened.keys,
                shop=shop,
                every_phone=options["every_phone"],
                crew=crew,
                say=say,
                propose=not options["no_order"],
                done=done,
                heed=heed,
            )
        differs = None
        if former is not None:
            differs = difference(former, baseline.standings(found), complete=found.complete)
        for kind, file in files.items():
            _write(kind, file, found, say)
    return Result(found, differs, say, options["show_all"])


def _inputs(source: str, options: Options) -> list[Path]:
    return [Path(named) for named in (source, options["plan_file"], *options["add"], *options["remove"]) if named]


def write_sample_folder(folder: Path) -> str:
    """Writes it; gives the sentence that says so. Raises InvalidInput for a folder that holds something."""
    from lab.exports.sample import write_sample

    write_sample(folder)
    return f"{folder} is a folder of exports now; try: cucm-lab whatif {folder} --remove CAPF --from CallManager-trust"


def _steps(opened: Source, shop: TwinShop, options: Options) -> tuple[tuple[Step, ...], tuple[Finding, ...]]:
    """Of the options, then of the plan."""
    plan: Plan | None = opened.plan
    if options["plan_file"] is not None:
        if plan is not None:
            raise InvalidInput(
                f"{plan.path} is a plan itself: leave out --plan, or name its folder or story as the source"
            )
        plan = load_plan(options["plan_file"])
    steps, fleet = steps_of_options(opened.fleet, shop, options)
    if plan is None:
        return steps, ()
    planned, findings = steps_of_plan(fleet, shop, plan, len(steps) + 1)
    return (*steps, *planned), findings


def _refuse_among_inputs(source: str, options: Options) -> None:
    """Raises InvalidInput for an output inside a folder of exports, where the next run would read it."""
    if not os.path.isdir(source):
        return
    for path in (options[key] for key in _OUTPUTS):
        if path is not None and Path(os.path.realpath(source)) in Path(os.path.realpath(path)).parents:
            raise InvalidInput(f"{path} would stand among the inputs: name a file outside {source}")


_OUTPUTS = ("junit_path", "report_path", "write_baseline")
_KINDS = {"report_path": Kind.PAGE, "write_baseline": Kind.BASELINE}


@contextmanager
def _outputs(source: str, options: Options) -> Iterator[dict[str, WholeFile]]:
    """The files that the answer goes to, opened before the work; none of them among the inputs."""
    from lab.whatif.render.junit import junit_file

    _refuse_among_inputs(source, options)
    with ExitStack() as stack:
        files: dict[str, WholeFile] = {}
        for kind in _OUTPUTS:
            path: Path | None = options[kind]
            if path is None:
                continue
            force = bool(options.get("force"))
            files[kind] = stack.enter_context(
                junit_file(path, force=force) if kind == "junit_path" else WholeFile(path, _KINDS[kind], force=force)
            )
        yield files


def _write(kind: str, file: WholeFile, found: Answer, say: Catalogue) -> None:
    if kind == "junit_path":
        from lab.whatif.render.junit import junit_xml

        file.write(junit_xml(found, say))
    elif kind == "report_path":
        from lab.whatif.render.page import build_page

        file.write(build_page(found, say).encode())
    elif found.complete:  # a baseline of a part would call the rest of the phones gone
        file.write(baseline.write(found))


@contextmanager
def _progress(what: str) -> Iterator[Any]:
    """Draws on a terminal what it is told, so many of `what`; gone at the end."""
    progress = Progress(what)
    try:
        yield progress.show
    finally:
        progress.clear()
