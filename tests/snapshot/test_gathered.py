"""What is read at once for all routes is what each route, asked for by itself, would say."""

from __future__ import annotations

import contextlib
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from console.model import DAY_US
from console.settings import Settings
from console.settings.tiers import BUILT_IN
from console.snapshot import Snapshot, take
from console.store import counting, fleet, reader
from console.store.connect import attach
from tests.bench import large_store
from tests.snapshot import chance, plain

if TYPE_CHECKING:
    from console.store.connect import Connection

seeds = st.integers(min_value=0, max_value=2**32)
asked = st.sampled_from((None, "all", "12h", "1h"))


@contextlib.contextmanager
def world_of(seed: int) -> Iterator[tuple[chance.World, Connection, Path]]:
    """Give a store of chance, open."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.db"
        world = chance.write(path, random.Random(seed))
        connection = attach(path)
        try:
            yield world, connection, path
        finally:
            connection.close()


def taken(world: chance.World, connection: Connection, path: Path, window: str | None) -> Snapshot:
    return take(
        connection,
        world.settings,
        store=path,
        control=path.parent / "control.json",
        now_us=world.now_us,
        window=window,
    )


@settings(max_examples=60)
@given(seeds, asked)
def test_a_snapshot_shows_each_route_as_the_plain_computation_does(
    seed: int, window: str | None
) -> None:
    with world_of(seed) as (world, connection, path):
        snapshot = taken(world, connection, path, window)
        for shown in snapshot.routes:
            drawn = msgspec.structs.replace(shown, curve=shown.curve.points)
            assert drawn == plain.view(connection, world, shown.route, window, live=True)


@settings(max_examples=20)
@given(seeds)
def test_trusted_outcomes_in_a_row_are_those_that_had_closed_by_the_instant(seed: int) -> None:
    chosen = random.Random(seed)
    with world_of(seed) as (world, connection, _):
        edges = [run.entry.minute for run in world.runs if run.entry.minute is not None]
        for row in reader.routes(connection) if edges else ():
            first, until = sorted(chosen.choice(edges) + chosen.randrange(-70, 70) for _ in "12")
            closed = [
                (run.entry.minute, run.entry.state)
                for run in world.runs
                if run.number == row.id and first <= (run.entry.minute or 0) <= until
            ]
            last = max((at or 0 for at, state in closed if state == "bad"), default=first - 1)
            good = sum(state == "good" and (at or 0) > last for at, state in closed)
            found = counting.good_since_last_bad(connection, row.id, first, until=until)
            assert found == good


@settings(max_examples=20)
@given(seeds)
def test_what_is_known_of_all_routes_by_an_instant_is_what_had_happened(seed: int) -> None:
    with world_of(seed) as (world, connection, _):
        until_us = world.now_us - int(5 * DAY_US * random.Random(seed).random())
        missed, told = (
            fleet.last_misses(connection, until_us=until_us),
            fleet.agents(connection, until_us=until_us),
        )
        changes = fleet.changes(connection, 1_000, until_us, 0)
        for row in reader.routes(connection):
            rows = reader.misses(connection, route=row.name, until_us=until_us)
            assert missed.get(row.id) == (rows[0].at_us if rows else None)
            assert told.get(row.id, []) == reader.agents(connection, row.id, until_us=until_us)
            deployed = [each.ts_us for each in world.changes if each.route == row.name]
            deployed = sorted((at for at in deployed if at <= until_us), reverse=True)
            assert [event.ts_us for event in changes.get(row.id, [])] == deployed


@settings(max_examples=20)
@given(seeds)
def test_the_worst_routes_come_first_and_each_comes_once(seed: int) -> None:
    with world_of(seed) as (world, connection, path):
        shown = taken(world, connection, path, None).routes
        names = [view.route for view in shown]
        assert [view.rank for view in shown] == sorted(view.rank for view in shown)
        assert len(names) == len(set(names))
        assert {*chance.NAMES, *world.settings.routes} <= set(names)


def test_the_number_of_questions_to_the_store_does_not_grow_with_the_routes(
    tmp_path: Path,
) -> None:
    def asked_of(routes: int) -> int:
        path = tmp_path / f"{routes}.db"
        now_us = large_store.write(path, routes=routes, rows=routes * 50, seed=1)
        connection, said = attach(path), list[str]()
        connection.set_trace_callback(said.append)
        take(connection, Settings(tiers=dict(BUILT_IN)), store=path, control=path, now_us=now_us)
        connection.close()
        return len(said)

    assert asked_of(3) == asked_of(30)
