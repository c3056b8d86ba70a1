"""The life of an alert as a pure function of what its condition says and of the clock."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.burn.lifecycle import Alert, Condition, Verdict, acknowledge, close, step
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
SIGNED = FIRE._replace(kind="hard_stop", hold_us=0, signed=True)


def opened(condition: Condition = FIRE) -> Alert:
    alert = step(None, condition, ROUTE, NOON_US, "A1")
    assert alert is not None
    return alert


def after(alert: Alert | None, *course: tuple[Condition, int]) -> Alert:
    """Return the alert after evaluations, each a condition and the minute of it."""
    for condition, minute in course:
        alert = step(alert, condition, ROUTE, NOON_US + minute * MINUTE_US, "A2")
    assert alert is not None
    return alert


def test_a_condition_that_fires_opens_an_alert_with_its_evidence() -> None:
    assert opened() == Alert(
        id="A1",
        route=ROUTE,
        severity="page",
        kind="burn",
        state="firing",
        opened_us=NOON_US,
        words="it burns",
        rules=("1h/5m",),
        runs=("r-1",),
        hold_us=HOLD_US,
    )


@pytest.mark.parametrize("condition", [QUIET, LOUD, FROZEN, CATCHING_UP])
def test_nothing_else_opens_one(condition: Condition) -> None:
    assert step(None, condition, ROUTE, NOON_US, "A1") is None


def test_firing_again_changes_nothing_but_the_evidence() -> None:
    again = FIRE._replace(words="faster", rules=("6h/30m",), runs=("r-2", "r-1"))
    assert after(opened(), (again, 1)) == msgspec.structs.replace(
        opened(), words="faster", rules=("1h/5m", "6h/30m"), runs=("r-2", "r-1")
    )


def test_it_holds_for_the_longest_short_window_that_fired() -> None:
    slower = FIRE._replace(hold_us=30 * MINUTE_US)
    assert after(opened(), (slower, 1), (FIRE, 2)).hold_us == 30 * MINUTE_US


def test_it_resolves_after_it_was_quiet_for_one_short_window() -> None:
    waiting = after(opened(), (QUIET, 10), (QUIET, 14))
    assert (waiting.state, waiting.quiet_since_us) == ("firing", NOON_US + 10 * MINUTE_US)
    over = after(waiting, (QUIET, 15))
    assert (over.state, over.resolved_us) == ("resolved", NOON_US + 15 * MINUTE_US)
    assert over.words == "it is over"


@pytest.mark.parametrize("loud", [LOUD, FIRE], ids=["short-window-over", "fires-again"])
def test_what_is_loud_again_starts_the_wait_anew(loud: Condition) -> None:
    again = after(opened(), (QUIET, 10), (loud, 12), (QUIET, 16))
    assert (again.state, again.quiet_since_us) == ("firing", NOON_US + 16 * MINUTE_US)


@pytest.mark.parametrize("condition", [FROZEN, CATCHING_UP, LOUD])
@settings(deadline=None)
@given(minutes=st.lists(st.integers(1, 10**6), max_size=4))
def test_what_cannot_be_judged_or_is_loud_resolves_nothing(
    condition: Condition, minutes: list[int]
) -> None:
    assert after(opened(), *((condition, minute) for minute in sorted(minutes))) == opened()


def test_a_condition_without_a_hold_resolves_at_once() -> None:
    spent = FIRE._replace(kind="spent", hold_us=0)
    assert after(opened(spent), (QUIET, 1)).state == "resolved"


@pytest.mark.parametrize("condition", [QUIET, FROZEN, CATCHING_UP])
def test_a_signed_one_never_resolves_by_itself(condition: Condition) -> None:
    assert after(opened(SIGNED), (condition._replace(signed=True), 10**6)) == opened(SIGNED)


def test_a_signed_one_ends_by_its_close() -> None:
    over = close(opened(SIGNED), NOON_US + 1)
    assert (over.state, over.resolved_us) == ("resolved", NOON_US + 1)


def test_a_signed_one_names_every_run_since_its_close_covers_no_other() -> None:
    runs = tuple(f"r-{number}" for number in range(1_000))
    assert opened(SIGNED._replace(runs=runs)).runs == runs
    assert after(opened(SIGNED), (SIGNED._replace(runs=runs), 1)).runs == (*runs,)


def test_of_a_burn_the_latest_runs_are_kept_as_evidence() -> None:
    runs = tuple(f"r-{number}" for number in range(300))
    alert = after(opened(FIRE._replace(runs=("old",))), (FIRE._replace(runs=runs), 1))
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
    assert after(owned, (FIRE, 2)).state == "acknowledged"
    over = after(owned, (QUIET, 3), (QUIET, 8))
    assert (over.state, over.acknowledged_by, over.note) == ("resolved", "dana", "rolling back")
