"""The views by which other tools read a store say what the program itself says."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import msgspec
import pytest
from sqlite_utils import Database

from console.ledger.counts import Entry
from console.ledger.facts import decode
from console.model import CLASSES, MINUTE_US
from console.store import corrections
from console.store.connect import APPLICATION_ID, create
from console.store.corrections import Correction
from console.store.schema import migrations
from console.store.views import VIEWS
from console.store.writer import Writer
from tests.collector.running import NOON_US, Station, event, good, route


def test_every_view_is_readable_by_any_sqlite_tool(tmp_path: Path) -> None:
    Writer(tmp_path / "s.db").close()
    database = Database(sqlite3.connect(tmp_path / "s.db"))
    assert set(VIEWS) == set(database.view_names())
    for name in VIEWS:
        assert list(database[name].rows) == []
    database.close()


def test_the_readme_names_every_view_with_its_columns(tmp_path: Path) -> None:
    Writer(tmp_path / "s.db").close()
    database = Database(sqlite3.connect(tmp_path / "s.db"))
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    section = readme.partition("| view | a row is |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", section, re.MULTILINE)
    assert {name for name, _ in rows} == set(VIEWS)
    classes = {item.value for item in CLASSES}
    for name, columns in rows:
        named = set(re.findall(r"`(\w+)`", columns)) | {"route"}
        named |= classes if "a class" in columns else set()
        assert {column.name for column in database[name].columns} == named, name
    database.close()


def test_efforts_deployments_and_signatures_of_runs(tmp_path: Path) -> None:
    station = Station(tmp_path, route(sla_us=MINUTE_US))
    station.write(
        "a.jsonl",
        event("run.started", "one", 0, agent="a-1"),
        event("approval.requested", "one", 10, action="pay"),
        event("approval.granted", "one", 40, action="pay", by="ed"),
        good("one", 90),
        event("rescued", "one", 600, by="kim", minutes=12),
        event("recovery.started", "one", 700),
        event("recovery.succeeded", "one", 760),
        event("change.deployed", at_s=5, change="prompt", version="v2", id="c"),
    )
    station.at(7_200).read().close()
    database = Database(sqlite3.connect(station.store))
    efforts = {row["kind"]: (row["length_us"], row["who"]) for row in database["efforts"].rows}
    seconds = 1_000_000
    assert efforts == {
        "approval": (30 * seconds, "ed"),
        "delay": (30 * seconds, ""),
        "rescue": (720 * seconds, "kim"),
        "recovery": (60 * seconds, ""),
    }
    (change,) = database["deployments"].rows
    assert (change["change"], change["version"]) == ("prompt", "v2")
    (run,) = (row for row in database["runs"].rows if row["run"] == "one")
    assert (run["agent"], run["bad"], run["latency"], run["trust"]) == ("a-1", 1, 1, 1)
    signatures = {row["class"]: (row["signature"], row["path"]) for row in database["misses"].rows}
    assert signatures["trust"][0] == "rescued"
    assert signatures["latency"][0] == "no outcome # min after the start"
    assert signatures["latency"][1].startswith("run.started > approval.requested")
    database.close()


def test_what_a_run_took_is_empty_where_no_event_says_it(tmp_path: Path) -> None:
    station = Station(tmp_path)
    station.write(
        "a.jsonl", good("free", 1, cost_usd=0), good("counted", 2, tokens=0), good("mute")
    )
    station.at(7_200).read().close()
    database = Database(sqlite3.connect(station.store))
    took = {row["run"]: (row["cost_usd"], row["tokens"]) for row in database["spendings"].rows}
    assert took == {"free": (0.0, None), "counted": (None, 0)}
    database.close()


@pytest.mark.parametrize("by_owner", [True, False])
@pytest.mark.parametrize("runs", [(), ("late", "denied")])
def test_the_view_corrects_what_corrections_correct(
    tmp_path: Path, by_owner: bool, runs: tuple[str, ...]
) -> None:
    station = Station(tmp_path)
    station.write(
        "a.jsonl",
        *(good(f"g{at}", at) for at in range(0, 600, 30)),
        event("action.denied", "denied", 200, action="x"),
        event("run.failed", "late", 300, reason="y"),
    )
    station.at(7_200).read()
    period = (None, None) if runs else (NOON_US + 61_000_000, NOON_US + 240_000_001)
    correction = Correction(
        id="C1", route="refunds", category="outage", reason="z", by="ed", at_us=NOON_US,
        by_owner=by_owner, from_us=period[0], to_us=period[1], runs=runs,
    )  # fmt: skip
    with station.collector.writer.transaction():
        corrections.save(station.collector.writer.connection, correction)
    station.close()
    connection = sqlite3.connect(station.store)
    rows = connection.execute("select run, correction from runs").fetchall()
    raw = connection.execute("select run, state, minute, classes from run").fetchall()
    connection.close()
    covered = {run for run, *entry in raw if correction.covers(run, Entry(*entry))}
    assert covered
    assert {run for run, found in rows if found} == covered


def before_the_review(path: Path, newer: sqlite3.Connection) -> None:
    """Make a store as it was before the review from what a newer one holds of runs and misses."""
    connection = create(path)
    connection.execute(f"pragma application_id={APPLICATION_ID}")
    migrations().apply(Database(connection), stop_before="m009_reviewing")
    connection.execute("pragma user_version = 8")
    for table in ("route", "run", "miss"):
        columns = [row[1] for row in connection.execute(f"pragma table_info({table})")]
        kept = ", ".join("events" if name == "facts" else name for name in columns)
        source = "(select * from run join told on told.id = run.told)" if table == "run" else table
        rows = newer.execute(f"select {kept} from {source}").fetchall()
        if table == "run":
            place = columns.index("facts")
            rows = [(*row[:place], as_lists(row[place]), *row[place + 1 :]) for row in rows]
        connection.executemany(
            f"insert into {table} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})",
            rows,
        )
    connection.close()


def as_lists(events: bytes) -> bytes:
    """Return the events of a run as they were kept then, lists of values with their places."""
    marks = decode(events, "").marks
    return msgspec.msgpack.encode(
        [(msgspec.structs.astuple(event), origin) for event, origin in marks.items()]
    )


def test_a_store_of_the_schema_before_is_filled(tmp_path: Path) -> None:
    station = Station(tmp_path)
    station.write(
        "a.jsonl",
        good("one", agent="a-1"),
        event("rescued", "one", 9, minutes=3),
        event("change.deployed", at_s=5, change="prompt", version="v2", id="c"),
    )
    station.at(60).read().close()
    newer = sqlite3.connect(station.store)
    before_the_review(tmp_path / "older.db", newer)
    writer = Writer(tmp_path / "older.db")
    for query in (
        "select * from effort",
        "select * from deployed",
        "select route, run, agent from run",
        "select * from miss",
        "select * from runs",
    ):
        assert writer.connection.execute(query).fetchall() == newer.execute(query).fetchall() != []
    writer.close()
    newer.close()
