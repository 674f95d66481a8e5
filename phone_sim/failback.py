"""A phone that is registered with a CallManager of lower priority looks whether a better one of its group answers again.

A real phone holds a connection to its standby and asks the better CallManager for a token before it comes back. Assumed: this
phone tries a TCP connection every CHECK_SECONDS instead, and registers on the first one that is accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import trio

from phone_sim.dialing import CONNECT_TIMEOUT
from phone_sim.hardware import Hardware
from phone_sim.registration_events import RegistrationEnded
from phone_sim.session import RegisteredSession
from wire.phone_file import Member, PhoneFile
from wire.streams import Transport

CHECK_SECONDS = 120.0
"""Assumed: the keepalive interval of SIP phones with their standby."""


@dataclass(frozen=True, slots=True)
class BetterCallManager:
    """A CallManager of higher priority that answers, and the connection that it accepted."""

    member: Member
    tcp: Transport


async def stay_registered(
    session: RegisteredSession, hardware: Hardware, file: PhoneFile, port: Callable[[Member], int]
) -> RegistrationEnded | BetterCallManager:
    """Until the session ends or a better CallManager answers, whose connection is then the caller's to close.

    Args:
        port: of a CallManager.
    """
    better = sorted(
        (member for member in file.members if member.priority < session.member.priority), key=lambda each: each.priority
    )
    if not better:
        return await session.client.run_until_ended()
    found: list[BetterCallManager] = []
    ended: list[RegistrationEnded] = []

    async def watch() -> None:
        found.append(await _answering(hardware, better, port))
        nursery.cancel_scope.cancel()

    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(watch)
            ended.append(await session.client.run_until_ended())
            nursery.cancel_scope.cancel()
    except BaseException:
        _let_go(found)
        raise
    if not ended:
        return found[0]
    _let_go(found)
    return ended[0]


async def _answering(hardware: Hardware, better: list[Member], port: Callable[[Member], int]) -> BetterCallManager:
    while True:
        await trio.sleep(CHECK_SECONDS)
        for member in better:
            with trio.move_on_after(CONNECT_TIMEOUT):
                try:
                    tcp = await hardware.route.connect(member.process_node_name, port(member))
                except OSError:
                    continue
                return BetterCallManager(member, tcp)


def _let_go(found: list[BetterCallManager]) -> None:
    for each in found:
        each.tcp.close_now()
