"""The guard in asyncio: the same answers, and no look in the event loop's own thread."""

from __future__ import annotations

import asyncio
import threading

import pytest

from console.agent import ActionDenied, ApprovalNeeded, Guard, RoutePaused
from console.agent.aio import AsyncGuard
from tests.agent.control import Control, directive

PAUSE = directive("pause")


def looking_threads(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the threads, by their numbers, in which the guard looks at the file from now on."""
    threads: list[int] = []
    look = guard.look

    def noted() -> None:
        threads.append(threading.get_ident())
        look()

    monkeypatch.setattr(guard, "look", noted)
    return threads


async def test_it_answers_as_the_guard_does(control: Control) -> None:
    control.order(1, directive("tighten_approval", actions=["refund.send"]))
    async with AsyncGuard(control.guard()) as guard:
        await guard.check_start("r-1")
        await guard.check_action("lookup")
        with pytest.raises(ApprovalNeeded):
            await guard.check_action("refund.send")
        control.order(2, directive("freeze", changes=["prompt"]), PAUSE)
        control.later()
        with pytest.raises(RoutePaused):
            await guard.check_start("r-2")
        with pytest.raises(ActionDenied):
            await guard.check_change("prompt")


async def test_a_run_is_counted_until_its_block_is_left(control: Control) -> None:
    control.order(1, directive("reduce_scope", max_runs=1))
    guard = AsyncGuard(control.guard())
    async with guard.run("r-1"):
        with pytest.raises(RoutePaused):
            await guard.check_start("r-2")
    await guard.check_start("r-2")


async def test_a_look_that_is_due_happens_beside_the_event_loop(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    control.order(1)
    plain = control.guard()
    threads = looking_threads(plain, monkeypatch)
    control.later()
    await AsyncGuard(plain).check_start()
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()


async def test_many_tasks_share_one_look(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    control.order(1)
    plain = control.guard()
    threads = looking_threads(plain, monkeypatch)
    control.later()
    guard = AsyncGuard(plain)
    await asyncio.gather(*(guard.check_action("lookup") for _ in range(50)))
    assert len(threads) == 1


async def test_waiting_for_a_start_ends_when_the_pause_is_lifted(control: Control) -> None:
    control.order(1, PAUSE)
    guard = AsyncGuard(control.guard())
    waiting = asyncio.create_task(guard.wait_for_start(every_s=0))
    await asyncio.sleep(0)
    assert not waiting.done()
    control.order(2)
    while not waiting.done():
        control.later()
        await asyncio.sleep(0)
    await waiting
