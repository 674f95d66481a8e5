"""The pytest plugin: fixtures `lab`, `cluster`, `phone`, `capf` and `trust_change`, and the story or network that a mark names.

pytest loads this module in every run on a machine that has the lab installed, so it imports pytest and nothing else: the lab
itself comes when a test asks for a fixture.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lab.pytest_plugin.assertion_log import AssertionLog
    from lab.pytest_plugin.devices import PluginCapf, PluginCluster, PluginPhone
    from lab.pytest_plugin.network import PluginLab
    from lab.pytest_plugin.trust_change import TrustChange

SCENARIO, EXPORTS = "cucm_scenario", "cucm_exports"
"""The marks; the second is an option of the ini file as well."""
NOW = "cucm_now"
_MARKS = (
    f"{SCENARIO}(name, play=True): `lab` is this story of the gallery, or TOML file beside the test, as it ends when it is"
    " played over real sockets; the test fails where the story does. With play=False it is its network before the first step.",
    f"{EXPORTS}(folder, now=None): `lab` is the network that this folder of exports, beside the test, tells of.",
)
_log: pytest.StashKey[AssertionLog] = pytest.StashKey()
_lab: pytest.StashKey[PluginLab] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(EXPORTS, "folder of exports that `lab` tells of where no mark says otherwise", default="")
    parser.addini(NOW, "the day, or moment, at which exports are looked at; today where it is left out", default="")


def pytest_configure(config: pytest.Config) -> None:
    for mark in _MARKS:
        config.addinivalue_line("markers", mark)


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> PluginLab:
    """The network of this test: empty and to be built in, or what its mark names.

    An empty one stays in memory; a story of a mark is played over real sockets of the loopback interface first.
    """
    from lab.pytest_plugin.assertion_log import AssertionLog
    from lab.pytest_plugin.network import PluginLab
    from lab.pytest_plugin.origin import origin_of
    from lab.pytest_plugin.plainly import plainly

    log = request.node.stash[_log] = AssertionLog()
    made = request.node.stash[_lab] = PluginLab(plainly(origin_of, at_line=False)(request.node), log)
    return made


@pytest.fixture
def cluster(lab: PluginLab) -> PluginCluster:
    """The lab's only cluster; in an empty lab a mixed-mode cluster `hq`."""
    from lab.pytest_plugin.plainly import plainly

    return plainly(lab.only_cluster, at_line=False)()


@pytest.fixture
def capf(cluster: PluginCluster) -> PluginCapf:
    """The CAPF of `cluster`."""
    return cluster.capf


@pytest.fixture
def phone(lab: PluginLab) -> PluginPhone:
    """The lab's only phone; in an empty lab an 8861 with an Encrypted profile, a MIC, and an LSC of its cluster's CAPF."""
    from lab.pytest_plugin.plainly import plainly

    return plainly(lab.only_phone, at_line=False)()


@pytest.fixture
def trust_change(lab: PluginLab) -> TrustChange:
    """Asks what a change would break, and changes nothing: takes the words of the options of `cucm-lab whatif`."""
    from lab.pytest_plugin.trust_change import TrustChange

    return TrustChange(lab)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A mark counts also for a test that asks for no fixture."""
    if item.get_closest_marker(SCENARIO) is not None:
        names: list[str] = getattr(item, "fixturenames", ["lab"])
        if "lab" not in names:
            names.append("lab")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """A story that did not go as it says is a failed test, and not an error of a fixture."""
    made = item.stash.get(_lab, None)
    if made is not None and made.story_failed:
        pytest.fail(made.story_failed, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The explanation goes below the assertion that it explains."""
    report = yield
    log = item.stash.get(_log, None)
    if log is not None and report.failed and call.excinfo is not None:
        for title, text in log.about(call.excinfo.tb):
            _add_section(report, title, text)
    return report


FAULT_OF_THE_LAB = 70
_WORKER = "cucm_lab_faults"
"""Of xdist: what a worker tells its controller."""
_of_workers: pytest.StashKey[int] = pytest.StashKey()


def _faults(config: pytest.Config) -> int:
    """Of this process and of its workers. Nothing of the lab is imported for it: where it was not, there was no fault."""
    plainly = sys.modules.get("lab.pytest_plugin.plainly")
    return config.stash.get(_of_workers, 0) + (plainly.faults[0] if plainly is not None else 0)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A fault of the lab is no failed test: exit code 1 would say that a change breaks something."""
    found = _faults(session.config)
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_WORKER] = found
    elif found:
        session.exitstatus = FAULT_OF_THE_LAB


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    told = getattr(node, "workeroutput", {}).get(_WORKER, 0)
    node.config.stash[_of_workers] = node.config.stash.get(_of_workers, 0) + told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if found := _faults(config):
        terminalreporter.write_line(
            f"cucm-lab: {found} faults of the lab, and not of your tests: report them as issues of cucm-cert-lab;"
            f" exit code {FAULT_OF_THE_LAB}",
            red=True,
        )


def _add_section(report: pytest.TestReport, title: str, text: str) -> None:
    """Among what belongs to the exception, where there is one: that is shown whatever --show-capture says, and in JUnit XML."""
    add = getattr(report.longrepr, "addsection", None)
    if add is not None:
        add(title, text)
    else:
        report.sections.append((title, text))
