"""Many phones tried at all their services, before and after a change: in this process, or in others a batch at a time.

How this works. A trial is one phone at one kind of service, before and after. Trials do not depend on one another, so any
process that knows both fleets may do any of them.

*What travels.* `common` is what every batch needs: both fleets without their phones, the moments, the language, and the version
of the lab. Each task carries it whole, and a worker unpickles it only when its octets differ from those that it has
(`_workplace`): a worker of a Dask cluster may start late, or be given tasks of two clients. A batch is `BATCH_SIZE` pairs of a
phone before and after. Back come class keys and trials. They are shared objects wherever phones are alike, because pickle
writes one object once, and because the caller groups 40,000 phones by the identity of these objects before it compares any
value.

*What a worker keeps.* Contexts and re-keyed authorities cost milliseconds each and are the same for every batch; they stay.
What is known of single phones is forgotten after each batch, so that memory does not grow. A judge belongs to one thread, as
pyOpenSSL's objects do.

*What keeps workers busy.* `AHEAD` batches for each worker are submitted at first, then one for each that comes back, before its
result is looked at. Results are yielded in the order in which they come, with the index of the phone: the report is sorted
later, so the number of workers changes nothing in it.

*What goes wrong.* A worker that is killed makes the executor raise an error, or, with Dask, nothing at all: after `PATIENCE`
seconds without a result `Workers.is_gone` is asked. An unexpected exception in a worker is replaced by one that can be
unpickled. KeyboardInterrupt arrives in this process only; the caller raises it from `check_interrupt`, when all results at hand
are out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from itertools import islice
from typing import Any, NamedTuple

from lab.base import bugs
from lab.base.failures import MachineCannot
from lab.base.language import ENGLISH, Catalogue
from lab.fleet.model import Fleet, FleetPhone
from lab.whatif.certificate_warnings import without_certificate_warnings
from lab.whatif.classes import Key, Sorter
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.impact_report import ServiceAccess
from lab.whatif.judge import Judge
from lab.whatif.pickling import pack, unpack
from pki import KeyPool

BATCH_SIZE = 64
"""Phones of one batch: half a second of work, so that progress shows and Ctrl-C loses little."""
PATIENCE = 1.0
"""Seconds without a result, after which `Workers.is_gone` is asked."""
AHEAD = 3
"""Batches submitted at a time for each worker: one that it works on, the others waiting."""


class Trial(NamedTuple):
    """One phone at one service, before and after."""

    server_before: str
    """Empty where it did not use the service before (a phone that moves)."""
    server_after: str
    before: ServiceAccess
    after: ServiceAccess
    refused: tuple[str, ...] = ()
    """Names of servers that refuse the phone after, where another one of this kind accepts it."""


Trials = tuple[Trial, ...]
"""Of one phone, in the order of its services."""


class Pair(NamedTuple):
    """A phone as it is and as it will be."""

    old: FleetPhone
    new: FleetPhone


@dataclass(frozen=True, slots=True)
class Workers:
    """Other processes that do the handshakes."""

    executor: Executor
    """Any of `concurrent.futures`, or one that looks like it."""
    count: int
    """How many batches they can work on at once."""
    is_gone: Callable[[], bool] = lambda: False
    """Whether no process is left; for executors that do not report that themselves."""


@dataclass(slots=True)
class Effort:
    """What it took so far."""

    handshakes: int = 0
    rekeyed_count: int = 0
    described: int = 0

    def add(self, judge: Judge) -> None:
        """All that this judge has done until now."""
        self.handshakes += judge.handshakes
        self.rekeyed_count += judge.factory.rekeyed_count
        self.described += judge.factory.described


@dataclass(frozen=True, slots=True)
class Tried:
    """One pair of those that were given."""

    index: int
    key: Key
    """Of its class."""
    trials: Trials


def tried_here(
    judge: Judge, sorter: Sorter, before: Fleet, after: Fleet, pairs: Sequence[Pair], effort: Effort
) -> Generator[Tried, None, None]:
    """All of them one after the other; what it took is added to `effort`."""
    try:
        for index, pair in enumerate(pairs):
            yield Tried(index, sorter.key(pair.old), trials_of(judge, before, after, pair))
    finally:
        effort.add(judge)


def trials_of(judge: Judge, before: Fleet, after: Fleet, pair: Pair) -> Trials:
    """Of one phone, made here. The fleets' own phones do not matter."""
    return tuple(_trials(judge, before, after, pair))


def _trials(judge: Judge, before: Fleet, after: Fleet, pair: Pair) -> Iterator[Trial]:
    former = {reached.server.kind: reached for reached in judge.reach(before, pair.old)}
    for now in judge.reach(after, pair.new):
        was = former.get(now.server.kind)
        earlier = was.access if was is not None else ServiceAccess(None)
        yield Trial(was.server.name if was is not None else "", now.server.name, earlier, now.access, now.refused)


# In other processes


