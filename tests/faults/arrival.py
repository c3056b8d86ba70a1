"""F22 to F26, F28: when lines come, how often, and what happens to the process that reads them."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from console.agent.document import parse
from console.intake.times import instant_us
from console.simulate import simulate
from tests.faults import sweep
from tests.faults.ledger import compared, ledger
from tests.faults.scenario import Outcome, scenario

if TYPE_CHECKING:
    from tests.faults.place import Place


def past_logs(place: Place) -> None:
    """Write two days of two routes, with misses of every class."""
    shutil.rmtree(place.logs)
    until_us = instant_us("2026-10-01T00:00:00Z")
    simulate(place.logs, routes=2, days=2, lines=800, seed=5, end_us=until_us)


@scenario(
    "F22",
    "lines late and out of order",
    "cat logs/*/*.jsonl | shuf --random-source=/bin/sh > all; rm -r logs burnline.db*; mkdir logs; "
    "split -n l/3 --additional-suffix=.jsonl all logs/",
)
def shuffled(place: Place) -> Outcome:
    past_logs(place)
    place.collect()
    ordered = ledger(place.store)
    assert place.fault().code == 0
    place.collect()
    return compared(
        f"{len(ordered.runs):,} runs from 3 shuffled files: the same runs, misses and counts",
        ordered,
        ledger(place.store),
    )


@scenario("F23", "the wall clock is set on and back", "(the collector's clock + 3 h, then - 5 h)")
def clock_set(place: Place) -> Outcome:
    """Set the collector's clock: to set the machine's would disturb all who use it."""
    agent = place.agent()
    for hours in (0, 3, -2):
        place.station.at(3_600 * hours)
        agent.deliver(10)
        place.read()
    held = place.rows("select count(*) from future")[0][0]
    place.station.at(3_600)
    place.read()
    return place.outcome(f"by the collector's own clock; {held} lines were ahead of it for a while")


@scenario(
    "F23",
    "another monotonic clock after a restart",
    "unshare --time --monotonic 100000 --boottime 100000 burnline collect --once logs",
    needs=("unshare",),
)
def steady_clock_jumps(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(20)
    place.collect()
    agent.deliver(20)
    done = place.fault()
    assert done.code == 0, done.err
    (said,) = place.status()["store"]["troubles"]
    assert said in place.doctor()
    return place.outcome(f"status, doctor and screen: {said.partition(' (')[0]}")


@scenario(
    "F24",
    "everything again, and once more in copies",
    "cp -r logs copies; mv copies logs; touch -d @0 logs/*/*.jsonl",
)
def read_again(place: Place) -> Outcome:
    past_logs(place)
    place.collect()
    once = ledger(place.store)
    assert place.fault().code == 0
    place.collect()
    place.must("for f in logs/*/*.jsonl; do mv $f t; cat t > $f; rm t; done")
    place.collect()
    events = place.rows("select sum(events) from route")[0][0]
    return compared(f"{events:,} lines read of {len(once.runs):,} runs", once, ledger(place.store))


def swept(subject: str, how: str, points: int) -> Outcome:
    """Strike at writes and syncs of one subject, and add up what came of it."""
    chosen = next(item for item in sweep.SUBJECTS if item.name == subject)
    with tempfile.TemporaryDirectory(prefix="burnline-sweep-") as name:
        swept = sweep.Sweep(Path(name), chosen, shim=False)
        struck = [
            point
            for calls in ("write", "fsync")
            for point in swept.spread(calls, how, points, swept.count(calls))
        ]
    bad = [str(point) for point in struck if point.wrong]
    assert not bad, bad
    return Outcome(f"struck at {len(struck)} calls, spread evenly", len(struck), unit="restarts")


_INJECT = "strace -f -e trace={0} -e inject={0}:{1}:when=N burnline {2}"


@scenario(
    "F25",
    "kill -9 at the N-th write or sync",
    _INJECT.format("pwrite64", "signal=KILL", "collect --once logs"),
    needs=("strace",),
)
def killed_anywhere(place: Place) -> Outcome:
    return swept("collector", "KILL", 8 if place.full else 1)


@scenario(
    "F28",
    "the N-th write or sync fails with EIO",
    _INJECT.format("fsync", "error=EIO", "collect --once logs"),
    needs=("strace",),
)
def failing_disk(place: Place) -> Outcome:
    return swept("collector", "EIO", 8 if place.full else 1)


@scenario(
    "F26",
    "power cut: the disk as it stands, without what was not synced",
    "cp disk.img after.img; umount disk; mount -o loop after.img disk",
    needs=("loop",),
)
def power_cut(place: Place) -> Outcome:
    place.must("truncate -s 64M disk.img; mkfs.ext4 -q -F disk.img; mkdir disk")
    place.must("mount -o loop,commit=300 disk.img disk")
    place.later("umount disk")
    agent = place.agent()
    agent.deliver(40)
    burnline = f"burnline --store {place.folder}/disk/s.db --control {place.folder}/disk/c/c.json"
    place.must(f"{burnline} init logs --yes")
    place.must(f"{burnline} collect --once logs")
    said = place.must(f"{burnline} pause refunds --reason spent --by dana --yes")
    assert "is durable" in said
    place.must(place.command)
    place.store = place.folder / "disk" / "s.db"
    document = parse((place.folder / "disk" / "c" / "c.json").read_bytes())
    orders = [order.id for order in document.route("refunds").directives]
    assert orders == ["d-2"], "an order that was called durable is gone"
    chain = place.run(f"{burnline} audit --verify --json")
    assert json.loads(chain.out)["verdict"] == "whole", chain.out
    before = len(place.counted())
    place.must(f"{burnline} collect --once logs")
    return place.outcome(
        f"ext4 without a flush: {before} lines and the pause {orders[0]} are there"
    )
