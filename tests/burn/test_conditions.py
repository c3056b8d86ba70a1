"""When each condition of a route fires, at which severity, and when it cannot be judged."""

from __future__ import annotations

import pytest

from console.burn import conditions, kinds
from console.burn.lifecycle import Verdict
from console.model import DAY_US, HOUR_US, MINUTE_US, Counts, Severity, Window
from tests.burn.floor import NOON_US, route
from tests.burn.grounds import firing, found, ground

HALF = Counts(total=1_000, bad=25, trust=25)
"""Half of a budget of 5 % of 1,000 runs is spent."""


def test_a_calm_route_fires_nothing() -> None:
    assert firing(ground()) == set()


@pytest.mark.parametrize(
    ("bad", "marks"),
    [
        (24, set()),
        (25, {"ticket left 50 %"}),
        (37, {"ticket left 50 %"}),
        (38, {"ticket left 50 %", "ticket left 25 %"}),
        (50, {"ticket left 50 %", "ticket left 25 %", "page spent"}),
    ],
)
def test_half_and_a_quarter_of_the_budget_left_are_tickets_and_none_is_a_page(
    bad: int, marks: set[str]
) -> None:
    assert firing(ground(charged=Counts(total=1_000, bad=bad, trust=bad))) == marks


@pytest.mark.parametrize(("total", "bad"), [(19, 2), (100, 1)])
def test_a_budget_smaller_than_a_run_or_a_single_miss_marks_nothing(total: int, bad: int) -> None:
    strict = route(min_misses=2, budget_ppm=10_000 if bad == 1 else 50_000)
    assert firing(ground(strict, charged=Counts(total=total, bad=bad))) == set()


def test_what_was_corrected_is_charged_to_no_budget() -> None:
    assert firing(ground(experienced=Counts(total=1_000, bad=50))) == set()


@pytest.mark.parametrize(("days", "fires"), [(3, True), (2, False)])
def test_a_budget_that_is_soon_gone_is_a_ticket(days: int, fires: bool) -> None:
    # 40 % left; ten times the budget's pace leaves 0.4 * 30 d / 10 = 28.8 h, five times 57.6 h.
    day = Counts(total=100, bad=25, trust=25)
    of = ground(
        route(exhausts_within_us=days * DAY_US, rules=()),
        charged=Counts(total=1_000, bad=30),
        day=day,
    )
    assert ("ticket exhausts" in firing(of)) is fires
    assert ("Budget gone by" in found(of, kinds.EXHAUSTS).words) is fires


def test_a_single_miss_of_the_day_exhausts_no_budget() -> None:
    slow = route(exhausts_within_us=300 * DAY_US, rules=())
    day = Counts(total=2, bad=1)
    assert "ticket exhausts" not in firing(ground(slow, charged=HALF, day=day))


@pytest.mark.parametrize(("took", "fires"), [(9, False), (10, True)])
def test_a_class_that_spent_its_cap_is_a_ticket_of_its_own(took: int, fires: bool) -> None:
    capped = route(caps_ppm={"trust": 10_000})
    of = ground(capped, charged=Counts(total=1_000, bad=took, trust=took))
    assert ("ticket cap trust" in firing(of)) is fires
    said = "drafts: 10 of 1000 runs missed by trust, its cap is 1 %."
    assert found(of, kinds.CAP).words == (said if fires else "")


def test_a_cap_smaller_than_a_run_is_not_spent_by_one() -> None:
    capped = route(caps_ppm={"trust": 10_000})
    few = Counts(total=99, bad=2, trust=2)
    assert "ticket cap trust" not in firing(ground(capped, charged=few))


@pytest.mark.parametrize(("took", "fires"), [(10, False), (11, True)])
def test_a_class_that_took_over_a_fifth_of_a_quarters_budget_is_a_ticket(
    took: int, fires: bool
) -> None:
    of = ground(quarter=Counts(total=1_000, bad=took, latency=took))
    assert (firing(of) == {"ticket class_share latency"}) is fires


def test_a_quarters_budget_is_judged_once_a_quarter_is_known() -> None:
    spent = Counts(total=1_000, bad=40, latency=40)
    young = NOON_US - 90 * DAY_US + 1
    assert firing(ground(quarter=spent, first_us=young)) == set()
    assert firing(ground(quarter=spent, first_us=young - 1)) == {"ticket class_share latency"}


