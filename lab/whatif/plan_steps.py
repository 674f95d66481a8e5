"""What the words of a plan mean in one network: each name looked up in the fleet as the steps before it leave it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from lab.exports.devices import device_named, model_named
from lab.failures import InvalidInput, shown, suggestion
from lab.fleet.findings import Finding
from lab.fleet.model import Fleet
from lab.whatif import names
from lab.whatif import plan_words as words
from lab.whatif import steps as st
from lab.whatif.changes import apply, touched
from lab.whatif.plan_file import Plan
from lab.whatif.twin_shop import TwinShop
from phone_sim.preference import CertificateKind


def steps_of_plan(fleet: Fleet, shop: TwinShop, plan: Plan) -> tuple[tuple[st.Step, ...], tuple[Finding, ...]]:
    """The steps, and what is odd about them: a service that is changed and never restarted.

    Raises InvalidInput, with the place in the file, for a name that means nothing or several things.
    """
    steps: list[st.Step] = []
    waiting: dict[str, int] = {}
    for number, word in enumerate(plan.steps, 1):
        place = f"{plan.path}: steps[{number}]"
        try:
            made = tuple(_MEANINGS[type(word)](fleet, word, plan.path.parent))
        except InvalidInput as error:
            raise InvalidInput(f"{place}: {error}") from None
        for step in made:
            if isinstance(step, st.Restart):
                waiting.pop(step.server, None)
            waiting |= dict.fromkeys(touched(step, fleet), number)
            fleet = apply(fleet, step, shop)
        steps += made
    return tuple(steps), tuple(
        Finding(
            f"{plan.path}: steps[{number}]", f"{server} is changed here and not restarted after it: that does not count"
        )
        for server, number in waiting.items()
    )


def phones_of(fleet: Fleet, word: words.PhonesStep) -> frozenset[str]:
    """Device names of everyone whom the step means; at least one. Raises InvalidInput."""
    cluster = names.cluster_named(fleet, word.cluster) if word.cluster else ""
    models = [model_named(model) for model in word.models]
    for model in models:
        there = sorted({phone.model for phone in fleet.phones})
        if model not in there:
            raise InvalidInput(f"models: no phone is a {shown(model)}{suggestion(model, there)}")
    wanted = frozenset(name for written in word.phones for name in _devices(fleet, written))
    found = frozenset(
        phone.device_name
        for phone in fleet.phones
        if (not word.phones or phone.device_name in wanted)
        and (not models or phone.model in models)
        and (not cluster or phone.cluster == cluster)
    )
    if not found:
        raise InvalidInput("no phone fits all that this step asks for")
    return found


def _devices(fleet: Fleet, written: str) -> Iterator[str]:
    known = [phone.device_name for phone in fleet.phones]
    if "*" in written or "?" in written:
        found = [name for name in known if fnmatchcase(name, written.upper())]
    else:
        name = device_named(written)
        found = [each for each in known if each in (name, written)]
    if not found:
        raise InvalidInput(f"phones: there is no phone {shown(written)}{suggestion(written, known)}")
    yield from found


def _remove(fleet: Fleet, word: words.Remove, folder: Path) -> Iterator[st.Step]:
    server = names.store_named(fleet, word.from_)
    yield st.RemoveCertificate(names.certificate_in(fleet, server, word.certificate, folder), server.name)


def _add(fleet: Fleet, word: words.Add, folder: Path) -> Iterator[st.Step]:
    server = names.store_named(fleet, word.to)
    yield names.to_upload(fleet, server, word.certificate, folder)


def _regenerate(fleet: Fleet, word: words.Regenerate, folder: Path) -> Iterator[st.Step]:
    yield st.RegenerateCapf(names.capf_named(fleet, word.what))


def _min_tls(fleet: Fleet, word: words.MinTls, folder: Path) -> Iterator[st.Step]:
    version = names.tls_version_named(word.version)
    servers = [names.server_named(fleet, word.service)] if word.service else names.cluster_services(fleet)
    for server in servers:
        yield st.SetMinimumTls(server.name, version)


def _restart(fleet: Fleet, word: words.RestartService, folder: Path) -> Iterator[st.Step]:
    yield st.Restart(names.server_named(fleet, word.service).name)


def _trust_lists(fleet: Fleet, word: words.UpdateTrustLists, folder: Path) -> Iterator[st.Step]:
    cluster = names.cluster_named(fleet, word.cluster) if word.cluster else names.only_cluster(fleet, "the trust list")
    yield st.UpdateTrustLists(cluster)


def _date(fleet: Fleet, word: words.Date, folder: Path) -> Iterator[st.Step]:
    """TOML's date, or date and time, or text of either; UTC where it names no zone."""
    found = word.at
    if isinstance(found, date) and not isinstance(found, datetime):
        found = datetime.combine(found, time())
    if not isinstance(found, datetime):
        found = names.moment_named(found if isinstance(found, str) else "")
    yield st.SetDate(names.later(names.in_utc(found), fleet))


def _move(fleet: Fleet, word: words.MovePhones, folder: Path) -> Iterator[st.Step]:
    everyone = not (word.phones or word.models or word.cluster)
    yield st.Move(names.cluster_named(fleet, word.to), frozenset() if everyone else phones_of(fleet, word))


def _install(fleet: Fleet, word: words.InstallLsc, folder: Path) -> Iterator[st.Step]:
    yield st.InstallLsc(phones_of(fleet, word))


def _delete(fleet: Fleet, word: words.DeleteLsc, folder: Path) -> Iterator[st.Step]:
    yield st.DeleteLsc(phones_of(fleet, word))


def _precedence(fleet: Fleet, word: words.Precedence, folder: Path) -> Iterator[st.Step]:
    yield st.SetPrecedence(phones_of(fleet, word), CertificateKind(word.to))


_MEANINGS: dict[type[words.PlanStep], Callable[[Fleet, Any, Path], Iterator[st.Step]]] = {
    words.Remove: _remove,
    words.Add: _add,
    words.Regenerate: _regenerate,
    words.MinTls: _min_tls,
    words.RestartService: _restart,
    words.UpdateTrustLists: _trust_lists,
    words.Date: _date,
    words.MovePhones: _move,
    words.InstallLsc: _install,
    words.DeleteLsc: _delete,
    words.Precedence: _precedence,
}
