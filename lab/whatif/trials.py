"""Many phones tried at all their services, before and after: here, or in other processes a bundle at a time."""

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
from lab.whatif.answer import Standing
from lab.whatif.classes import Key, Sorter
from lab.whatif.judge import Judge
from lab.whatif.parcel import pack, unpack
from lab.whatif.strangers import unwarned
from lab.whatif.twin_shop import TwinShop
from pki import KeyPool

BUNDLE = 64
"""Phones of one parcel: half a second of work, so that progress shows and Ctrl-C loses little."""
PATIENCE = 1.0
"""Seconds without an answer, until somebody looks whether there is anybody left."""
AHEAD = 3
"""Parcels under way for each worker: one in its hands, the others on their way."""


class Trial(NamedTuple):
    """One phone at one service, before and after."""

    server_before: str
    """Empty where it did not use the service before (a phone that moves)."""
    server_after: str
    before: Standing
    after: Standing


Trials = tuple[Trial, ...]
"""Of one phone, in the order of its services."""


class Pair(NamedTuple):
    """A phone as it is and as it will be."""

    old: FleetPhone
    new: FleetPhone


@dataclass(frozen=True, slots=True)
class Crew:
    """Other processes that do the handshakes."""

    executor: Executor
    """Any of `concurrent.futures`, or one that looks like it."""
    workers: int
    """How many parcels it can work on at once."""
    is_gone: Callable[[], bool] = lambda: False
    """Whether nobody is left, and the executor does not say so by itself."""


@dataclass(slots=True)
class Effort:
    """What it took so far."""

    handshakes: int = 0
    rekeyed_count: int = 0
    described: int = 0

    def add(self, judge: Judge) -> None:
        """All that this judge has done until now."""
        self.handshakes += judge.handshakes
        self.rekeyed_count += judge.shop.rekeyed_count
        self.described += judge.shop.described


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
    former = {server.door: server for server in before.services_of(pair.old)}
    for server in after.services_of(pair.new):
        was = former.get(server.door)
        earlier = judge.standing(before, pair.old, was) if was is not None else Standing(None)
        later = judge.standing(after, pair.new, server)
        yield Trial(was.name if was is not None else "", server.name, earlier, later)


# By a crew


def tried_by(
    crew: Crew,
    moments: Sequence[datetime],
    before: Fleet,
    after: Fleet,
    pairs: Sequence[Pair],
    effort: Effort,
    heed: Callable[[], None] = lambda: None,
    language: str = ENGLISH.language,
) -> Generator[Tried, None, None]:
    """The same by other processes, in the order in which they come back; `heed` is called now and then, and may end it all.

    `moments` are those of a `Sorter`.

    Raises MachineCannot where a worker is lost, or has another version of the lab. Whoever stops listening loses only what is
    under way.
    """
    here = version("cucm-cert-lab")
    common = pack((here, _without_phones(before), _without_phones(after), tuple(moments), language))
    bundles = iter([range(at, min(at + BUNDLE, len(pairs))) for at in range(0, len(pairs), BUNDLE)])
    under_way: dict[Future[bytes], range] = {}

    def submit(most: int) -> None:
        for indexes in islice(bundles, most):
            parcel = pack([pairs[index] for index in indexes])
            under_way[crew.executor.submit(try_parcel, common, parcel)] = indexes

    try:
        submit(AHEAD * crew.workers)
        while under_way:
            done, _ = wait(under_way, PATIENCE, FIRST_COMPLETED)
            if not done and crew.is_gone():
                raise MachineCannot("nobody is left to do the handshakes")
            submit(len(done))  # before what came is looked at, so that nobody waits for that
            for future in done:
                indexes = under_way.pop(future)
                found, cost = _result(future)
                effort.handshakes += cost.handshakes
                effort.rekeyed_count += cost.rekeyed_count
                effort.described += cost.described
                yield from (Tried(index, *each) for index, each in zip(indexes, found, strict=True))
            heed()  # after what has come, which whoever interrupts wants to see
    finally:
        for future in under_way:
            future.cancel()


def _without_phones(fleet: Fleet) -> Fleet:
    """As every parcel needs it. Keys of phones stay known: a store may hold a phone's own certificate."""
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


def try_parcel(common: bytes, parcel: bytes) -> bytes:
    """What a worker does: the trials of each pair of the parcel, and what that took. Raises MachineCannot.

    A fault of ours travels as one: an exception that could not be read again would look like a process that was killed.
    """
    try:
        return _try_parcel(common, parcel)
    except Exception as error:
        raise bugs.portable(error) from None


@unwarned()
def _try_parcel(common: bytes, parcel: bytes) -> bytes:
    before, after, judge, sorter = _workplace(common)
    pairs: list[Pair] = unpack(parcel)
    effort = Effort(-judge.handshakes, -judge.shop.rekeyed_count, -judge.shop.described)
    same: dict[Any, Any] = {}
    found = []
    for pair in pairs:
        key, trials = sorter.key(pair.old), trials_of(judge, before, after, pair)
        # most are alike, and pickle writes one object once; the judge gives the same object for the same standing
        alike = key, *((trial.server_before, trial.server_after, id(trial.before), id(trial.after)) for trial in trials)
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
    """Kept until another question comes: contexts and re-keyed authorities are dear, and the same for every parcel."""
    if _thread.common != common:
        theirs, before, after, moments, language = unpack(common)
        if theirs != version("cucm-cert-lab"):
            raise MachineCannot(
                f"a worker has cucm-cert-lab {version('cucm-cert-lab')} and not {theirs}: install the same there"
            )
        shop = TwinShop(before, KeyPool().ring())
        sorter = Sorter(before, moments, shop.rekeyed)
        shop.learn(after)
        _thread.workplace, _thread.common = (
            _Workplace(before, after, Judge(shop, say=Catalogue(language)), sorter),
            common,
        )
    return _thread.workplace