@pytest.mark.parametrize(("handoffs", "fires"), [(200, False), (201, True)])
def test_handing_off_more_than_may_be_is_a_ticket(handoffs: int, fires: bool) -> None:
    capped = route(max_handoff_ppm=200_000)
    assert ("ticket handoff_rate" in firing(ground(capped, handoffs=handoffs))) is fires


def test_a_route_without_a_cap_may_hand_everything_off() -> None:
    assert firing(ground(handoffs=1_000)) == set()


def test_few_runs_have_no_handoff_rate() -> None:
    capped = route(max_handoff_ppm=200_000)
    assert firing(ground(capped, charged=Counts(total=9), handoffs=9)) == set()


@pytest.mark.parametrize(("unknown", "fires"), [(52, False), (53, True)])
def test_over_5_percent_without_a_verdict_is_a_ticket(unknown: int, fires: bool) -> None:
    assert (firing(ground(unknown=unknown)) == {"ticket unmeasured"}) is fires


@pytest.mark.parametrize(
    ("ages", "fires"), [((1, 2), False), ((1, 2, 6), True), ((1, 2, 8), False)]
)
def test_three_rescues_in_seven_days_are_a_ticket(ages: tuple[int, ...], fires: bool) -> None:
    times = tuple(NOON_US - days * DAY_US for days in ages)
    assert (firing(ground(rescued_us=times)) == {"ticket rescues"}) is fires


SHORT = {"absent_after_us": HOUR_US}


@pytest.mark.parametrize(
    ("tier", "severity"),
    [("low", "ticket"), ("medium", "ticket"), ("high", "page"), ("critical", "page")],
)
def test_a_lost_signal_pages_on_high_and_critical_routes_only(tier: str, severity: str) -> None:
    of = ground(route(tier=tier, **SHORT), last_us=NOON_US - HOUR_US - 1)
    assert firing(of) == {f"{severity} signal_lost"}


@pytest.mark.parametrize(
    ("silent_us", "absent_us", "words"),
    [
        (3 * HOUR_US, 100 * MINUTE_US, "no event since 09:00 UTC, longer than 1h:"),
        (30 * HOUR_US, 25 * HOUR_US, "no event since 1 Mar 06:00 UTC, longer than 1d:"),
        (50 * MINUTE_US, 40 * MINUTE_US, "no event since 11:10 UTC, longer than 40m:"),
    ],
)
def test_a_lost_signal_says_since_when(silent_us: int, absent_us: int, words: str) -> None:
    of = ground(route(absent_after_us=absent_us), last_us=NOON_US - silent_us)
    assert words in found(of, kinds.SIGNAL_LOST).words


def test_a_signal_is_not_lost_before_its_time() -> None:
    assert firing(ground(route(**SHORT), last_us=NOON_US - HOUR_US)) == set()


def test_a_paused_route_need_not_be_heard_of() -> None:
    assert firing(ground(route(**SHORT), last_us=NOON_US - DAY_US, paused=True)) == set()


@pytest.mark.parametrize(("since", "fires"), [(HOUR_US, False), (HOUR_US + 1, True)])
def test_silence_counts_from_the_lifting_of_a_pause(since: int, fires: bool) -> None:
    of = ground(route(**SHORT), last_us=NOON_US - DAY_US, resumed_us=NOON_US - since)
    assert ("ticket signal_lost" in firing(of)) is fires


@pytest.mark.parametrize(
    ("schedule", "fires"),
    [
        ("Mon-Fri 08:00-11:00", False),
        ("Mon-Fri 11:00-18:00", False),
        ("Mon-Fri 10:59-18:00", True),
        ("08:00-10:00, 10:00-18:00", True),
        ("Tue 08:00-18:00", False),
    ],
)
def test_silence_counts_within_the_hours_of_a_schedule_only(schedule: str, fires: bool) -> None:
    # Noon on Monday 2 March 2026; nothing since yesterday.
    of = ground(route(schedule=schedule, **SHORT), last_us=NOON_US - DAY_US)
    assert ("ticket signal_lost" in firing(of)) is fires


def test_a_schedule_is_in_the_zone_of_the_route() -> None:
    tokyo = route(schedule="21:00-22:00", window=Window(timezone="Asia/Tokyo"), **SHORT)
    assert found(ground(tokyo, last_us=NOON_US - DAY_US), "signal_lost").verdict is Verdict.FROZEN


def test_only_an_event_finds_a_lost_signal_again() -> None:
    away = ground(route(schedule="Tue 08:00-18:00", **SHORT), last_us=NOON_US - DAY_US)
    assert found(away, kinds.SIGNAL_LOST).verdict is Verdict.FROZEN
    assert found(ground(), kinds.SIGNAL_LOST).verdict is Verdict.HEALTHY


