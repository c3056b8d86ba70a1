"""The life of an alert as a pure function of what its conditions say and of the clock."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.burn import kinds
from console.burn.lifecycle import (
    Alert,
    Condition,
    Held,
    Verdict,
    acknowledge,
    close,
    lapse,
    step,
)
from console.model import MINUTE_US, Severity
from tests.burn.floor import NOON_US, ROUTE

HOLD_US = 5 * MINUTE_US
FIRE = Condition(
    "burn", Severity.PAGE, Verdict.FIRE, "it burns", ("1h/5m",), ("r-1",), hold_us=HOLD_US
)
QUIET = Condition("burn", Severity.PAGE, Verdict.HEALTHY, "it is over")
LOUD = QUIET._replace(quiet=False)
FROZEN = QUIET._replace(verdict=Verdict.FROZEN)
CATCHING_UP = QUIET._replace(verdict=Verdict.CATCHING_UP)
STOP = FIRE._replace(kind="hard_stop", words="stop", hold_us=0, signed=True)
SPENT = FIRE._replace(kind="spent", words="it is spent.", hold_us=0)
UNSPENT = SPENT._replace(verdict=Verdict.HEALTHY)


def opened(*found: Condition) -> Alert:
    alert = step(None, found or (FIRE,), ROUTE, NOON_US, lambda: "A1")
    assert alert is not None
    return alert


def after(alert: Alert | None, *course: tuple[Any, ...]) -> Alert:
    """Return the alert after evaluations, each the minute of it and its conditions."""
    for minute, *found in course:
        alert = step(alert, found, ROUTE, NOON_US + minute * MINUTE_US, lambda: "A2")
    assert alert is not None
    return alert


def test_a_condition_that_fires_opens_an_alert_with_its_evidence() -> None:
    burning = Held(
        kind="burn", since_us=NOON_US, words="it burns", rules=("1h/5m",), runs=("r-1",),
        hold_us=HOLD_US,
    )  # fmt: skip
    assert opened() == Alert(
        id="A1", route=ROUTE, severity="page", state="firing", opened_us=NOON_US,
        conditions=(burning,),
    )  # fmt: skip


@pytest.mark.parametrize("condition", [QUIET, LOUD, FROZEN, CATCHING_UP])
def test_nothing_else_opens_one(condition: Condition) -> None:
    assert step(None, (condition,), ROUTE, NOON_US, lambda: "A1") is None


def test_firing_again_changes_nothing_but_the_evidence() -> None:
    again = FIRE._replace(words="faster", rules=("6h/30m",), runs=("r-2", "r-1"))
    found = after(opened(), (1, again))
    assert (found.id, found.opened_us, found.words) == ("A1", NOON_US, "faster")
    assert (found.rules, found.runs) == (("1h/5m", "6h/30m"), ("r-2", "r-1"))


def test_what_fires_now_leads_what_was() -> None:
    alert = after(opened(FIRE, SPENT._replace(hold_us=HOLD_US)), (1, FIRE, UNSPENT))
    assert (alert.kind, alert.words) == ("burn", "it burns Also: was spent.")


def test_an_order_that_agents_ignore_leads_a_spent_budget() -> None:
    overdue = FIRE._replace(kind="overdue", words="d-1 not confirmed by worker-3.", hold_us=0)
    assert opened(SPENT, overdue).words == "d-1 not confirmed by worker-3. Also: spent."


def test_the_condition_that_most_needs_a_human_leads_and_names_the_alert() -> None:
    alert = opened(FIRE, STOP, SPENT)
    assert (alert.kind, alert.kinds) == ("hard_stop", ("hard_stop", "spent", "burn"))
    assert alert.words == "stop Also: spent, burn."


@pytest.mark.parametrize("kind", kinds.ORDER)
def test_every_kind_has_a_place_in_the_order(kind: str) -> None:
    assert kinds.place(kind) < kinds.place("no such kind")


def test_a_condition_that_begins_later_joins_the_open_alert() -> None:
    alert = after(opened(), (1, FIRE, SPENT))
    assert (alert.id, alert.kinds) == ("A1", ("spent", "burn"))
    assert [item.since_us for item in alert.open] == [NOON_US + MINUTE_US, NOON_US]


def test_the_alert_is_over_when_every_condition_is() -> None:
    alert = after(opened(FIRE, SPENT), (1, FIRE, UNSPENT))
    assert (alert.resolved_us, alert.kinds) == (None, ("burn",))
    over = after(alert, (10, QUIET, UNSPENT), (15, QUIET, UNSPENT))
    assert (over.state, over.resolved_us) == ("resolved", NOON_US + 15 * MINUTE_US)
    assert over.kinds == ("spent", "burn")


def test_a_condition_may_come_back_into_an_open_alert() -> None:
    alert = after(opened(FIRE, SPENT), (1, FIRE, UNSPENT), (2, FIRE, SPENT))
    assert [(item.kind, item.times) for item in alert.open] == [("spent", 2), ("burn", 1)]


def test_a_condition_that_is_watched_no_more_ends() -> None:
    assert after(opened(FIRE, SPENT), (1, FIRE)).kinds == ("burn",)


def test_a_hard_stop_that_is_watched_no_more_still_takes_its_signature() -> None:
    assert after(opened(FIRE, STOP), (1, FIRE)).kinds == ("hard_stop", "burn")


def test_it_holds_for_the_longest_short_window_that_fired() -> None:
    slower = FIRE._replace(hold_us=30 * MINUTE_US)
    assert after(opened(), (1, slower), (2, FIRE)).open[0].hold_us == 30 * MINUTE_US


def test_it_resolves_after_it_was_quiet_for_one_short_window() -> None:
    waiting = after(opened(), (10, QUIET), (14, QUIET))
    assert (waiting.state, waiting.open[0].quiet_since_us) == ("firing", NOON_US + 10 * MINUTE_US)
    over = after(waiting, (15, QUIET))
    assert (over.state, over.resolved_us) == ("resolved", NOON_US + 15 * MINUTE_US)
    assert over.words == "it is over"


@pytest.mark.parametrize("loud", [LOUD, FIRE], ids=["short-window-over", "fires-again"])
def test_what_is_loud_again_starts_the_wait_anew(loud: Condition) -> None:
    again = after(opened(), (10, QUIET), (12, loud), (16, QUIET))
    assert (again.state, again.open[0].quiet_since_us) == ("firing", NOON_US + 16 * MINUTE_US)


@pytest.mark.parametrize("condition", [FROZEN, CATCHING_UP])
@given(minutes=st.lists(st.integers(1, 10**6), max_size=4))
def test_what_cannot_be_judged_moves_nothing(condition: Condition, minutes: list[int]) -> None:
    assert after(opened(), *((minute, condition) for minute in sorted(minutes))) == opened()


@given(minutes=st.lists(st.integers(1, 10**6), min_size=1, max_size=4))
def test_what_is_loud_resolves_nothing(minutes: list[int]) -> None:
    found = after(opened(), *((minute, LOUD) for minute in sorted(minutes)))
    assert (found.state, found.open[0].quiet_since_us) == ("firing", None)


def test_a_condition_without_a_hold_ends_at_once() -> None:
    assert after(opened(SPENT), (1, UNSPENT)).state == "resolved"


@pytest.mark.parametrize("condition", [QUIET, FROZEN, CATCHING_UP])
def test_a_signed_one_never_resolves_by_itself(condition: Condition) -> None:
    later = condition._replace(kind="hard_stop", signed=True)
    assert after(opened(STOP), (10**6, later)) == opened(STOP)


def test_a_signed_one_ends_by_its_close() -> None:
    over = close(opened(STOP), "dana", NOON_US + 1)
    assert (over.state, over.resolved_us) == ("resolved", NOON_US + 1)
    assert over.conditions[0].signed_by == "dana"


def test_a_close_ends_nothing_but_the_hard_stop() -> None:
    alert = close(opened(STOP, FIRE), "dana", NOON_US + 1)
    assert (alert.state, alert.kinds) == ("firing", ("burn",))


def test_the_latest_runs_are_kept_as_evidence() -> None:
    runs = tuple(f"r-{number}" for number in range(300))
    alert = after(opened(FIRE._replace(runs=("old",))), (1, FIRE._replace(runs=runs)))
    assert alert.runs == runs[:200]


def test_acknowledging_keeps_who_when_and_why() -> None:
    owned = acknowledge(opened(), "dana", "rolling back", NOON_US + 1)
    assert (owned.state, owned.acknowledged_by, owned.note) == (
        "acknowledged",
        "dana",
        "rolling back",
    )
    assert owned.acknowledged_us == NOON_US + 1


def test_an_owned_alert_stays_owned_while_it_fires_and_until_it_resolves() -> None:
    owned = acknowledge(opened(), "dana", "rolling back", NOON_US + 1)
    assert after(owned, (2, FIRE)).state == "acknowledged"
    over = after(owned, (3, QUIET), (8, QUIET))
    assert (over.state, over.acknowledged_by, over.note) == ("resolved", "dana", "rolling back")


def test_ownership_lapses_after_its_time_and_the_alert_fires_again() -> None:
    owned = acknowledge(opened(), "dana", "rolling back", NOON_US)
    assert lapse(owned, HOLD_US, NOON_US + HOLD_US - 1) == owned
    lapsed = lapse(owned, HOLD_US, NOON_US + HOLD_US)
    assert (lapsed.state, lapsed.acknowledged_by, lapsed.lapses) == ("firing", "", 1)
    assert lapsed.note == "dana acknowledged it, and let it lapse"
    assert lapse(lapsed, HOLD_US, NOON_US + 10 * HOLD_US) == lapsed


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, "firing"),
        ({"state": "acknowledged"}, "acknowledged"),
        ({"state": "acknowledged", "contained": True}, "contained"),
        ({"contained": True, "silence": "S1"}, "silenced"),
        ({"silence": "S1", "resolved_us": NOON_US}, "resolved"),
    ],
)
def test_what_is_shown_is_what_keeps_it_quiet_before_who_owns_it(
    changes: dict[str, Any], shown: str
) -> None:
    assert msgspec.structs.replace(opened(), **changes).standing == shown
