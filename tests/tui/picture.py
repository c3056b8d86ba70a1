"""Draws the pictures of the README: the running console on the sample logs, at their own end.

`python -m tests.tui.picture` writes one SVG a screen beside the sample logs.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from datetime import UTC
from pathlib import Path

from console.cli.feed import LiveFeed
from console.collector import Collector, Lease
from console.demo import locate_sample_logs, prepare
from console.operate import Operator
from console.settings import load
from console.tui.app import ConsoleApp

from .stage import press, settle

SCREENS = {
    "console": ((120, 24), ()),
    "route": ((120, 40), ("enter",)),
    "alerts": ((120, 30), ("2",)),
    "past": ((120, 24), ("left_curly_bracket",)),
    "review": ((120, 30), ("7",)),
}
"""The name of each picture, its size, and the keys that lead to its screen."""


def draw(out: Path) -> None:
    """Write the SVG of every screen into a folder; the recorded end stands for now."""
    target = out.absolute()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        # A relative store keeps paths of the machine out of the pictures.
        for name, picture in asyncio.run(_screens(Path())).items():
            (target / f"{name}.svg").write_text(picture, encoding="utf-8")


async def _screens(folder: Path) -> dict[str, str]:
    plan = prepare(locate_sample_logs(), folder, _end_us())
    settings = load(plan.settings)
    store, control = folder / "demo.db", folder / "control" / "control.json"
    operator = Operator(settings, store, control)
    operator.desk(_end_us()).initialise((), by="demo", now_us=_end_us())
    operator.close()
    collector = Collector(settings, store, control, now=_end_us)
    collector.catch_up()
    collector.evaluate()
    collector.close()
    lease = Lease(store)
    lease.beat()
    feed = LiveFeed(settings, store, control, now=_end_us)
    try:
        return {name: await _screen(feed, *screen) for name, screen in SCREENS.items()}
    finally:
        lease.release()


async def _screen(feed: LiveFeed, size: tuple[int, int], keys: tuple[str, ...]) -> str:
    app = ConsoleApp(feed, operator="dana", label="DEMO", zone=UTC, clock=_end_us)
    async with app.run_test(size=size) as pilot:
        while app.frame.shown is None:
            await pilot.pause()
        await press(pilot, *keys)
        await settle(pilot)
        return app.export_screenshot(title="burnline", simplify=True)


def _end_us() -> int:
    """Return when the recording ends."""
    from console.simulate import read_truth, truth_path
    from console.simulate.lines import instant

    return instant(read_truth(truth_path(locate_sample_logs() / "logs")).until)


if __name__ == "__main__":
    draw(locate_sample_logs())
