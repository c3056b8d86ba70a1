"""Claude Code's own logs, beside the programs that people watch them with.

Not the same job: they add up tokens and price them; ours tells prompts, refusals, interruptions and
ends apart, and keeps them. They read every file again for every answer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.bench import transcripts
from tests.bench.answers import cells_of, require_equal
from tests.bench.bench import Bench, Benchmark, collect_once, store_in
from tests.bench.counting import RIVALS
from tests.bench.process import measure, surroundings
from tests.bench.report import Row, against, alone
from tests.bench.rounds import interleave

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.bench.process import Cost
    from tests.bench.transcripts import Said

NAME = "Claude Code logs"
_NOTE = "adds up tokens and prices them; no outcomes, nothing kept"


def run(bench: Bench) -> list[Row]:
    """Measure ours and those that are there in the same rounds."""
    scale = bench.scale
    config = bench.folder / "claude"
    transcripts.write(config, scale.transcripts, scale.misses, scale.seed)
    right = transcripts.said(config)
    contestants: dict[str, Callable[[], Cost]] = {"burnline": lambda: _ours(bench, config, right)}
    ccusage = bench.peers.program("ccusage")
    if ccusage is not None:
        name = bench.peers.named("ccusage")
        contestants[name] = lambda: _ccusage(bench, ccusage, config, right)
    monitor = bench.peers.python("claude-monitor")
    if monitor is not None:
        name = bench.peers.named("claude-monitor")
        contestants[name] = lambda: _monitor(bench, monitor, config, right)
    costs = interleave(contestants, scale.rounds)
    what = f"{right.lines:,} lines"
    own = costs.pop("burnline")
    rows = [alone(NAME, f"{what}, each", "us/line", [c.cpu_s / right.lines * 1e6 for c in own])]
    for name, theirs in costs.items():
        cpu = [cost.cpu_s for cost in own], [cost.cpu_s for cost in theirs]
        peak = [cost.peak_mb for cost in own], [cost.peak_mb for cost in theirs]
        rows.append(against(NAME, what, "CPU s", cpu[0], name, cpu[1], _NOTE))
        rows.append(against(NAME, f"{what}, peak memory", "MB", peak[0], name, peak[1], _NOTE))
    return rows


def _ours(bench: Bench, config: Path, right: Said) -> Cost:
    """Read all sessions; every prompt is a run, and the rejected ones are the bad ones."""
    with bench.place() as place:
        done = collect_once(place, config / "projects")
        prompts: dict[str, int] = {}
        rejected: dict[str, int] = {}
        for (route, _), counts in cells_of(store_in(place)).items():
            prompts[route] = prompts.get(route, 0) + counts[0]
            if counts[1]:
                rejected[route] = rejected.get(route, 0) + counts[1]
    require_equal("burnline, prompts", prompts, right.prompts)
    require_equal("burnline, rejected prompts", rejected, right.rejected)
    return done.cost


def _ccusage(bench: Bench, program: str, config: Path, right: Said) -> Cost:
    with bench.place() as place:
        env = {**surroundings(place), "CLAUDE_CONFIG_DIR": str(config)}
        command = [program, "claude", "daily", "--offline", "--json"]
        done = measure(command, cwd=place, env=env)
    total = json.loads(done.output)["totals"]["totalTokens"]
    require_equal("ccusage", {"tokens": total}, {"tokens": right.tokens})
    return done.cost


def _monitor(bench: Bench, interpreter: str, config: Path, right: Said) -> Cost:
    with bench.place() as place:
        script = RIVALS / "claude_monitor_load.py"
        done = measure([interpreter, script, config / "projects"], env=surroundings(place))
    found = {"answers": int(done.output)}
    require_equal("claude-monitor", found, {"answers": right.answers})
    return done.cost


BENCHMARK = Benchmark(NAME, "transcripts of Claude Code, beside ccusage and claude-monitor", run)
