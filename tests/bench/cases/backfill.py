"""Reading a backlog to its end, beside those who count and beside decoding alone.

Ours is the whole job: runs joined, five classes of misses with their evidence, counts by minute,
hour and day, positions, alerts evaluated, one durable transaction for each few megabytes.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.bench.answers import cells_of, require_equal
from tests.bench.bench import Bench, Benchmark, collect_once, store_in
from tests.bench.counting import CountingPeer, found
from tests.bench.process import Failed, measure, python, surroundings
from tests.bench.report import Row, against, alone
from tests.bench.rounds import interleave

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.process import Cost

NAME = "backfill"
_TRIAL_LINES = 1_600


def ours(bench: Bench) -> Cost:
    """Read the backlog once into a new store; its counts have to be the oracle's."""
    with bench.place() as place:
        done = collect_once(place, bench.logs())
        require_equal("burnline", cells_of(store_in(place)), bench.right().cells)
    return done.cost


def _theirs(bench: Bench, peer: CountingPeer, **sizes: int) -> Cost:
    with bench.place() as place:
        done = peer.run(bench.logs(**sizes), place)
        require_equal(peer.name, peer.answer(place, done), bench.right(**sizes).events)
    return done.cost


def _able(bench: Bench, peer: CountingPeer) -> bool:
    """Say whether a peer does the job on a few lines; if not, why is noted, and the rest runs."""
    try:
        _theirs(bench, peer, lines=min(_TRIAL_LINES, bench.scale.lines))
    except Failed as error:
        bench.peers.missing[peer.name] = f"left out: {error}"
        return False
    return True


def _decoding(bench: Bench) -> Cost:
    with bench.place() as place:
        done = measure(python("tests.bench.decoding", bench.logs()), env=surroundings(place))
    if int(done.output) != bench.scale.lines:
        raise Failed(f"decoding alone saw {int(done.output):,} of {bench.scale.lines:,} lines")
    return done.cost


def run(bench: Bench) -> list[Row]:
    """Measure all of them in the same rounds."""
    bench.right()
    peers = {peer.name: peer for peer in found(bench.peers) if _able(bench, peer)}
    contestants: dict[str, Callable[[], Cost]] = {
        "burnline": lambda: ours(bench),
        "decoding alone": lambda: _decoding(bench),
    }
    contestants |= {name: partial(_theirs, bench, peer) for name, peer in peers.items()}
    costs = interleave(contestants, bench.scale.rounds)
    own = [cost.cpu_s for cost in costs["burnline"]]
    what = f"{bench.scale.lines:,} lines"
    bound = "the bound of any reader in Python: nothing is done with what was decoded"
    notes = {"decoding alone": bound} | {peer.name: peer.note for peer in peers.values()}
    rows = [
        against(NAME, what, "CPU s", own, name, [cost.cpu_s for cost in costs[name]], note)
        for name, note in notes.items()
    ]
    per_line = [cpu_s / bench.scale.lines * 1e6 for cpu_s in own]
    rows.append(alone(NAME, f"{what}, each", "us/line", per_line))
    rows += [
        against(
            NAME, f"{what}, peak memory", "MB", [cost.peak_mb for cost in costs["burnline"]],
            name, [cost.peak_mb for cost in costs[name]], notes[name],
        )
        for name in peers
    ]  # fmt: skip
    return rows


BENCHMARK = Benchmark(NAME, "reading a backlog of native lines, beside those who count", run)
