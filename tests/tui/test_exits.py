"""The exit rule of an order in words: every condition, which are met, and what is next."""

from __future__ import annotations

from datetime import UTC
from fractions import Fraction

from console.model import MINUTE_US, DirectiveKind
from console.tui.figures.glyphs import UNICODE
from console.tui.figures.spans import plain
from console.tui.render.exits import exit_line, why_not
from console.tui.render.look import Look

from .samples import NOW, order, route

LOOK = Look(UNICODE, UTC, NOW)
VIEW = route("refunds", remaining=Fraction(56, 100))
WAITING = order("refunds")
OVER = order("refunds", probation_ends_us=NOW - 12 * MINUTE_US)
FREEZE = order("refunds", DirectiveKind.FREEZE)


def test_a_pause_shows_all_its_conditions_in_order() -> None:
    assert plain(exit_line(VIEW, WAITING, LOOK)) == (
        "○ probation until 14:50 (48 min more without a miss) → ○ step down (a s) → "
        "✓ budget 56% (over 10%) → ○ 20 trusted in a row → ○ sign-off: payments on-call (a l)"
    )


def test_a_time_that_is_past_is_not_promised() -> None:
    said = plain(exit_line(VIEW, OVER, LOOK))
    assert said.startswith("✓ probation over since 13:50 → ○ step down now (a s) → ")


def test_an_order_that_runs_earn_shows_budget_and_trusted_outcomes() -> None:
    assert plain(exit_line(VIEW, FREEZE, LOOK)) == (
        "✓ budget 56% (over 10%) → ○ 3 of 20 trusted in a row → ○ sign-off: payments on-call (a l)"
    )


def test_more_trusted_outcomes_than_needed_are_not_counted() -> None:
    many = order("refunds", DirectiveKind.FREEZE, exit_trusted=(11, 3))
    assert "✓ 3 of 3 trusted in a row" in plain(exit_line(VIEW, many, LOOK))


def test_a_lift_of_a_pause_names_the_step_that_is_earned_before_the_override() -> None:
    said = why_not(VIEW, OVER, LOOK)
    assert "step it down now: esc, then a s" in said
    assert said.endswith("Else override: yes lifts it all the same, audited.")


def test_a_lift_of_a_pause_in_probation_says_how_much_longer() -> None:
    assert "once 48 min more without a miss are over" in why_not(VIEW, WAITING, LOOK)


def test_a_lift_of_another_order_says_what_is_missing() -> None:
    poor = route("refunds", remaining=Fraction(4, 100))
    said = why_not(poor, FREEZE, LOOK)
    assert said.startswith("Not earned yet: 4% left, over 10% needed and 17 more trusted in a")
