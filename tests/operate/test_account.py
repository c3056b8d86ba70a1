"""Rescues, preventable handoffs and corrections: added to the account, never taken from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from console.collector import Collector
from console.control.directives import Refused
from console.intake.times import rfc3339
from console.operate import Accountant
from console.settings import RouteSettings, Source, load
from console.snapshot import Snapshot, take, with_lines
from console.store import desk, reader
from console.store.writer import Writer

NOW_US = 1_795_000_020_000_000
MINUTE_US = 60_000_000


class Books:
    """A store with ten runs of one route: 3 failed, 5 was denied an action, 7 handed off."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "s.db"
        logs = folder / "logs"
        logs.mkdir()
        lines = []
        for number in range(10):
            lines += self._run(number, NOW_US - (60 - number) * MINUTE_US)
        (logs / "a.jsonl").write_bytes(b"".join(lines))
        built_in = load(None)
        route = RouteSettings(name="r", owner="dana", deputy="kim")
        self.settings = msgspec.structs.replace(
            built_in, sources=(Source(path=logs),), routes={"r": route}
        )
        self.control = folder / "control" / "control.json"
        self.read()
        self.writer = Writer(self.store)
        self.account = Accountant(self.writer, self.settings)

    def _run(self, number: int, at_us: int) -> list[bytes]:
        run = f"r{number}"
        events: list[dict[str, object]] = [{"event": "run.started"}]
        if number == 5:
            events.append({"event": "action.denied", "action": "send"})
        end = {3: "run.failed", 7: "handoff"}.get(number, "run.delivered")
        events.append({"event": end, "reason": "x"} if number == 3 else {"event": end})
        return [
            msgspec.json.encode({"ts": rfc3339(at_us), "route": "r", "run": run, **event}) + b"\n"
            for event in events
        ]

    def read(self) -> None:
        collector = Collector(self.settings, self.store, self.control, now=lambda: NOW_US)
        collector.catch_up()
        collector.close()

    def snapshot(self) -> Snapshot:
        return take(
            self.writer.connection,
            self.settings,
            store=self.store,
            control=self.control,
            now_us=NOW_US,
        )

    def numbers(self) -> tuple[int, int, int, int]:
        """Return total and bad as charged, then as experienced."""
        view = self.snapshot().routes[0]
        return (*view.counts[:2], *view.experienced[:2])

    def correct(
        self,
        by: str = "sam",
        period: tuple[int, int] | None = None,
        runs: Sequence[str] = (),
    ) -> str:
        made = self.account.correct(
            "r",
            category="outage",
            reason="lookup down",
            by=by,
            now_us=NOW_US,
            period=period,
            runs=runs,
        )
        return made.id


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    made = Books(tmp_path)
    yield made
    made.writer.close()


def test_a_corrected_run_is_not_charged_and_stays_experienced(books: Books) -> None:
    assert books.numbers() == (10, 2, 10, 2)
    books.correct(runs=["r3"])
    assert books.numbers() == (9, 1, 10, 2)


def test_a_corrected_period_takes_out_good_and_bad_runs_alike(books: Books) -> None:
    start_us = NOW_US - 60 * MINUTE_US
    books.correct(period=(start_us, start_us + 4 * MINUTE_US))
    assert books.numbers() == (6, 1, 10, 2)


def test_two_corrections_take_a_run_out_once(books: Books) -> None:
    books.correct(runs=["r3"])
    books.correct(runs=["r3", "r4"])
    assert books.numbers() == (8, 1, 10, 2)


@pytest.mark.parametrize(("by", "bad"), [("sam", 2), ("dana", 1), ("kim", 1)])
def test_a_permission_miss_is_corrected_only_by_owner_or_deputy(
    books: Books, by: str, bad: int
) -> None:
    books.correct(by=by, runs=["r5"])
    assert books.numbers()[1] == bad


def test_a_late_event_of_a_corrected_period_is_corrected_too(books: Books) -> None:
    start_us = NOW_US - 60 * MINUTE_US
    books.correct(period=(start_us, start_us + 10 * MINUTE_US), by="dana")
    with (books.store.parent / "logs" / "late.jsonl").open("wb") as late:
        late.write(b"".join(books._run(99, start_us + MINUTE_US)))
    books.read()
    assert books.numbers() == (0, 0, 11, 2)


def test_a_miss_names_the_correction_that_covers_it(books: Books) -> None:
    name = books.correct(runs=["r3"])
    connection = books.writer.connection
    found = {
        view.run: view.correction for view in with_lines(connection, reader.misses(connection))
    }
    assert found == {"r3": name, "r5": ""}


def test_a_correction_is_audited(books: Books) -> None:
    books.correct(runs=["r3"])
    row = reader.audit_rows(books.writer.connection, 1)[0]
    assert (row.verb, row.route, row.actor) == ("correct", "r", "sam")
    assert row.hash == desk.audit_hash(row)


@pytest.mark.parametrize(
    ("period", "runs"),
    [(None, []), ((1, 2), ["r3"]), ((2, 1), [])],
    ids=["neither", "both", "backwards"],
)
def test_a_correction_says_either_a_period_or_runs(
    books: Books, period: tuple[int, int] | None, runs: list[str]
) -> None:
    with pytest.raises(Refused):
        books.correct(period=period, runs=runs)


def test_a_rescue_is_an_event_of_its_time_and_burns(books: Books) -> None:
    at_us = NOW_US - 5 * MINUTE_US
    books.account.rescue("r", "r1", minutes=12, by="dana", at_us=at_us, now_us=NOW_US)
    books.read()
    assert books.numbers() == (10, 3, 10, 3)
    miss = reader.misses(books.writer.connection, route="r", error_class="trust")[0]
    assert (miss.run, miss.at_us) == ("r1", at_us)


def test_a_handoff_marked_preventable_is_an_escalation_miss_at_its_own_time(books: Books) -> None:
    books.account.preventable("r", "r7", by="dana", now_us=NOW_US)
    books.read()
    miss = reader.misses(books.writer.connection, route="r", error_class="escalation")[0]
    assert (miss.run, miss.at_us) == ("r7", NOW_US - 53 * MINUTE_US)


def test_only_a_handoff_that_was_read_can_be_preventable(books: Books) -> None:
    with pytest.raises(Refused, match="no handoff"):
        books.account.preventable("r", "r1", by="dana", now_us=NOW_US)
