"""Side by side: a real Prometheus computes and alerts from our metrics as burnline does."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import urllib.parse
import urllib.request
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pytest

from console.burn import rules, windows
from console.export import prometheus, yaml
from console.export.serving import MetricsServer
from console.intake.times import instant_us
from console.model import SECOND_US, Counts
from console.snapshot import Snapshot, take
from console.store.connect import attach
from tests.cli.shell import eventually
from tests.review import fleets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from console.settings import Settings
    from console.snapshot.types import RouteView

PROMETHEUS, PROMTOOL = shutil.which("prometheus"), shutil.which("promtool")
pytestmark = pytest.mark.skipif(
    PROMETHEUS is None or PROMTOOL is None,
    reason="no Prometheus here (Debian: apt install prometheus)",
)
CONFIGURED = """
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
  - job_name: burnline
    static_configs: [{targets: ["127.0.0.1:%d"]}]
"""


class Side(NamedTuple):
    """Both sides: what burnline says, and where Prometheus is asked."""

    settings: Settings
    snapshot: Snapshot
    url: str

    def ask(self, query: str) -> list[dict[str, Any]]:
        """Return what Prometheus answers to a query, series by series."""
        url = f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        with urllib.request.urlopen(url) as answer:
            document = json.load(answer)
        found: list[dict[str, Any]] = document["data"]["result"]
        return found

    def evaluated(self, since_us: int) -> bool:
        """Say whether every rule was evaluated after an instant."""
        with urllib.request.urlopen(f"{self.url}/api/v1/rules") as answer:
            groups = json.load(answer)["data"]["groups"]
        last = [instant_us(group["lastEvaluation"]) for group in groups]
        return len(last) == len(self.snapshot.routes) and min(last) > since_us


@pytest.fixture(scope="module")
def side(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    """The sample logs, read by burnline and scraped by Prometheus; and a route full of quotes."""
    folder = tmp_path_factory.mktemp("prometheus")
    settings = fleets.sample_settings()
    fleets.review_of(settings, folder / "burnline.db", 1)
    snapshot = snapshot_of(settings, folder)
    odd = msgspec.structs.replace(snapshot.routes[0], route='odd "{{ name')
    snapshot = msgspec.structs.replace(snapshot, routes=(*snapshot.routes, odd))
    server = MetricsServer(0, lambda: snapshot)
    routes = [
        msgspec.structs.replace(settings.route(view.route), name=view.route)
        for view in (*snapshot.routes[:-1], snapshot.routes[0])
    ]
    routes[-1] = msgspec.structs.replace(routes[-1], name=odd.route)
    (folder / "rules.yml").write_text(yaml.stream([prometheus.rule_groups(routes)]))
    (folder / "prometheus.yml").write_text(CONFIGURED % server.port)
    settings = msgspec.structs.replace(settings, routes={one.name: one for one in routes})
    try:
        with started(folder) as url:
            found = Side(settings, snapshot, url)
            (scraped,) = eventually(
                lambda: quietly(found, "timestamp(burnline_control_generation)"), "it scrapes"
            )
            since_us = int(float(scraped["value"][1]) * SECOND_US)
            eventually(lambda: found.evaluated(since_us), "every rule is evaluated")
            yield found
    finally:
        server.close()


def snapshot_of(settings: Settings, folder: Path) -> Snapshot:
    connection = attach(folder / "burnline.db")
    control = folder / "control" / "control.json"
    try:
        return take(
            connection, settings, store=folder / "burnline.db", control=control,
            now_us=fleets.END_US,
        )  # fmt: skip
    finally:
        connection.close()


@contextlib.contextmanager
def started(folder: Path) -> Iterator[str]:
    """Run Prometheus on a free local port, and end it with the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                str(PROMETHEUS), f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}",
            ],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def quietly(side: Side, query: str) -> list[dict[str, Any]]:
    """Return what is answered, nothing while nobody listens."""
    try:
        return side.ask(query)
    except OSError:
        return []


def counts(view: RouteView, label: str) -> Counts:
    return next(burn.counts for burn in view.burn if burn.label == label)


def test_every_burn_rate_is_the_same_on_both_sides(side: Side) -> None:
    compared = 0
    for view in side.snapshot.routes:
        lengths = {
            length for item in view.rules for length in (item.rule.long_us, item.rule.short_us)
        }
        for label in map(windows.label, lengths):
            rate = next(burn.rate for burn in view.burn if burn.label == label)
            where = json.dumps(view.route)
            found = side.ask(f"route:burnline_burn_rate:{label}{{route={where}}}")
            theirs = [Fraction(one["value"][1]) for one in found]
            assert len(theirs) == (rate is not None)
            if rate is not None:
                assert abs(theirs[0] - rate) <= rate / 10**12
            compared += 1
    assert compared > 50


def test_the_same_rules_fire_on_both_sides(side: Side) -> None:
    ours = set()
    for view in side.snapshot.routes:
        route = side.settings.route(view.route)
        for rule in rules.of(route):
            long, short = windows.label(rule.long_us), windows.label(rule.short_us)
            total = view.experienced.total
            if rules.read(rule, counts(view, long), counts(view, short), total, route).fires:
                ours.add((view.route, rule.severity.value, long))
    theirs = {
        (one["metric"]["route"], one["metric"]["severity"], one["metric"]["window"])
        for one in side.ask('ALERTS{alertname="BurnlineBudgetBurn",alertstate="firing"}')
    }
    assert theirs == ours
    assert {severity for _, severity, _ in ours} == {"page", "ticket"}


def test_the_budget_left_and_the_standing_alerts_are_the_same(side: Side) -> None:
    for view in side.snapshot.routes:
        where = json.dumps(view.route)
        (found,) = side.ask(f"burnline_budget_remaining_ratio{{route={where}}}")
        assert view.remaining is not None
        assert abs(Fraction(found["value"][1]) - view.remaining) < Fraction(1, 10**9)
        (found,) = side.ask(f'burnline_alerts{{route={where},severity="page"}}')
        pages = [one for one in view.alerts if one.severity == "page" and one.state != "resolved"]
        assert int(found["value"][1]) == len(pages)


def test_promtool_accepts_the_metrics(side: Side) -> None:
    done = subprocess.run(
        [str(PROMTOOL), "check", "metrics"],
        input=prometheus.exposition(side.snapshot), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
