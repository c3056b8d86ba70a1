"""What is kept, and for how long; and that nothing is ever counted a second time."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from console.burn.windows import Span
from console.collector import retention
from console.control.directives import ControlDesk, Order
from console.control.file import ControlFile
from console.model import MINUTE_US, SECOND_US, DirectiveKind
from console.store import corrections, counting, reader
from console.store.connect import attach
from tests.collector.running import DAY, HOUR, MINUTE, NOON_US, Station, event, good, route

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from console.settings import RouteSettings

KEPT = 30 * DAY
AGED = ("run", "line", "quarantine", "file")


def shortly(folder: Path, *routes: RouteSettings, **keep: int) -> Station:
    """Return a station that keeps things for 30 days, raw lines of some classes for less."""
    station = Station(folder, *routes)
    station.settings = msgspec.structs.replace(
        station.settings,
        retention_us=KEPT * SECOND_US,
        keep_us={name: kept * SECOND_US for name, kept in keep.items()},
    )
    station.restart()
    return station


@pytest.fixture
def brief(tmp_path: Path) -> Iterator[Station]:
    station = shortly(tmp_path)
    yield station
    station.close()


def bad(run: str, at_s: float = 0, **fields: object) -> bytes:
    return event("run.failed", run, at_s, **fields)


def rows(station: Station, query: str) -> list[Any]:
    connection = attach(station.store)
    found = [tuple(row) for row in connection.execute(query)]
    connection.close()
    return found


def late(station: Station) -> int:
    return sum(row[0] for row in rows(station, "select late from file"))


def counts(station: Station, first: int = 0, end: int = 2**40) -> dict[int, Any]:
    connection = attach(station.store)
    found = counting.window_counts(connection, Span(first, end))
    connection.close()
    return found


def copied(station: Station) -> None:
    """Put every log there once more, under another name."""
    for log in sorted(station.logs.iterdir()):
        shutil.copyfile(log, log.with_name(f"again-{log.name}"))


def test_settled_runs_and_their_evidence_go_and_their_counts_stay(brief: Station) -> None:
    brief.write("a.jsonl", good("r1"), bad("r2"), event("run.cancelled", "r3"))
    before = counts(brief.read())
    assert len(brief.misses()) == 1
    assert set(brief.at(KEPT).read().runs()) == {"r1", "r2", "r3"}
    assert brief.at(KEPT + MINUTE * 10).read().runs() == {}
    assert (brief.misses(), rows(brief, "select * from line")) == ([], [])
    assert counts(brief) == before
    assert brief.total() == 2


def test_age_counts_from_when_a_log_was_read_and_not_from_what_it_tells(brief: Station) -> None:
    brief.at(700 * DAY).write("a.jsonl", bad("r1"))
    brief.read()
    assert brief.at(700 * DAY + KEPT - 1).read().misses()[0]["evidence"][0]["line"]
    assert brief.at(700 * DAY + KEPT + HOUR).read().misses() == []


def test_a_run_that_changes_is_kept_from_then_on(brief: Station) -> None:
    brief.write("a.jsonl", good("r1"))
    brief.at(20 * DAY).read()
    brief.write("a.jsonl", event("rescued", "r1", 20 * DAY, by="dana"))
    brief.at(21 * DAY).read()
    assert "r1" in brief.at(KEPT + 20 * DAY).read().runs()
    assert "r1" not in brief.at(KEPT + 22 * DAY).read().runs()


def test_what_was_deleted_is_not_counted_again_but_counted_as_too_late(brief: Station) -> None:
    brief.write(
        "a.jsonl", good("r1", 5), bad("r2", 9), event("change.deployed", at_s=9, change="x")
    )
    brief.read()
    before = counts(brief.at(KEPT + DAY).read())
    copied(brief)
    assert counts(brief.read()) == before
    assert brief.runs() == {}
    assert late(brief) == 3
    connection = attach(brief.store)
    assert {row.late for row in reader.files(connection)} == {0, 3}
    connection.close()


def test_what_comes_after_the_latest_that_was_deleted_is_counted(brief: Station) -> None:
    brief.write("a.jsonl", good("r1", 5))
    brief.read().at(KEPT + DAY).read()
    brief.write("a.jsonl", good("r2", 5), good("r3", 5.000001), event("control.seen", at_s=1))
    assert set(brief.read().runs()) == {"r3"}
    assert (brief.total(), late(brief)) == (2, 1)


def test_open_runs_and_those_with_a_deadline_to_come_are_never_deleted(tmp_path: Path) -> None:
    forever = route(abandon_after_us=900 * DAY * SECOND_US)
    station = shortly(tmp_path, forever, route("slow", requires=("qa",), verdict_within_us=2**50))
    station.write(
        "a.jsonl",
        event("run.started", "r1"),
        event("run.delivered", "r2", route="slow"),
        good("r3"),
    )
    station.read()
    assert set(station.at(20 * KEPT).read().runs()) == {"r1", "r2"}
    station.write("a.jsonl", good("r1", 3))
    assert station.read().runs()["r1"] == "good"
    assert station.total() == 2
    station.close()


def test_what_a_correction_takes_out_stays_the_same(brief: Station) -> None:
    brief.write("a.jsonl", bad("r1", 60), bad("r2", 60), bad("r3", 300), good("r4", 400))
    brief.read()
    common: dict[str, Any] = {"route": "refunds", "category": "outage", "reason": "x", "by": "d"}
    common |= {"at_us": NOON_US, "by_owner": False}
    period = (NOON_US + 30 * SECOND_US, NOON_US + 100 * SECOND_US)
    with brief.collector.writer.transaction():
        connection = brief.collector.writer.connection
        corrections.save(connection, corrections.Correction(id="C1", runs=("r3",), **common))
        corrections.save(
            connection,
            corrections.Correction(id="C2", from_us=period[0], to_us=period[1], **common),
        )
    everything = Span(0, 2**40)
    found = corrections.of_route(connection, "refunds")
    before = corrections.taken_out(connection, 1, found, everything)
    assert set(before[1]) == {"r1", "r2", "r3"}
    for turn in range(1, 4):
        brief.at(turn * (KEPT + DAY)).read()
        assert corrections.taken_out(connection, 1, found, everything) == before
    assert set(brief.runs()) == {"r1", "r2", "r3"}
    copied(brief)
    brief.read()
    assert (brief.total(), late(brief)) == (4, 1)


def test_the_miss_of_an_order_that_nobody_confirmed_is_booked_once(tmp_path: Path) -> None:
    station = shortly(tmp_path, route())
    station.control.parent.mkdir(mode=0o755)
    desk = ControlDesk(station.collector.writer, ControlFile(station.control), station.settings)
    freeze = Order(
        route="refunds", kind=DirectiveKind.FREEZE, by="d", reason="x", changes=("prompt",)
    )
    station.write("a.jsonl", good("r0", -1))
    station.read()
    order = desk.give(freeze, NOON_US)
    station.read()
    station.write("a.jsonl", good("r1", 2 * MINUTE, agent="w1"))
    before = counts(station.at(HOUR).read())
    assert station.runs()[order.id] == "bad"
    for turn in range(1, 4):
        station.write("a.jsonl", event("control.seen", at_s=HOUR + turn, agent="w2", generation=1))
        assert counts(station.at(turn * (KEPT + DAY)).read()) == before
        assert list(station.runs()) == [order.id]
    station.close()


def test_a_family_goes_as_a_whole_once_all_of_it_is_old(brief: Station) -> None:
    brief.write("a.jsonl", good("root", 9), event("action.denied", "child", 5, parent="root"))
    brief.write("a.jsonl", event("run.failed", "grandchild", 6, parent="child", reason="x"))
    before = counts(brief.read())
    brief.at(20 * DAY).write("a.jsonl", event("rescued", "grandchild", 7, by="d", parent="child"))
    assert counts(brief.read()) == before
    assert len(brief.at(KEPT + DAY).read().runs()) == 3
    assert brief.at(3 * KEPT).read().runs() == {}
    copied(brief)
    assert counts(brief.read()) == before
    assert late(brief) == 4


def test_raw_lines_are_kept_by_class_and_the_miss_says_that_they_expired(tmp_path: Path) -> None:
    station = shortly(tmp_path, trust=2 * DAY, permission=9 * DAY)
    station.write("a.jsonl", bad("r1", id="e1"), event("action.denied", "r2", 1, action="x"))
    station.read()
    assert all("expired" not in miss["evidence"][0] for miss in station.at(2 * DAY).read().misses())
    first, second = station.at(3 * DAY).read().misses()
    assert first["evidence"] == [
        {
            "file": str(station.logs / "a.jsonl"), "offset": 0, "line": "", "line_number": 1,
            "expired": True,
        }
    ]  # fmt: skip
    assert (first["events"], first["class"]) == (["e1"], "trust")
    assert first["rule"]
    assert second["evidence"][0]["line"]
    assert station.at(10 * DAY).read().misses()[1]["evidence"][0]["expired"]
    station.close()


def test_a_line_behind_misses_of_several_classes_is_kept_for_the_longest(tmp_path: Path) -> None:
    station = shortly(tmp_path, route(sla_us=MINUTE * SECOND_US), trust=2 * DAY, latency=9 * DAY)
    station.write("a.jsonl", event("run.started", "r1"), bad("r1", 2 * MINUTE))
    station.at(HOUR).read()
    station.at(8 * DAY).read()
    kept = {miss["class"]: miss["evidence"] for miss in station.misses()}
    assert all(piece["line"] for piece in kept["latency"])
    station.close()


def test_what_was_refused_is_forgotten_and_still_counted(brief: Station) -> None:
    brief.write("a.jsonl", b"not JSON\n")
    assert len(rows(brief.read(), "select * from quarantine")) == 1
    brief.at(KEPT + DAY).read()
    assert rows(brief, "select count(*) from quarantine") == [(0,)]
    assert rows(brief, "select rejected from file") == [(1,)]


def test_positions_of_files_that_are_gone_go_once_nothing_points_to_them(brief: Station) -> None:
    old = brief.write("a.jsonl", bad("r1"))
    brief.write("b.jsonl", good("r2"))
    brief.read()
    old.unlink()
    brief.restart()
    brief.at(10 * DAY).read()
    names = "select cast(path as text) from file"
    assert len(rows(brief.at(KEPT + DAY).read(), names)) == 2
    brief.at(KEPT + 11 * DAY).read()
    assert rows(brief.at(KEPT + 12 * DAY).read(), names) == [(str(brief.logs / "b.jsonl"),)]
    brief.write("a.jsonl", good("r1"))
    brief.write("c.jsonl", good("r9", KEPT + 12 * DAY))
    brief.read()
    assert (late(brief), brief.total()) == (1, 3)


def test_the_number_of_a_deleted_file_is_not_given_to_another(brief: Station) -> None:
    log = brief.write("a.jsonl", good("r1"))
    brief.read()
    log.unlink()
    brief.restart()
    for turn in (1, 2, 3):
        brief.at(turn * (KEPT + DAY)).read()
        brief.restart()
    brief.write("b.jsonl", good("r2", 9 * KEPT))
    brief.at(9 * KEPT + DAY).read()
    assert rows(brief, "select max(id) from file") == [(2,)]


def test_a_little_is_deleted_at_once_and_only_now_and_then(
    brief: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    brief.write("a.jsonl", *(good(f"r{number}", number) for number in range(5)))
    brief.read()
    left = []
    for minutes in range(4):
        brief.at(KEPT + DAY + minutes * MINUTE + 1).read().read()
        left.append(len(brief.runs()))
    assert left == [3, 1, 0, 0]
    brief.write("a.jsonl", *(good(f"s{number}", number) for number in range(5)))
    assert late(brief.read()) == 5


def test_a_restart_remembers_what_was_deleted(brief: Station) -> None:
    brief.write("a.jsonl", good("r1"))
    brief.read().at(KEPT + DAY).read()
    brief.restart()
    copied(brief)
    assert brief.read().total() == 1


RUN = st.tuples(
    st.sampled_from(["a", "b"]),
    st.integers(0, 12),
    st.sampled_from(["run.delivered", "run.failed", "action.denied", "rescued", "run.started"]),
    st.integers(0, 60 * 24 * 3),
)
ACTS = st.lists(
    st.one_of(RUN, st.integers(1, 40), st.just("copy"), st.just("restart")), min_size=4, max_size=24
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS, st.integers(0, 10_000), st.integers(0, 10_000))
@example(
    [("a", 1, "run.failed", 5), ("a", 2, "run.delivered", 9), 35, 35, "restart", "copy"], 0, 99
)
def test_counts_of_any_window_are_the_same_with_and_without_deleting(
    tmp_path_factory: pytest.TempPathFactory, acts: list[Any], first: int, length: int
) -> None:
    kept = Station(tmp_path_factory.mktemp("kept"))
    brief = shortly(tmp_path_factory.mktemp("brief"))
    day = 0
    for act in acts:
        for station in (kept, brief):
            if act == "copy":
                copied_once(station)
            elif act == "restart":
                station.restart()
            elif not isinstance(act, int):
                name, number, kind, minute = act
                run = f"r{number}-{day}"
                line = event(kind, run, day * DAY + minute * 60, route=name, reason="x")
                station.write("log.jsonl", line)
            station.at(day * DAY + 4 * DAY).read()
        day += act if isinstance(act, int) else 0
    span = (NOON_US // MINUTE_US + first, NOON_US // MINUTE_US + first + length)
    assert named(kept, *span) == named(brief, *span)
    assert named(kept, 0, 2**40) == named(brief, 0, 2**40)
    kept.close()
    brief.close()


def copied_once(station: Station) -> None:
    log = station.logs / "log.jsonl"
    if log.exists():
        number = len(list(station.logs.iterdir()))
        shutil.copyfile(log, log.with_name(f"copy-{number}.jsonl"))


def named(station: Station, first: int, end: int) -> dict[str, Any]:
    """Return the counts of a span of minutes by the name of the route."""
    names = dict(rows(station, "select id, name from route"))
    return {names[number]: found for number, found in counts(station, first, end).items()}


def test_a_store_of_before_is_as_old_as_the_last_that_it_took_in(
    brief: Station, tmp_path: Path
) -> None:
    """Nothing of it may go at once only because nobody had noted how old it is."""
    brief.write("a.jsonl", bad("r1"), b"not JSON\n")
    brief.at(DAY).read()
    connection = brief.collector.writer.connection
    for statement in (
        "drop index run_kept", "drop index line_kept", "drop index quarantine_kept",
        "alter table line drop column classes", "alter table file drop column late",
        "alter table route drop column floor_us",
        *(f"alter table {table} drop column kept_us" for table in AGED),
        "delete from _sqlite_migrations where name = 'm004_retention'", "pragma user_version=1",
    ):  # fmt: skip
        connection.execute(statement)
    brief.restart()
    assert brief.at(KEPT + DAY).read().misses()[0]["evidence"][0]["line"]
    assert brief.at(KEPT + DAY + HOUR).read().runs() == {}
    assert rows(brief, "select count(*) from quarantine") == [(0,)]
    assert brief.total() == 1
