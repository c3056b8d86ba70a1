"""Burn alerts over a store: when they fire, what holds them, when they end."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import msgspec
import pytest

from console.model import DAY_US, HOUR_US, MINUTE_US, Severity
from tests.burn.floor import FAST, NOON_US, ROUTE, Floor, event, held, route

SLOW = FAST._replace(long_us=6 * HOUR_US, short_us=30 * MINUTE_US, k=Fraction(6))
TICKET = SLOW._replace(severity=Severity.TICKET)


def minutes(count: int) -> int:
    """Return the instant so many minutes after noon."""
    return NOON_US + count * MINUTE_US


@pytest.fixture
def burning(build: Callable[..., Floor]) -> Callable[..., Floor]:
    """Return a maker of floors on which a burn page fired at noon."""

    def floor_of(**changes: object) -> Floor:
        floor = build(route(**({"rules": (FAST,)} | changes)))
        floor.closed(NOON_US - 20 * DAY_US, good=10_000)
        floor.closed(NOON_US, bad=20)
        assert "page burn" in floor.evaluate(NOON_US)
        return floor

    return floor_of


def test_a_page_says_what_burns_how_fast_by_what_and_who_owns_it(
    burning: Callable[..., Floor],
) -> None:
    alert = burning().open()["page burn"]
    assert alert.words == (
        "drafts burns 20.00x: 20 of 20 runs missed in the last 1h, mostly trust (20). "
        "Budget gone by 3 Mar 22:33 UTC. Owner: dana."
    )
    assert (alert.rules, len(alert.runs)) == (("1h/5m at 14.40x",), 20)


def test_it_fires_once_however_often_it_is_evaluated(burning: Callable[..., Floor]) -> None:
    floor = burning()
    for second in range(1, 10):
        floor.evaluate(NOON_US + second * 1_000_000)
    assert [alert.id for alert in floor.all()] == ["A1"]


def test_a_route_has_one_alert_of_a_severity_with_the_rules_inside(
    burning: Callable[..., Floor],
) -> None:
    found = burning(rules=(FAST, SLOW, TICKET)).open()
    assert {name: len(alert.rules) for name, alert in found.items()} == {
        "page burn": 2,
        "ticket burn": 1,
    }


def test_each_route_has_its_own(build: Callable[..., Floor]) -> None:
    floor = build(route(), route(name="refunds"))
    floor.closed(NOON_US, bad=20)
    others = [event("run.failed", f"o-{number}", NOON_US, reason="no") for number in range(20)]
    floor.take(*(msgspec.structs.replace(item, route="refunds") for item in others))
    floor.evaluate(NOON_US)
    paged = [
        alert.route
        for alert in floor.all()
        if alert.severity == Severity.PAGE and "burn" in alert.kinds
    ]
    assert sorted(paged) == [ROUTE, "refunds"]


def test_both_windows_have_to_burn(build: Callable[..., Floor]) -> None:
    floor = build(route(rules=(FAST,)))
    floor.closed(NOON_US - 20 * DAY_US, good=10_000)
    floor.closed(minutes(-10), bad=40)
    floor.closed(NOON_US, good=5)
    assert floor.evaluate(NOON_US) == {}


def test_it_resolves_when_the_short_window_was_quiet_for_one_short_window(
    burning: Callable[..., Floor],
) -> None:
    floor = burning()
    for minute in range(1, 7):
        floor.closed(minutes(minute), good=10)
        floor.evaluate(minutes(minute))
    # From 12:01, with 20 of 30 in five minutes, the short window is under 14.4.
    assert [(alert.state, alert.resolved_us) for alert in floor.all()] == [("resolved", minutes(6))]


def test_a_short_window_that_burns_again_starts_the_wait_anew(
    burning: Callable[..., Floor],
) -> None:
    floor = burning()
    floor.closed(minutes(1), good=30)
    assert floor.evaluate(minutes(1))["page burn"].open[0].quiet_since_us == minutes(1)
    floor.closed(minutes(7), bad=10)
    assert floor.evaluate(minutes(7))["page burn"].open[0].quiet_since_us is None
    floor.closed(minutes(8), good=90)
    assert floor.evaluate(minutes(8))["page burn"].open[0].quiet_since_us == minutes(8)


def test_it_waits_for_every_rule_that_fired(burning: Callable[..., Floor]) -> None:
    floor = burning(rules=(FAST, SLOW))
    for minute in range(1, 32):
        floor.closed(minutes(minute), good=10)
        floor.evaluate(minutes(minute))
        assert "page burn" in floor.open() or minute >= 31
    # 12:05 is the first minute in which 30 minutes hold less than 30 % misses: 30 minutes more.
    for minute in range(32, 36):
        floor.closed(minutes(minute), good=10)
        floor.evaluate(minutes(minute))
    assert floor.all()[0].resolved_us == minutes(35)


@pytest.mark.parametrize("minute", [1, 6, 20, 59, 600])
def test_silence_resolves_nothing(burning: Callable[..., Floor], minute: int) -> None:
    floor = burning()
    for later in range(minute, minute + 10):
        assert floor.evaluate(minutes(later))["page burn"].state == "firing"


def test_sources_gone_stale_freeze_it(burning: Callable[..., Floor]) -> None:
    floor = burning(absent_after_us=30 * MINUTE_US)
    floor.closed(minutes(40), good=100)
    assert floor.evaluate(minutes(71))["page burn"].open[0].quiet_since_us is None
    assert floor.evaluate(minutes(72))["page burn"].open[0].quiet_since_us is None


def test_stale_sources_open_nothing(build: Callable[..., Floor]) -> None:
    floor = build(route(absent_after_us=30 * MINUTE_US, rules=(SLOW,)))
    floor.closed(NOON_US - 20 * DAY_US, good=10_000)
    floor.closed(NOON_US, bad=20)
    assert set(floor.evaluate(minutes(31))) == {"ticket signal_lost"}


def test_the_words_follow_the_burn_while_it_recovers(burning: Callable[..., Floor]) -> None:
    floor = burning()
    floor.closed(minutes(2), good=60)
    alert = floor.evaluate(minutes(2))["page burn"]
    assert alert.words == (
        "drafts burns 5.00x: 20 of 80 runs missed in the last 1h, mostly trust (20). "
        "Recovering: over once 5m has been under 14.40x for 5m. Owner: dana."
    )


def test_catching_up_neither_opens_nor_resolves(burning: Callable[..., Floor]) -> None:
    floor = burning()
    before = floor.open()["page burn"]
    for minute in range(1, 20):
        floor.closed(minutes(minute), good=10)
        assert floor.evaluate(minutes(minute), behind=[ROUTE])["page burn"] == before


def test_catching_up_opens_nothing_until_all_is_read(build: Callable[..., Floor]) -> None:
    floor = build()
    floor.closed(NOON_US - 20 * DAY_US, good=10_000)
    floor.closed(NOON_US, bad=20)
    assert floor.evaluate(NOON_US, behind=[ROUTE]) == {}
    assert "page burn" in floor.evaluate(NOON_US)


def test_it_may_fire_again_after_it_resolved(burning: Callable[..., Floor]) -> None:
    floor = burning()
    for minute in (1, 6):
        floor.closed(minutes(minute), good=30)
        floor.evaluate(minutes(minute))
    assert floor.open() == {}
    floor.closed(minutes(30), bad=300)
    assert floor.evaluate(minutes(30))["page burn"].id == "A2"


def test_a_route_that_nobody_configured_is_judged_as_medium(build: Callable[..., Floor]) -> None:
    floor = build(route(name="another"))
    floor.closed(NOON_US, good=60, bad=40)
    page = floor.evaluate(NOON_US)["page burn"]
    assert "drafts burns 20.00x" in held(page, "burn").words


def test_a_rewritten_rule_lets_silence_resolve_nothing(burning: Callable[..., Floor]) -> None:
    floor = burning()
    floor.settings.routes[ROUTE] = route(rules=(FAST._replace(k=Fraction(10)),))
    for minute in (10, 20):
        assert "page burn" in floor.evaluate(minutes(minute))


def test_a_rule_that_is_over_again_is_loud_whatever_another_cannot_tell(
    burning: Callable[..., Floor],
) -> None:
    slower = FAST._replace(long_us=DAY_US, short_us=2 * HOUR_US, k=Fraction(4))
    floor = burning(rules=(FAST, slower))
    floor.closed(minutes(-30), good=62)
    floor.closed(minutes(1), good=30)
    floor.evaluate(minutes(1))
    assert held(floor.open()["page burn"], "burn").quiet_since_us == minutes(1)
    # The good runs of before leave the longer rule's short window, while the other's is empty.
    floor.evaluate(minutes(91))
    assert held(floor.open()["page burn"], "burn").quiet_since_us is None