def tried_by(
    workers: Workers,
    moments: Sequence[datetime],
    before: Fleet,
    after: Fleet,
    pairs: Sequence[Pair],
    effort: Effort,
    check_interrupt: Callable[[], None] = lambda: None,
    language: str = ENGLISH.language,
) -> Generator[Tried, None, None]:
    """The same by other processes, in the order in which they come back.

    Args:
        moments: those of a `Sorter`.
        check_interrupt: is called after each round of results, and may raise KeyboardInterrupt.

    Raises MachineCannot where a worker is lost, or has another version of the lab. A caller that closes the
    generator loses only the batches that are under way.
    """
    here = version("cucm-cert-lab")
    common = pack((here, _without_phones(before), _without_phones(after), tuple(moments), language))
    batches = iter([range(at, min(at + BATCH_SIZE, len(pairs))) for at in range(0, len(pairs), BATCH_SIZE)])
    under_way: dict[Future[bytes], range] = {}

    def submit(most: int) -> None:
        for indexes in islice(batches, most):
            batch = pack([pairs[index] for index in indexes])
            under_way[workers.executor.submit(try_batch, common, batch)] = indexes

    try:
        submit(AHEAD * workers.count)
        while under_way:
            done, _ = wait(under_way, PATIENCE, FIRST_COMPLETED)
            if not done and workers.is_gone():
                raise MachineCannot("no worker process is left to do the handshakes")
            submit(len(done))  # before what came is looked at, so that no worker waits for that
            for future in done:
                indexes = under_way.pop(future)
                found, cost = _result(future)
                effort.handshakes += cost.handshakes
                effort.rekeyed_count += cost.rekeyed_count
                effort.described += cost.described
                yield from (Tried(index, *each) for index, each in zip(indexes, found, strict=True))
            check_interrupt()  # after what has come, which the user who interrupts wants to see
    finally:
        for future in under_way:
            future.cancel()


def _without_phones(fleet: Fleet) -> Fleet:
    """As every batch needs it. Keys of phones stay known: a store may hold a phone's own certificate."""
    known = dict.fromkeys((*fleet.identities, *fleet.identities_of_phones))
    return replace(fleet, phones=(), identities=tuple(known))


def _result(future: Future[bytes]) -> tuple[list[tuple[Key, Trials]], Effort]:
    try:
        found: tuple[list[tuple[Key, Trials]], Effort] = unpack(future.result())
    except (MachineCannot, KeyboardInterrupt):
        raise
    except Exception as error:
        if type(error).__name__ in _LOST:
            raise MachineCannot(f"a process that did handshakes is gone ({type(error).__name__})") from error
        raise
    return found


_LOST = frozenset({"BrokenProcessPool", "KilledWorker", "CommClosedError", "FutureCancelledError", "CancelledError"})
"""By name, as Dask's are there only where Dask is."""


# In the worker


def try_batch(common: bytes, batch: bytes) -> bytes:
    """What a worker does: the trials of each pair of the batch, and what that took. Raises MachineCannot.

    An unexpected exception is replaced by one that can be unpickled: another would look like a process that was killed.
    """
    try:
        return _try_batch(common, batch)
    except Exception as error:
        raise bugs.portable(error) from None


@without_certificate_warnings()
def _try_batch(common: bytes, batch: bytes) -> bytes:
    before, after, judge, sorter = _workplace(common)
    pairs: list[Pair] = unpack(batch)
    effort = Effort(-judge.handshakes, -judge.factory.rekeyed_count, -judge.factory.described)
    same: dict[Any, Any] = {}
    found = []
    for pair in pairs:
        key, trials = sorter.key(pair.old), trials_of(judge, before, after, pair)
        # most are alike, and pickle writes one object once; the judge gives the same object for the same result
        alike = key, *((*trial[:2], id(trial.before), id(trial.after), trial.refused) for trial in trials)
        found.append(same.setdefault(alike, (key, trials)))
    effort.add(judge)
    judge.forget()
    return pack((found, effort))


class _Workplace(NamedTuple):
    before: Fleet
    after: Fleet
    judge: Judge
    sorter: Sorter


class _Thread(threading.local):
    """One workplace a thread: a worker of Dask may have several, and no two of them may share a judge."""

    common = b""
    workplace: _Workplace


_thread = _Thread()


def _workplace(common: bytes) -> _Workplace:
    """Kept until another request comes: Contexts and re-keyed authorities cost most, and are the same for every batch."""
    if _thread.common != common:
        theirs, before, after, moments, language = unpack(common)
        if theirs != version("cucm-cert-lab"):
            raise MachineCannot(
                f"a worker has cucm-cert-lab {version('cucm-cert-lab')} and not {theirs}: install the same there"
            )
        factory = CredentialFactory(before, KeyPool().ring())
        sorter = Sorter(before, moments, factory.rekeyed)
        factory.learn(after)
        _thread.workplace, _thread.common = (
            _Workplace(before, after, Judge(factory, say=Catalogue(language)), sorter),
            common,
        )
    return _thread.workplace