def test_an_order_that_agents_ignore_is_a_page_and_one_past_its_end_a_ticket() -> None:
    of = ground(overdue=("d-1 not confirmed by w1",), expired=("d-2 should have ended",))
    assert firing(of) == {"page overdue", "ticket expired"}


def test_a_breach_pages_whatever_else_is_known() -> None:
    strict = route(zero_tolerance=("permission",), **SHORT)
    of = ground(strict, breaches=("r-1",), catching_up=True, last_us=NOON_US - DAY_US)
    assert firing(of) == {"page hard_stop"}


def test_a_control_file_that_was_changed_is_a_page_of_no_route() -> None:
    condition = conditions.of_control_file("generation 3 was deleted")
    assert (condition.severity, condition.verdict) == (Severity.PAGE, Verdict.FIRE)
    assert "generation 3 was deleted" in condition.words
    assert conditions.of_control_file("").verdict is Verdict.HEALTHY


EVERYTHING = {
    "charged": Counts(total=1_000, bad=100, trust=100),
    "long": Counts(total=100, bad=90, trust=90),
    "quarter": Counts(total=1_000, bad=100, trust=100),
    "handoffs": 900,
    "unknown": 900,
    "rescued_us": (NOON_US,) * 3,
    "overdue": ("d-1",),
}
BUSY = route(caps_ppm={"trust": 1_000}, max_handoff_ppm=1, exhausts_within_us=DAY_US)


def test_a_route_that_is_catching_up_fires_and_ends_nothing() -> None:
    of = ground(BUSY, catching_up=True, **EVERYTHING)
    verdicts = {
        item.kind: item.verdict for item in conditions.watched(of, {}) if item.kind != kinds.EXPIRED
    }
    assert set(verdicts.values()) == {Verdict.CATCHING_UP}
    assert firing(ground(BUSY, **EVERYTHING)) >= {"page burn", "page spent", "ticket rescues"}


def test_stale_sources_freeze_everything_but_silence_orders_and_what_is_spent() -> None:
    of = ground(
        route(caps_ppm={"trust": 1_000}, max_handoff_ppm=1, **SHORT),
        last_us=NOON_US - DAY_US,
        **EVERYTHING,
    )
    assert firing(of) == {
        "page spent",
        "page overdue",
        "ticket signal_lost",
        "ticket rescues",
    }


def test_no_run_in_the_window_says_nothing_of_a_budget() -> None:
    of = ground(long=Counts(), charged=Counts(), quarter=Counts())
    budget = {"burn", "spent", "left", "exhausts", "class_share", "unmeasured"}
    verdicts = {item.verdict for item in conditions.watched(of, {}) if item.kind in budget}
    assert verdicts == {Verdict.FROZEN}


def test_the_words_of_a_burn_say_what_how_fast_until_when_and_who() -> None:
    of = ground(
        route(name="refunds", owner="payments on-call"),
        long=Counts(total=41, bad=33, trust=30, latency=3),
        charged=Counts(total=1_000, bad=33, trust=30, latency=3),
    )
    assert found(of, kinds.BURN).words == (
        "refunds burns 16.10x: 33 of 41 runs missed in the last 1h, mostly trust (30). "
        "Budget gone by 3 Mar 03:12 UTC. Owner: payments on-call."
    )


def test_a_condition_knows_the_classes_behind_it() -> None:
    mixed = Counts(total=41, bad=33, trust=30, latency=3)
    assert found(ground(long=mixed), kinds.BURN).classes == ("latency", "trust")


def test_the_runs_behind_a_burn_are_those_of_its_long_window() -> None:
    asked: list[int] = []

    def missed_since(since_us: int) -> tuple[str, ...]:
        asked.append(since_us)
        return ("r-1",)

    of = ground(long=Counts(total=100, bad=90), missed_since=missed_since)
    assert found(of, kinds.BURN).runs == ("r-1",)
    assert asked[0] == NOON_US - 59 * MINUTE_US


@pytest.mark.parametrize("before", ["Nobody owns it.", "Owner: sam.", "Owner: A. B. Owner & Co."])
def test_the_words_of_an_alert_follow_the_owner(before: str) -> None:
    assert conditions.reowned(f"refunds: stop. {before}", "dana") == "refunds: stop. Owner: dana."


def test_words_that_name_no_owner_stay_as_they_are() -> None:
    assert conditions.reowned("refunds: rescued 3 times.", "dana") == "refunds: rescued 3 times."
