"""Faults of the lab's own code: each is one sentence on standard error, and makes the command's exit code 70.

Two kinds come here. One ends the command: `exits` calls `sentence` for it. The other ended one connection only, and the run went on
(`wire.faults`): `tell` prints it at once and counts it, and whatever the command's answer is, its exit code says that a fault
happened. In a worker process nothing is printed or counted: its parent does so, when it gets the events.
"""

from __future__ import annotations

import os
import pickle
import traceback
from collections.abc import Iterator

from lab.base.terminal import echo
from wire.plain_text import plain

TRACEBACK = "CUCM_LAB_TRACEBACK"
"""Of the environment: where it is set and not empty, a fault's traceback is printed as well."""
REPORT = f"report it as an issue of cucm-cert-lab, with this line and what {TRACEBACK}=1 adds to it"
MAX_TOLD = 20
"""Sentences that one command prints; a fault that comes back at each attempt of a thousand phones need not be told each time."""
MAX_TEXT = 200
"""Characters of an exception's own text."""


OUR_FAULT = 70
"""The exit code: EX_SOFTWARE of BSD's sysexits."""


class FaultInWorker(Exception):
    """A fault in another process whose own exception does not travel; the message is its traceback."""


class _State:
    told = 0
    in_worker = False


def begin() -> None:
    """A command starts: nothing was told yet."""
    _State.told = 0


def told() -> int:
    """How many faults there were since `begin`."""
    return _State.told


def in_worker() -> None:
    """This process works for another one, which tells."""
    _State.in_worker = True


def tell(what: str) -> None:
    """Print and count a fault that did not end the command. `what` is a clause with actor, exception and place."""
    if _State.in_worker:
        return
    _State.told += 1
    if _State.told <= MAX_TOLD:
        _print(f"cucm-lab: a fault of the lab: {what}; {REPORT}")
    elif _State.told == MAX_TOLD + 1:
        _print("cucm-lab: there were more faults of the lab, which are not printed")


def tell_lost(error: BaseException) -> None:
    """Print and count a fault that Python can raise nowhere."""
    print_traceback(error)
    tell(clause(error))


def sentence(error: BaseException) -> str:
    """For a fault that ended the command."""
    leaf = next((leaf for leaf in leaves(error) if isinstance(leaf, Exception)), error)
    return f"a fault of the lab, and not of your input: {clause(leaf)}; {REPORT}"


def print_traceback(error: BaseException) -> None:
    """Where the environment asks for it."""
    if os.environ.get(TRACEBACK):
        _print("".join(traceback.format_exception(error)).rstrip())


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The exceptions of a group, of its groups too; a single one is its own leaf."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from leaves(inner)
    else:
        yield error


def portable(error: BaseException) -> BaseException:
    """The same error as another process can read it, with the place where it was raised as a note.

    One that cannot be pickled, or not read again, would end the pool of workers, and look as if one had been killed.
    """
    where = "".join(traceback.format_exception(error))
    error.add_note(f"In a process of its own:\n{where}")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return FaultInWorker(where)
    return error


def clause(error: BaseException) -> str:
    """Type, text and place of a fault."""
    text = plain(" ".join(str(error).split()))
    said = f": {text[:MAX_TEXT]}" if text and not isinstance(error, FaultInWorker) else ""
    return f"{type(error).__name__}{said} (at {_place(error)})"


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "an unknown place"
    innermost = frames[-1]
    package = os.path.basename(os.path.dirname(innermost.filename))
    return f"{package}/{os.path.basename(innermost.filename)}:{innermost.lineno}"


def _print(text: str) -> None:
    try:
        echo(text, err=True)
    except (OSError, ValueError):
        pass  # standard error is closed; the exit code remains
