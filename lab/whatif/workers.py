"""Where a workers comes from: processes on this machine, or a Dask cluster; begun when the first handshakes are given away."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from lab.base.failures import InvalidInput, MachineCannot, shown
from lab.whatif.trials import Workers

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

CONNECT_WITHIN = 10
"""Seconds to reach a scheduler."""
_ADDRESS = re.compile(r"(?:tcp|tls)://[^/\s]+:[0-9]{1,5}")


@contextmanager
def workers_for(scheduler: str | None, jobs: int | None) -> Iterator[Callable[[], Workers] | None]:
    """
    Args:
        scheduler: `tcp://HOST:PORT` of a Dask cluster, which is reached at once; None for processes here.
        jobs: how many processes; None for one a processor, 1 for none besides this one.

    Raises InvalidInput for an address that is none, MachineCannot where Dask is missing or no scheduler answers.
    """
    from lab.play.parallel import processors

    with ExitStack() as stack:
        if scheduler is not None:
            workers = stack.enter_context(_dask(scheduler))
            yield lambda: workers
            return
        count = jobs or processors()
        yield (lambda: stack.enter_context(_processes(count))) if count > 1 else None


@contextmanager
def _processes(count: int) -> Iterator[Workers]:
    from concurrent.futures import ProcessPoolExecutor

    from lab.play import worker_source

    context = worker_source.context()
    with worker_source.interrupts_held_back():
        executor = ProcessPoolExecutor(count, mp_context=context, initializer=_deaf)
        executor.submit(_deaf).result()  # it begins its processes in here
    try:
        yield Workers(executor, count)
    finally:
        _end(executor)


def _deaf() -> None:
    """A terminal signals Ctrl-C to every process; a worker is ended by the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end(executor: ProcessPoolExecutor) -> None:
    """With the batches in their hands done, which takes a second: one that is killed would leave the queue of answers locked."""
    workers = list((executor._processes or {}).values())
    try:
        executor.shutdown(wait=True, cancel_futures=True)
    except KeyboardInterrupt:  # the second Ctrl-C: do not wait
        for worker in workers:
            worker.kill()
        raise


@contextmanager
def _dask(address: str) -> Iterator[Workers]:
    if not _ADDRESS.fullmatch(address):
        raise InvalidInput(f"--scheduler {shown(address)} is no address: write tcp://HOST:PORT")
    try:
        from distributed import Client
    except ImportError:
        raise MachineCannot('Dask is not installed here: pip install "cucm-cert-lab[dask]"') from None
    try:
        client = Client(address, timeout=CONNECT_WITHIN, set_as_default=False)
    except (OSError, TimeoutError):
        raise MachineCannot(f"no Dask scheduler answers at {address} within {CONNECT_WITHIN} seconds") from None
    with client:
        count = sum(client.nthreads().values())
        if not count:
            raise MachineCannot(f"the Dask cluster at {address} has no worker")
        executor: Executor = client.get_executor()

        def is_gone() -> bool:
            try:
                return client.status != "running" or not client.nthreads()
            except (OSError, TimeoutError):
                return True

        yield Workers(executor, count, is_gone)
