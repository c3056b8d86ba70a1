"""Metrics and rules: evaluated by hand on the exposition, the rules say what burnline says."""

from __future__ import annotations

import re
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.burn import arithmetic, rules, windows
from console.export import prometheus, yaml
from console.export.serving import MetricsServer
from console.model import BurnRule, Counts
from console.settings import RouteSettings, load
from console.snapshot import Snapshot, take
from console.store.connect import attach
from tests.collector.running import Station, event, good

PROMTOOL = shutil.which("promtool")
_SELECTED = re.compile(r'sum by \(route\) \((\w+\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})\)')
Samples = dict[str, float]


def values_of(text: str) -> Samples:
    """Return the samples of an exposition by name and labels."""
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    pairs = (line.rpartition(" ") for line in lines)
    return {name: float(value) for name, _, value in pairs}


def holds(expression: str, samples: Samples) -> bool:
    """Evaluate a rule as Prometheus does, where every operand has one series or none.

    A comparison that does not hold yields nothing, and so does all arithmetic with nothing.
    """
    plain = _SELECTED.sub(lambda found: repr(samples.get(found[1], 0.0)), expression)
    return any(
        all(_compared(part) for part in side.strip("()").split(" and "))
        for side in plain.split(") or (")
    )


def _compared(part: str) -> bool:
    if "> 0)" in part:
        inner = re.search(r"\(([\d.]+) > 0\)", part)
        assert inner is not None
        if float(inner[1]) <= 0:
            return False
        part = part.replace(inner[0], inner[1])
    assert re.fullmatch(r"[\d.e+ *<>=]+", part.strip("() ")), part
    return bool(eval(part.strip("() ")))


def samples_of(route: RouteSettings, rule: BurnRule, *counts: Counts) -> Samples:
    found: Samples = {}
    labels = (windows.label(rule.long_us), windows.label(rule.short_us), "budget")
    for label, one in zip(labels, counts, strict=True):
        where = prometheus.selector(route.name, label)
        found[f"burnline_runs{where}"] = one.total
        found[f"burnline_bad_runs{where}"] = one.bad
    return found


def medium(name: str = "refunds", **fields: object) -> RouteSettings:
    return msgspec.structs.replace(load(None).tiers["medium"], name=name, **fields)


@st.composite
def nested(draw: st.DrawFn) -> tuple[Counts, Counts, Counts]:
    """Return the counts of a long, a short and a budget window, each in the next."""
    sizes = [draw(st.integers(0, most)) for most in (12, 60, 900)]
    totals = [sizes[0], sizes[0] + sizes[1], sum(sizes)]
    bad = [0, 0, 0]
    for place, size in enumerate(sizes):
        bad[place] = draw(st.integers(0, size)) + (bad[place - 1] if place else 0)
    short, long, budget = (Counts(*pair) for pair in zip(totals, bad, strict=True))
    return long, short, budget


@given(nested(), st.sampled_from([1_000, 20_000, 30_000, 50_000, 70_000]))
def test_a_rule_fires_where_burnline_fires(
    counts: tuple[Counts, Counts, Counts], budget_ppm: int
) -> None:
    route = medium(budget_ppm=budget_ppm)
    for rule in rules.of(route):
        long, short, budget = counts
        reading = rules.read(rule, long, short, budget.total, route)
        samples = samples_of(route, rule, *counts)
        ratio, spend = prometheus.by_ratio(route, rule), prometheus.by_spend(route, rule)
        assert holds(f"({ratio}) or ({spend})", samples) == bool(reading.fires)


def test_a_burn_of_exactly_the_threshold_fires() -> None:
    route = medium(budget_ppm=50_000)
    rule = rules.of(route)[0]
    counts = Counts(100, 72)
    assert holds(prometheus.by_ratio(route, rule), samples_of(route, rule, counts, counts, counts))


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    station = Station(tmp_path)
    station.write("a.jsonl", *(good(f"g{n}", n) for n in range(40)))
    station.write("a.jsonl", event("run.failed", "f", 50, reason="x"), b"no json\n")
    station.at(120).read().close()
    connection = attach(station.store)
    try:
        return take(
            connection, station.settings, store=station.store, control=station.control,
            now_us=station.now_us,
        )  # fmt: skip
    finally:
        connection.close()


def test_the_exposition_says_what_the_snapshot_says(snapshot: Snapshot) -> None:
    found = values_of(prometheus.exposition(snapshot))
    (view,) = snapshot.routes
    for burn in view.burn:
        where = prometheus.selector("refunds", burn.label)
        runs, bad = found[f"burnline_runs{where}"], found[f"burnline_bad_runs{where}"]
        assert (runs, bad) == (burn.counts.total, burn.counts.bad)
        assert arithmetic.burn_rate(int(bad), int(runs), view.budget_ppm) == burn.rate
    assert found["burnline_rejected_lines"] == 1
    assert found['burnline_class_misses{route="refunds",class="trust"}'] == 1


def test_labels_are_escaped() -> None:
    assert prometheus.selector('a"b\\c\nd', "1h") == '{route="a\\"b\\\\c\\nd",window="1h"}'


def test_it_is_served_on_this_machine_only(snapshot: Snapshot) -> None:
    server = MetricsServer(0, lambda: snapshot)
    try:
        base = f"http://127.0.0.1:{server.port}"
        with urllib.request.urlopen(f"{base}/metrics") as answer:
            assert answer.headers["Content-Type"] == prometheus.CONTENT_TYPE
            assert answer.read().decode() == prometheus.exposition(snapshot)
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            urllib.request.urlopen(f"{base}/")
        refused.value.close()
    finally:
        server.close()


def test_a_store_that_cannot_be_read_is_said_to_the_scraper() -> None:
    def fails() -> Snapshot:
        raise OSError("disk")

    server = MetricsServer(0, fails)
    try:
        with pytest.raises(urllib.error.HTTPError, match="503") as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics")
        refused.value.close()
    finally:
        server.close()


@pytest.mark.skipif(PROMTOOL is None, reason="no promtool here (Debian: apt install prometheus)")
def test_promtool_accepts_the_rules(tmp_path: Path) -> None:
    routes = load(Path(__file__).parents[2] / "sample_logs" / "burnline.toml").routes.values()
    path = tmp_path / "rules.yml"
    path.write_text(yaml.stream([prometheus.rule_groups([*routes, medium('odd "{{ name')])]))
    done = subprocess.run(
        [str(PROMTOOL), "check", "rules", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
