"""A1 to A5: what becomes of alerts when something else breaks."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import time
from typing import TYPE_CHECKING

from console.burn.kinds import SIGNAL_LOST
from console.intake.times import rfc3339
from console.model import MINUTE_US, SECOND_US
from tests.cli.shell import PATIENCE_S, eventually
from tests.collector.running import HOUR, event, good
from tests.faults.scenario import Outcome, scenario
from tests.notify.post import Hand, Post, channel, notice
from tests.simulation.night import night

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.place import Place

_SETTINGS = """
[[source]]
path = "logs"
[[notify]]
file = "told.jsonl"
[route.refunds]
tier = "high"
owner = "dana"
outcome = "a refund"
zero_tolerance = ["permission"]
"""


@scenario("A1", "the evaluator ends at any step", "(a kill drawn by seed, between any two steps)")
def evaluator_killed(place: Place) -> Outcome:
    seeds = 8 if place.full else 1
    nights = [night(seed, place.folder) for seed in range(seeds)]
    kills = sum(each.killed.total() for each in nights)
    told = sum(each.told for each in nights)
    bad = [violation for each in nights for violation in each.violations]
    return Outcome(
        f"{seeds} seeds of 2 days: {kills:,} kills, {told} notices, as a second evaluator has them",
        written=told,
        lost=len(bad),
        unit="notices",
    )


@scenario("A2", "a channel that refuses, and gets well", "(500 for 3 hours, then 200)")
def channel_down(place: Place) -> Outcome:
    post = Post(place.folder / "post.db")
    ill, well = Hand(), Hand()
    ill.refusal = OSError("500")
    post.serve(channel(ill, "ill"), channel(well, "well"))
    post.put(notice("A1"), notice("A2"))
    refused = 0
    for _ in range(12):
        post.later(900).run()
        refused = len(ill.again)
    ill.refusal = None
    post.later(900).run().later(900).run()
    post.close()
    got = [*ill.got, *well.got]
    return Outcome(
        f"refused {refused} times in 3 hours, the other channel told at once; then each once",
        written=4,
        lost=4 - len(set(ill.got)) - len(set(well.got)),
        twice=len(got) - len(set(ill.got)) - len(set(well.got)),
        unit="notices",
    )


@scenario("A3", "the agents fall silent", "(no line for 12 hours)")
def silence(place: Place) -> Outcome:
    station = place.station
    for minute in range(0, 180, 2):
        station.write("a.jsonl", good(f"r-{minute}", minute * 60))
    station.at(3 * HOUR)
    place.read()
    before = station.route()["health"]
    for hour in range(4, 16):
        station.at(hour * HOUR)
        place.read()
    view = station.route()
    lost = sum(SIGNAL_LOST in alert["kinds"] for alert in view["alerts"])
    green = view["health"] in {"healthy", "at risk"}
    return Outcome(
        f"{before} before; {view['health']} after, data {view['data']}, {lost} signal-lost alert",
        written=1,
        lost=int(green) + int(lost < 1),
        twice=max(0, lost - 1),
        unit="routes",
    )


@scenario("A4", "no run, one, two: all of them bad", "(0, 1 and 2 failed runs)")
def low_volume(place: Place) -> Outcome:
    station = place.station
    said = []
    for runs in range(3):
        for number in range(runs):
            station.write("a.jsonl", event("run.failed", f"r-{number}", number, reason="x"))
        station.at(60 * (runs + 1))
        place.read()
        found = [item for item in station.status()["routes"] if item["route"] == "refunds"]
        pages = place.rows("select count(*) from alert where severity = 'page'")[0][0]
        said.append((found[0]["health"], pages))
    wrong = said[0][0] != "no data", said[1][1] > 0
    told = "; ".join(
        f"{runs}: {health}, {pages} pages" for runs, (health, pages) in enumerate(said)
    )
    return Outcome(told, written=3, lost=sum(wrong), unit="volumes")


@scenario("A5", "the console is killed", "(kill -9 of `burnline watch` in a terminal)")
def console_killed(place: Place) -> Outcome:
    (place.folder / "burnline.toml").write_text(_SETTINGS)
    path = place.logs / "a.jsonl"
    path.write_bytes(_now("run.delivered", "r-1"))
    with place.beside("burnline collect"):
        eventually(lambda: len(place.counted()) == 1, "the collector reads")
        with _in_terminal(place) as watching:
            watching.kill()
        with path.open("ab") as file:
            file.write(_now("action.denied", "r-2", action="pay") + _now("run.delivered", "r-2"))
        told = place.folder / "told.jsonl"
        eventually(lambda: told.exists() and told.read_bytes().endswith(b"\n"), "a page is told")
    keys = [json.loads(line)["key"] for line in told.read_text().splitlines()]
    return Outcome(
        f"{len(keys)} page by the collector, of a permission miss after the console's death",
        written=1,
        lost=int(not keys),
        twice=len(keys) - len(set(keys)),
        unit="pages",
    )


def _now(kind: str, run: str, **fields: object) -> bytes:
    stamp = rfc3339(time.time_ns() // 1_000 // SECOND_US * SECOND_US - MINUTE_US)
    line = {"ts": stamp, "route": "refunds", "event": kind, "run": run, **fields}
    return json.dumps(line).encode() + b"\n"


@contextlib.contextmanager
def _in_terminal(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """Open the console in a terminal and wait until it draws."""
    parent, child = pty.openpty()
    process = subprocess.Popen(
        ["burnline", "watch"], stdin=child, stdout=child, stderr=child, cwd=place.folder,
        env={**place.environment(), "TERM": "xterm-256color"}, start_new_session=True,
        executable=place.folder / "bin" / "burnline",
    )  # fmt: skip
    os.close(child)
    try:
        seen = b""
        until = time.monotonic() + PATIENCE_S
        while b"\x1b[?1049h" not in seen and time.monotonic() < until:
            seen += os.read(parent, 65_536)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE_S)
        os.close(parent)
