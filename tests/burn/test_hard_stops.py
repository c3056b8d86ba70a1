"""Hard stops: one miss of a zero-tolerance class pages, and only a signed close ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.burn.lifecycle import Alert, Held
from console.control.directives import Refused
from console.model import DAY_US, MINUTE_US
from console.operate import Operator
from console.settings.tiers import BUILT_IN
from console.store import alerts, reader
from tests.burn.floor import NOON_US, Floor, event, route

STOP = "page hard_stop"
LATER_US = NOON_US + 2 * DAY_US


def breach(floor: Floor, run: str, at_us: int = NOON_US) -> None:
    """Let an agent be stopped from doing what it may not; the run is delivered all the same."""
    floor.take(event("action.denied", run, at_us, action="pay"), event("run.delivered", run, at_us))


@pytest.fixture
def floor(build: Callable[..., Floor]) -> Floor:
    """Return a floor on which permission misses are not tolerated."""
    found = build(route(zero_tolerance=("permission",)))
    found.closed(NOON_US - 20 * DAY_US, good=10_000)
    return found


@pytest.fixture
def operator(floor: Floor, tmp_path: Path) -> Iterator[Operator]:
    found = Operator(floor.settings, floor.path, tmp_path / "control" / "control.json")
    yield found
    found.close()


def test_one_miss_pages_at_once_with_its_run(floor: Floor) -> None:
    breach(floor, "r-breach")
    alert = floor.evaluate(NOON_US)[STOP]
    assert alert.runs == ("r-breach",)
    assert "zero tolerance for permission misses, and 1 run had one" in alert.words


def test_a_miss_of_another_class_does_not(floor: Floor) -> None:
    floor.closed(NOON_US, bad=1)
    assert floor.evaluate(NOON_US) == {}


def test_no_guard_of_volume_or_misses_holds_it_back(build: Callable[..., Floor]) -> None:
    floor = build(route(zero_tolerance=("permission",), min_runs=100, min_misses=100))
    breach(floor, "r-only")
    assert set(floor.evaluate(NOON_US)) == {STOP}


@pytest.mark.parametrize(
    ("tier", "stops"),
    [
        ("low", ()),
        ("medium", ()),
        ("high", ("permission",)),
        ("critical", ("permission", "recovery")),
    ],
)
def test_what_each_tier_does_not_tolerate(tier: str, stops: tuple[str, ...]) -> None:
    assert BUILT_IN[tier].zero_tolerance == stops


def test_neither_quiet_nor_time_ends_it(floor: Floor) -> None:
    breach(floor, "r-breach")
    before = floor.evaluate(NOON_US)[STOP]
    for days in (1, 29, 31, 400):
        floor.closed(NOON_US + days * DAY_US, good=100)
        assert floor.evaluate(NOON_US + days * DAY_US)[STOP] == before


def test_more_misses_are_one_stop_with_all_runs_in_it(floor: Floor) -> None:
    for minute, run in enumerate(("r-1", "r-2", "r-3")):
        breach(floor, run, NOON_US + minute * MINUTE_US)
        floor.evaluate(NOON_US + minute * MINUTE_US)
    assert [(alert.id, alert.runs) for alert in floor.all()] == [("A1", ("r-3", "r-2", "r-1"))]


def test_a_signed_close_ends_it_and_keeps_who_and_why(floor: Floor, operator: Operator) -> None:
    breach(floor, "r-breach")
    floor.evaluate(NOON_US)
    said = operator.sign_close("A1", "dana", "the key is revoked", LATER_US)
    closed = floor.all()[0]
    assert said == "A1 on drafts is closed, signed by dana"
    assert (closed.state, closed.resolved_us) == ("resolved", LATER_US)
    assert (closed.acknowledged_by, closed.note) == ("dana", "the key is revoked")


def test_a_close_is_in_the_audit(floor: Floor, operator: Operator) -> None:
    breach(floor, "r-breach")
    floor.evaluate(NOON_US)
    operator.sign_close("a1", "dana", "the key is revoked", LATER_US)
    row = reader.audit_rows(floor.writer.connection, 1)[0]
    assert (row.verb, row.actor, row.route, row.at_us) == ("close", "dana", "drafts", LATER_US)
    assert row.detail == '{"alert":"A1","note":"the key is revoked"}'


def test_a_closed_one_does_not_come_back_for_the_same_run(floor: Floor, operator: Operator) -> None:
    breach(floor, "r-breach")
    floor.evaluate(NOON_US)
    operator.sign_close("A1", "dana", "the key is revoked", NOON_US)
    breach(floor, "r-breach", NOON_US + MINUTE_US)
    assert floor.evaluate(LATER_US) == {}


def test_a_closed_one_does_not_come_back_however_many_runs_it_had(
    floor: Floor, operator: Operator
) -> None:
    for number in range(250):
        breach(floor, f"r-{number}")
    alert = floor.evaluate(NOON_US)[STOP]
    operator.sign_close(alert.id, "dana", "the key is revoked", NOON_US)
    assert STOP not in floor.evaluate(NOON_US)


def test_a_closed_one_of_more_than_a_thousand_runs_covers_every_one_of_them(
    floor: Floor, operator: Operator
) -> None:
    runs = [f"r-{number}" for number in range(1_100)]
    floor.take(*(event("action.denied", run, NOON_US, action="pay") for run in runs))
    floor.take(*(event("run.delivered", run, NOON_US) for run in runs))
    alert = floor.evaluate(NOON_US)[STOP]
    assert "1100 runs had one" in alert.words
    operator.sign_close(alert.id, "dana", "the key is revoked", NOON_US)
    assert STOP not in floor.evaluate(NOON_US)


def test_a_close_covers_no_run_that_its_alert_had_not_taken_in(
    floor: Floor, operator: Operator
) -> None:
    breach(floor, "r-breach")
    floor.evaluate(NOON_US)
    breach(floor, "r-unseen")
    operator.sign_close("A1", "dana", "the key is revoked", NOON_US)
    assert floor.evaluate(NOON_US)[STOP].runs == ("r-unseen",)


@pytest.mark.parametrize("by", ["dana", "erin"])
def test_owner_and_deputy_may_sign(floor: Floor, operator: Operator, by: str) -> None:
    floor.settings.routes["drafts"] = route(
        zero_tolerance=("permission",), owner="dana", deputy="erin"
    )
    breach(floor, "r-breach")
    floor.evaluate(NOON_US)
    assert f"signed by {by}" in operator.sign_close("A1", by, "revoked", NOON_US)


def test_nobody_else_may_sign(floor: Floor, operator: Operator) -> None:
    breach(floor, "r-breach")
    floor.evaluate(NOON_US)
    with pytest.raises(Refused, match=r"A1 on drafts is signed by dana \(owner\) only"):
        operator.sign_close("A1", "mallory", "never mind", NOON_US)
    assert set(floor.evaluate(NOON_US)) == {STOP}


def test_anybody_may_sign_where_nobody_owns_the_route_and_the_answer_says_so(
    floor: Floor, operator: Operator
) -> None:
    floor.settings.routes["drafts"] = route(zero_tolerance=("permission",), owner="")
    breach(floor, "r-breach")
    floor.evaluate(NOON_US)
    said = operator.sign_close("A1", "mallory", "revoked", NOON_US)
    assert said.endswith("signed by mallory; nobody owns drafts, so anybody may sign")


def test_a_close_ends_the_hard_stop_and_leaves_the_burn_in_the_alert(
    floor: Floor, operator: Operator
) -> None:
    floor.closed(NOON_US, bad=20)
    breach(floor, "r-breach")
    assert floor.evaluate(NOON_US)[STOP].kinds == ("hard_stop", "burn")
    said = operator.sign_close("A1", "dana", "revoked", NOON_US)
    assert said.endswith("the alert stays open: burn")
    assert floor.evaluate(NOON_US)["page burn"].kinds == ("burn",)


def test_a_breach_after_a_close_in_the_same_alert_is_told_again(
    floor: Floor, operator: Operator
) -> None:
    floor.closed(NOON_US, bad=20)
    breach(floor, "r-breach")
    floor.evaluate(NOON_US)
    operator.sign_close("A1", "dana", "revoked", NOON_US)
    breach(floor, "r-again", NOON_US + MINUTE_US)
    floor.evaluate(NOON_US + MINUTE_US)
    assert [key for key, _ in floor.notices()] == ["A1/opened/1", "A1/joined/hard_stop:2"]


def test_another_run_stops_the_route_again(floor: Floor, operator: Operator) -> None:
    breach(floor, "r-breach")
    floor.evaluate(NOON_US)
    operator.sign_close("A1", "dana", "the key is revoked", NOON_US)
    breach(floor, "r-other", LATER_US)
    again = floor.evaluate(LATER_US)[STOP]
    assert (again.id, again.runs) == ("A2", ("r-other",))


def test_acknowledging_owns_it_and_does_not_end_it(floor: Floor, operator: Operator) -> None:
    breach(floor, "r-breach")
    floor.evaluate(NOON_US)
    operator.acknowledge("A1", "dana", "looking", NOON_US)
    alert = floor.evaluate(NOON_US + MINUTE_US)[STOP]
    assert (alert.state, alert.acknowledged_by, alert.note) == ("acknowledged", "dana", "looking")


@pytest.mark.parametrize(
    ("alert", "note", "words"),
    [
        ("A1", "  ", "needs a note"),
        ("A2", "why", "is no hard stop"),
        ("A9", "why", "there is no alert A9"),
        ("x", "why", "there is no alert x"),
    ],
)
def test_what_cannot_be_closed_is_refused_with_the_reason(
    floor: Floor, operator: Operator, alert: str, note: str, words: str
) -> None:
    breach(floor, "r-breach")
    floor.evaluate(NOON_US)
    burning = Held(kind="burn", since_us=NOON_US, words="")
    burn = Alert(
        id="A2", route="drafts", severity="page", state="firing", opened_us=NOON_US,
        conditions=(burning,),
    )  # fmt: skip
    with floor.writer.transaction():
        alerts.save(floor.writer.connection, burn)
    with pytest.raises(Refused, match=words):
        operator.sign_close(alert, "dana", note, LATER_US)
    assert set(floor.open()) == {STOP, "page burn"}
    assert reader.audit_rows(floor.writer.connection, 1) == []


def test_a_closed_one_is_not_closed_twice(floor: Floor, operator: Operator) -> None:
    breach(floor, "r-breach")
    floor.evaluate(NOON_US)
    operator.sign_close("A1", "dana", "the key is revoked", NOON_US)
    with pytest.raises(Refused, match="resolved already"):
        operator.sign_close("A1", "erin", "again", LATER_US)


def test_a_closed_one_does_not_come_back_after_a_thousand_other_alerts(
    floor: Floor, operator: Operator
) -> None:
    breach(floor, "r-breach")
    floor.evaluate(NOON_US)
    operator.sign_close("A1", "dana", "the key is revoked", NOON_US)
    with floor.writer.transaction():
        for number in range(2, 1_003):
            burnt = Held(kind="burn", since_us=NOON_US, over_us=LATER_US, words="")
            ended = Alert(
                id=f"A{number}", route="drafts", severity="ticket", state="resolved",
                opened_us=NOON_US + number, resolved_us=LATER_US, conditions=(burnt,),
            )  # fmt: skip
            alerts.save(floor.writer.connection, ended)
    assert floor.evaluate(LATER_US) == {}
