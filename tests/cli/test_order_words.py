"""Orders in words: who confirmed them, who is waited for and who not, what can be done now."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import msgspec

from console.cli.orders import directive
from console.control.receipts import SILENT_US
from console.model import DAY_US, HOUR_US, MINUTE_US, Directive, DirectiveKind
from console.snapshot.types import DirectiveView

ISSUED_US = 1_772_476_200_000_000
"""2026-03-02 18:30:00Z."""
PAUSE = Directive(
    id="d-2",
    route="refunds",
    kind=DirectiveKind.PAUSE,
    by="dana",
    reason="wrong amounts",
    issued_us=ISSUED_US,
    generation=2,
)


def view(**changes: Any) -> DirectiveView:
    """Return a pause that two agents confirmed, with an hour of probation."""
    seen = DirectiveView(
        directive=PAUSE,
        stage="enforced",
        seen_by=("w-1", "w-2"),
        not_seen=(),
        overdue=(),
        exit_remaining=Fraction(1, 10),
        exit_trusted=(0, 20),
        exit_met=False,
        probation_ends_us=ISSUED_US + HOUR_US,
    )
    return msgspec.structs.replace(seen, **changes)


def said(after_us: int = 0, **changes: Any) -> str:
    return directive(view(**changes), ISSUED_US + after_us)


SILENT = (("good-1", ISSUED_US - 16 * MINUTE_US), ("rogue-1", ISSUED_US - 9 * MINUTE_US))


def test_agents_that_are_waited_for_are_named_with_their_last_line_and_until_when() -> None:
    words = said(stage="seen", not_seen=("good-1", "rogue-1"), awaited=SILENT)
    assert SILENT_US == 10 * MINUTE_US
    assert (
        "seen, seen by 2 of 4; not yet by good-1 since 18:14Z, rogue-1 since 18:21Z, "
        "waited for until 2026-03-02 18:40:00Z; exit"
    ) in words


def test_agents_that_have_ended_are_told_from_those_that_live() -> None:
    gone = ("good-1", "rogue-1")
    words = said(not_seen=gone, ended=SILENT)
    live = "seen by 2 of 2 live; silent: good-1 since 18:14Z, rogue-1 since 18:21Z; exit"
    assert f"enforced, {live}" in words


def test_an_agent_last_heard_of_on_another_day_has_its_date() -> None:
    words = said(not_seen=("good-1",), ended=(("good-1", ISSUED_US - DAY_US),))
    assert "silent: good-1 since 2026-03-01 18:30:00Z" in words


def test_agents_that_work_on_without_a_receipt_are_named_overdue() -> None:
    words = said(stage="seen", overdue=("rogue-1",))
    assert "seen by 2 of 3, OVERDUE: rogue-1" in words


def test_a_pause_says_from_when_it_may_be_stepped_down_and_then_that_it_may() -> None:
    assert "exit: burnline stepdown from 2026-03-02 19:30:00Z without a new miss, then" in said()
    over = said(HOUR_US)
    assert "exit: its probation is over: burnline stepdown refunds, then over 10 %" in over


def test_trusted_outcomes_are_counted_beside_what_is_needed() -> None:
    words = said(probation_ends_us=None, exit_trusted=(11, 3))
    assert words.endswith("exit: over 10 % left and 3 trusted in a row (11 so far)")


def test_what_is_met_names_the_command() -> None:
    met = said(probation_ends_us=None, exit_trusted=(20, 20), exit_met=True)
    assert met.endswith("(20 so far): met, burnline lift refunds")
