"""The guard for asyncio: the same answers, and no look at the file system in the event loop.

async with AsyncGuard(Guard(path, "refunds", receipts=log)) as guard:
    async with guard.run("r-1"):
        await guard.check_action("refund.send", run="r-1")
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from .refusals import RoutePaused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from types import TracebackType

    from .guard import Guard


class AsyncGuard:
    """A `Guard` whose checks are awaited. Looks that are due happen in a thread.

    A cancelled check leaves nothing behind; checks of many tasks share one look.
    """

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    async def check_start(self, run: str = "") -> None:
        """Return if a run may start now. Raises as `Guard.check_start` does."""
        await self._look()
        self.guard.check_start(run)

    async def check_action(self, name: str, run: str = "", grant: str = "") -> str:
        """Return if an action may be taken. Raises as `Guard.check_action` does."""
        await self._look()
        return self.guard.check_action(name, run, grant)

    async def check_change(self, kind: str, version: str = "") -> str:
        """Return if a change may be deployed. Raises as `Guard.check_change` does."""
        await self._look()
        return self.guard.check_change(kind, version)

    @asynccontextmanager
    async def run(self, run_id: str = "") -> AsyncIterator[AsyncGuard]:
        """Check the start of a run, and count it as in progress until the block is left.

        Raises:
            RoutePaused: the run may not start.
        """
        await self._look()
        with self.guard.run(run_id):
            yield self

    async def wait_for_start(self, run: str = "", every_s: float = 0.5) -> None:
        """Wait until a run may start; `every_s` is the time between two looks."""
        while True:
            try:
                return await self.check_start(run)
            except RoutePaused:
                await asyncio.sleep(every_s)

    async def _look(self) -> None:
        if self.guard.look_is_due:
            await asyncio.to_thread(self.guard.look_if_due)

    async def __aenter__(self) -> AsyncGuard:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        close: Callable[[], None] = self.guard.close
        await asyncio.to_thread(close)
