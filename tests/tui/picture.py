"""Draws the picture in the README: the running console on the sample logs, at their own end.

python -m tests.tui.picture [OUT.svg]
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from datetime import UTC
from pathlib import Path

from console.cli.feed import LiveFeed
from console.collector import Collector, Lease
from console.demo import locate_sample_logs, prepare
from console.operate import Operator
from console.settings import load
from console.tui.app import ConsoleApp

SIZE = (120, 24)


def draw(out: Path) -> None:
    """Write the SVG of the fleet screen; the recorded end stands for now."""
    target = out.absolute()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        # A relative store keeps paths of the machine out of the picture.
        target.write_text(asyncio.run(_screen(Path())), encoding="utf-8")


async def _screen(folder: Path) -> str:
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
    app = ConsoleApp(feed, operator="dana", label="DEMO", zone=UTC, clock=_end_us)
    async with app.run_test(size=SIZE) as pilot:
        while app.frame.shown is None:
            await pilot.pause()
        await pilot.pause()
        lease.release()
        return app.export_screenshot(title="burnline", simplify=True)


def _end_us() -> int:
    """Return when the recording ends."""
    from console.simulate import read_truth, truth_path
    from console.simulate.lines import instant

    return instant(read_truth(truth_path(locate_sample_logs() / "logs")).until)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else locate_sample_logs() / "console.svg")
