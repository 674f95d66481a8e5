"""What the verb `whatif` does once its options are read: opens the source, asks, and writes the answer wherever it is wanted."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.base import inputs
from lab.base.exits import AS_EXPECTED, INTERRUPTED, NOT_AS_EXPECTED, UNDECIDED
from lab.base.failures import InvalidInput, shown, suggestion
from lab.base.language import Catalogue
from lab.base.outputs import Kind
from lab.base.whole_file import WholeFile
from lab.exports.certificates import read_file
from lab.exports.devices import device_named
from lab.fleet.findings import InputFinding
from lab.fleet.model import Fleet
from lab.operations.steps import Step
from lab.render.progress import ProgressLine
from lab.whatif import names
from lab.whatif.certificate_warnings import without_certificate_warnings
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.evaluate import ChangeRequest, evaluate
from lab.whatif.impact_report import ImpactReport
from lab.whatif.interrupts import interrupts_noted
from lab.whatif.offline import Absence, absence_of, answer_with
from lab.whatif.options import steps_of_options
from lab.whatif.plan_file import Plan, load_plan
from lab.whatif.plan_steps import steps_of_plan
from lab.whatif.render import baseline, data, text
from lab.whatif.render.baseline_file import from_toml_untrusted
from lab.whatif.render.difference import Difference, difference
from lab.whatif.render.regressions import with_regressions
from lab.whatif.source import NetworkSource, open_source
from lab.whatif.workers import workers_for
from wire.plain_text import plain

Options = Mapping[str, Any]
"""Of the command, by their names in Python."""


@dataclass(frozen=True, slots=True)
class Result:
    answer: ImpactReport
    difference: Difference | None
    """From a baseline, where one was given."""
    _say: Catalogue
    _show_all: bool

    _accept_unknown: bool

    @property
    def exit_code(self) -> int:
        """130 for half an answer; 1 where a phone loses a service, with a baseline one that it had there; 4 where not everything
        could be judged, unless that is accepted; else 0."""
        if not self.answer.complete:
            return INTERRUPTED
        harms = self.difference.breaks if self.difference is not None else self.answer.harms
        if harms:
            return NOT_AS_EXPECTED
        return AS_EXPECTED if self.answer.all_judged or self._accept_unknown else UNDECIDED

    @property
    def data(self) -> object:
        """For --json."""
        return data.answer_data(self.answer, self.difference, self._say)

    def show(self) -> None:
        if self.difference is not None:
            text.write_difference(self.difference, self._say, self.answer)
        else:
            text.write(self.answer, self._say, show_all=self._show_all)


@without_certificate_warnings()
def answer(source: str, options: Options) -> Result:
    """Everything but the printing. Raises InvalidInput, MachineCannot, NoAddress, TlsUnavailable."""
    say = Catalogue(options["language"])
    against: Path | None = options["against"]
    former = from_toml_untrusted(read_file(against), str(against), again(source, options)) if against else None
    for path in _inputs(source, options):  # known before they are opened, which may take long
        inputs.remember(path)
    with _outputs(source, options) as files:
        now = names.moment_named(options["now"]) if options["now"] else None
        opened = open_source(source, now, options.get("release") or "", after_story=options["play"])
        _refuse_among_inputs(opened.name, options)
        factory = CredentialFactory(opened.fleet, opened.keys)
        steps, findings = _steps(opened, factory, options)
        explain = tuple(_devices(opened.fleet, options["explain"]))
        absence = _absence(opened.fleet, options)
        counted = "phones" if options["every_phone"] else "classes of phones"
        with (
            workers_for(options["scheduler"], options["jobs"]) as workers,
            _progress(counted) as done,
            interrupts_noted() as check_interrupt,
        ):

            def answer_of(fleet: Fleet) -> ImpactReport:
                return evaluate(
                    ChangeRequest(fleet, steps, opened.name, (*opened.findings, *findings), explain),
                    opened.keys,
                    factory=factory,
                    every_phone=options["every_phone"],
                    workers=workers,
                    say=say,
                    propose=not options["no_order"],
                    done=done,
                    check_interrupt=check_interrupt,
                )

            found = answer_with(absence, opened.fleet, answer_of, say)
        if "write_baseline" in files and found.complete:  # a baseline of a part would call the rest of the phones gone
            files["write_baseline"].write(baseline.write(found))
        differs = None
        if former is not None:
            differs = difference(former, baseline.entries_by_device(found), complete=found.complete)
            found = with_regressions(found, differs, say)
        _write(files, found, say, options)
    return Result(found, differs, say, options["show_all"], options["accept_unknown"])


_CHANGES = (
    ("remove", "--remove"),
    ("from_", "--from"),
    ("add", "--add"),
    ("to", "--to"),
    ("regenerate", "--regenerate"),
    ("min_tls", "--min-tls"),
    ("at", "--at"),
    ("move", "--move"),
    ("offline", "--offline"),
    ("offline_before", "--offline-before"),
    ("plan_file", "--plan"),
    ("now", "--now"),
    ("release", "--release"),
)
"""Options that decide what a baseline holds, by their names in Python."""


def again(source: str, options: Options) -> str:
    """The command that writes the baseline of `--against` again."""
    words = ["cucm-lab", "whatif", source]
    for key, option in _CHANGES:
        given = options.get(key)
        for value in given if isinstance(given, tuple | list) else [given] if given is not None else []:
            words += [option, str(value)]
    words += ["--play"] if options.get("play") else []
    return plain(shlex.join([*words, "--write-baseline", str(options["against"])]))


def _devices(fleet: Fleet, written: Sequence[str]) -> Iterator[str]:
    """Device names in any spelling. Raises InvalidInput for one that no phone has."""
    known = [phone.device_name for phone in fleet.phones]
    for text_ in written:
        name = device_named(text_) or text_
        if name not in known:
            raise InvalidInput(f"--explain: there is no phone {shown(text_)}{suggestion(text_, known)}")
        yield name


def _absence(fleet: Fleet, options: Options) -> Absence:
    before = names.moment_named(options["offline_before"]) if options["offline_before"] else None
    return absence_of(fleet, options["offline"], before)


def _inputs(source: str, options: Options) -> list[Path]:
    named = (source, options["plan_file"], *options["add"], *options["remove"], *options["offline"])
    return [Path(each) for each in named if each]


def write_sample_folder(folder: Path) -> str:
    """Writes it; gives the sentence that says so. Raises InvalidInput for a folder that holds something."""
    from lab.whatif.sample import write_sample

    write_sample(folder)
    return f"{folder} is a folder of exports now; try: cucm-lab whatif {folder} --remove CAPF --from CallManager-trust"


def _steps(
    opened: NetworkSource, factory: CredentialFactory, options: Options
) -> tuple[tuple[Step, ...], tuple[InputFinding, ...]]:
    """Of the options, then of the plan."""
    plan: Plan | None = opened.plan
    if options["plan_file"] is not None:
        if plan is not None:
            raise InvalidInput(
                f"{plan.path} is a plan itself: leave out --plan, or name its folder or story as the source"
            )
        plan = load_plan(options["plan_file"])
    steps, fleet = steps_of_options(opened.fleet, factory, options)
    if plan is None:
        return steps, ()
    planned, findings = steps_of_plan(fleet, factory, plan, len(steps) + 1)
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


def _write(files: Mapping[str, WholeFile], found: ImpactReport, say: Catalogue, options: Options) -> None:
    """JUnit and page."""
    if "junit_path" in files:
        from lab.whatif.render.junit import junit_xml

        files["junit_path"].write(junit_xml(found, say, accept_unknown=options["accept_unknown"]))
    if "report_path" in files:
        from lab.whatif.render.page import build_page

        files["report_path"].write(build_page(found, say).encode())


@contextmanager
def _progress(what: str) -> Iterator[Any]:
    """Draws on a terminal what it is told, so many of `what`; gone at the end."""
    progress = ProgressLine(what)
    try:
        yield progress.show
    finally:
        progress.clear()
