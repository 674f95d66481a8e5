"""Ctrl-C is noted wherever it comes, be it inside OpenSSL, and interrupts_noted between two handshakes."""

from __future__ import annotations

import signal
import threading

import pytest

from lab.whatif.interrupts import interrupts_noted


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def test_it_is_heeded_when_somebody_asks_and_once_only() -> None:
    with interrupts_noted() as check_interrupt:
        check_interrupt()
        press()  # nothing is raised here, where OpenSSL might be calling back
        with pytest.raises(KeyboardInterrupt):
            check_interrupt()
        check_interrupt()


def test_the_second_one_is_pythons_own() -> None:
    with interrupts_noted():
        press()
        with pytest.raises(KeyboardInterrupt):
            press()


def test_afterwards_all_is_as_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupts_noted() as check_interrupt:
        assert signal.getsignal(signal.SIGINT) is not before
        press()
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(KeyboardInterrupt):
        check_interrupt()  # what was pressed is not forgotten


def test_outside_of_the_main_thread_and_where_others_listen_nothing_is_touched() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen: list[object] = []

    def elsewhere() -> None:
        with interrupts_noted() as check_interrupt:
            seen.append(signal.getsignal(signal.SIGINT))
            check_interrupt()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [before]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts_noted() as check_interrupt:
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            check_interrupt()
    finally:
        signal.signal(signal.SIGINT, before)
