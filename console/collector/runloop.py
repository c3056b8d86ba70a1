"""A collector that stays: turn after turn, woken by changes of files, until it is told to end."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from console.collector.hints import Hints
from console.control.unstored import Unstored
from console.intake.blocks import BLOCK_BYTES
from console.store.connect import Unwritable

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.collector.loop import Collector

LAST_WORDS_S = 3.0
"""How long a collector that ends waits for notices on their way; the rest is told again later."""
SWEEP_S = 2.0
"""The longest time between two looks at every file; file events only make it sooner."""
_GATHER_S = 0.005
"""How long lines that trickle in are let gather: a transaction for each takes most of a core."""


def run(
    collector: Collector,
    beat: Callable[[], None],
    stopped: Callable[[], bool],
    complain: Callable[[str], None],
    troubled: Callable[[str], None] = lambda _: None,
) -> None:
    """Collect until `stopped`: at once when files change, and at least every `SWEEP_S`.

    While the store cannot be written (locked, or the disk is full) the loop complains, says why to
    `troubled`, gives no heartbeat, and tries again: what was stored stands, and nothing is passed
    over.

    Raises:
        Unusable: the store is damaged.
        Displaced: it is not where it was.
    """
    hints = Hints()
    sweep_s = -SWEEP_S
    try:
        while not stopped():
            now_s = time.monotonic()
            if now_s >= sweep_s or not hints.watching:
                hints.watch(collector.roots)
            collector.polling = hints.trouble
            try:
                collector.writer.check_place()
                changed = hints.take()
                if changed is None or now_s >= sweep_s:
                    changed, sweep_s = None, now_s + SWEEP_S
                read = collector.step(changed)
                collector.evaluate()
                for sentence in collector.notify():
                    complain(sentence)
            except (Unwritable, Unstored) as error:
                read, sweep_s = 0, -SWEEP_S
                sentence = f"{collector.writer.path} cannot be written: {error}; it is tried again"
                complain(sentence)
                troubled(sentence)
                collector.blind(sentence)
            else:
                beat()
            if not read or not collector.behind:
                hints.wait(min(1.0, SWEEP_S))
            elif read < BLOCK_BYTES:
                time.sleep(_GATHER_S)
    finally:
        hints.close()
        with contextlib.suppress(Unwritable):
            collector.see_off(LAST_WORDS_S, start=False)
