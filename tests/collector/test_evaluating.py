"""Leaving out routes of which nothing changed changes nothing; a kill loses and repeats none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from console.burn.lifecycle import acknowledge
from console.burn.silences import Matcher, Silence
from console.collector.evaluate import Evaluator, evaluate
from console.ledger.book import Ledger, Settled
from console.model import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Event, Origin
from console.settings import RouteSettings, Settings
from console.settings.tiers import BUILT_IN
from console.store import alerts, desk, outbox, silences
from console.store.writer import Writer
from tests.burn.floor import NOON_US, route

NAMES = ("drafts", "refunds")
EAGER = {
    "absent_after_us": 100 * MINUTE_US,
    "ack_timeout_us": 10 * MINUTE_US,
    "exhausts_within_us": 3 * DAY_US,
}


class Plant:
    """One store with what a test lets happen, evaluated in one of two ways."""

    def __init__(self, path: Path, *, skipping: bool) -> None:
        self.writer = Writer(path)
        self.other = Writer(path)
        owners: dict[str, RouteSettings] = {
            "drafts": route(zero_tolerance=("permission",), **EAGER),
            "refunds": route(name="refunds", schedule="08:00-12:30", **EAGER),
        }
        self.settings = Settings(tiers=dict(BUILT_IN), routes=owners)
        self.now_us = NOON_US
        self._ledger = Ledger(
            self.writer.shelf,
            lambda name, _: self.settings.route(name).measured,
            lambda name: desk.orders_of(self.writer.connection, name),
        )
        self._events = 0
        self._evaluator = Evaluator(self.writer.connection, self.settings) if skipping else None

    def close(self) -> None:
        self.writer.close()
        self.other.close()

    def runs(self, name: str, kind: str, count: int, ago_us: int = 0) -> None:
        """Let runs end, some time before now."""
        for _ in range(count):
            self._events += 1
            event = Event(
                ts_us=self.now_us - ago_us, route=name, event=kind, run=f"r-{self._events}",
                action="pay",
            )  # fmt: skip
            self._ledger.apply(event, Origin(1, self._events, 1))
        with self.writer.transaction():
            settled = self._ledger.settle(lambda _: self.now_us)
            self.writer.settle(settled, self.now_us)
            self.writer.saw([(name, self.now_us - ago_us, count)])
            self._fold(settled, name)

    def _fold(self, settled: Settled, name: str) -> None:
        if self._evaluator is not None:
            cells = [(self.writer.route_id(key, 0), *rest) for key, *rest in settled.cells]
            touched = {name, *(change.route for change in settled.changes)}
            self._evaluator.fold(cells, touched)  # type: ignore[arg-type]

    def own(self) -> None:
        """Let another process put a name on the latest alert, if one is open."""
        known = alerts.read(self.other.connection, open_only=True)
        if known:
            with self.other.transaction():
                owned = acknowledge(known[0], "dana", "on it", self.now_us)
                alerts.save(self.other.connection, owned)

    def hush(self, length_us: int) -> None:
        """Let another process silence everything for a time."""
        with self.other.transaction():
            silence = Silence(
                id=silences.next_id(self.other.connection), matcher=Matcher(), reason="why",
                by="dana", from_us=self.now_us, until_us=self.now_us + length_us,
            )  # fmt: skip
            silences.save(self.other.connection, silence)

    def look(self, behind: bool) -> None:
        """Evaluate once."""
        with self.writer.transaction():
            if self._evaluator is not None:
                self._evaluator.evaluate(self.now_us, lambda _: behind)
            else:
                evaluate(self.writer.connection, self.settings, self.now_us, lambda _: behind)

    def result(self) -> tuple[list[Any], list[Any]]:
        """Return every alert and every notice."""
        connection = self.writer.connection
        return alerts.read(connection), outbox.posted(connection)


WAITS = st.sampled_from(
    [SECOND_US, 7 * SECOND_US, MINUTE_US, 5 * MINUTE_US, HOUR_US, 3 * HOUR_US, DAY_US]
)
STEPS = st.one_of(
    st.tuples(
        st.just("runs"),
        st.sampled_from(NAMES),
        st.sampled_from(["run.delivered", "run.delivered", "run.failed", "action.denied"]),
        st.integers(1, 25),
        st.sampled_from([0, 90 * SECOND_US, 3 * HOUR_US]),
    ),
    st.tuples(st.just("own")),
    st.tuples(st.just("hush"), WAITS),
    st.tuples(st.just("wait"), WAITS),
    st.tuples(st.just("wait"), WAITS),
)


@settings(max_examples=40)
@example(  # silence that is noticed although nothing happens
    course=[("runs", "drafts", "run.delivered", 5, 0), ("wait", 3 * HOUR_US)], behind=set()
)
@example(  # ownership that lapses, and a silence that ends
    course=[
        ("runs", "drafts", "run.delivered", 400, 3 * HOUR_US),
        ("runs", "drafts", "run.failed", 25, 0),
        ("own",),
        ("wait", 7 * SECOND_US),
        ("hush", 5 * MINUTE_US),
        ("wait", MINUTE_US),
        ("wait", 5 * MINUTE_US),
        ("wait", 5 * MINUTE_US),
    ],
    behind=set(),
)
@given(course=st.lists(STEPS, max_size=14), behind=st.sets(st.integers(0, 13)))
def test_skipping_what_did_not_change_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, course: list[tuple[Any, ...]], behind: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("plants")
    plants = [Plant(folder / f"{skipping}.db", skipping=skipping) for skipping in (True, False)]
    try:
        for place, (act, *arguments) in enumerate(course):
            for plant in plants:
                if act == "wait":
                    # Seven looks on the way, so that what comes due between events is seen.
                    for _ in range(7):
                        plant.now_us += arguments[0] // 7
                        plant.look(place in behind)
                else:
                    getattr(plant, act)(*arguments)
                    plant.look(place in behind)
            first, second = (plant.result() for plant in plants)
            assert first == second
    finally:
        for plant in plants:
            plant.close()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[], Plant]]:
    made: list[Plant] = []

    def plant() -> Plant:
        made.append(Plant(tmp_path / f"{len(made)}.db", skipping=True))
        return made[-1]

    yield plant
    for each in made:
        each.close()


def statements(plant: Plant) -> list[str]:
    """Return what one more look asks of the store."""
    asked: list[str] = []
    plant.writer.connection.set_trace_callback(asked.append)
    plant.look(behind=False)
    plant.writer.connection.set_trace_callback(None)
    # Those of any transaction:
    apart = {"begin immediate", "pragma user_version", "commit", "select max(seq) from audit"}
    return [text for text in asked if text not in apart]


def test_a_look_at_calm_routes_asks_for_marks_only_however_many_they_are(
    make: Callable[[], Plant],
) -> None:
    plant = make()
    for name in (f"route-{number}" for number in range(50)):
        plant.runs(name, "run.delivered", 5)
    plant.look(behind=False)
    plant.now_us += SECOND_US
    assert len(statements(plant)) == 3


def test_a_look_at_one_route_that_changed_looks_at_no_other(make: Callable[[], Plant]) -> None:
    plant = make()
    for name in (f"route-{number}" for number in range(50)):
        plant.runs(name, "run.delivered", 5)
    plant.look(behind=False)
    plant.runs("route-7", "run.delivered", 1)
    assert len(statements(plant)) < 30


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("after", [False, True], ids=["before-it", "after-it"])
def test_a_kill_at_any_write_repeats_and_loses_nothing(
    make: Callable[[], Plant], monkeypatch: pytest.MonkeyPatch, at: int, after: bool
) -> None:
    whole, cut = make(), make()
    for plant in (whole, cut):
        plant.runs("drafts", "run.delivered", 200)
        plant.runs("drafts", "run.failed", 40)
        plant.runs("drafts", "action.denied", 1)
    whole.look(behind=False)
    writes = iter(range(100))

    def cutting(write: Callable[..., None]) -> Callable[..., None]:
        def cut_off(*arguments: Any) -> None:
            last = next(writes) == at
            if not last or after:
                write(*arguments)
            if last:
                raise Killed

        return cut_off

    with monkeypatch.context() as patch:
        for module, name in ((alerts, "save_breaches"), (alerts, "save_all"), (outbox, "post")):
            patch.setattr(module, name, cutting(getattr(module, name)))
        with pytest.raises(Killed):
            cut.look(behind=False)
    again = Plant(cut.writer.path, skipping=True)
    again.look(behind=False)
    assert again.result() == whole.result()
    again.close()
