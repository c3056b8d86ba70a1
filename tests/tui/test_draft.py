"""An order while it is written: what it must say before it can be given."""

from __future__ import annotations

from datetime import UTC

import pytest

from console.model import HOUR_US, DirectiveKind
from console.snapshot.types import RouteView
from console.tui.draft import (
    Form,
    drafted,
    first_form,
    listed,
    missing,
    needs_typed_name,
    relaxable,
)
from console.tui.feed import OrderPreview, Verb
from console.tui.figures.glyphs import UNICODE
from console.tui.render.look import Look

from .samples import NOW, alert, order, route

LOOK = Look(UNICODE, UTC, NOW)
CALM = route("refunds")
PAGED = route("refunds", "page")
ORDERED = route(
    "refunds",
    directives=(order("refunds", DirectiveKind.FREEZE), order("refunds", DirectiveKind.PAUSE)),
)


def form(verb: Verb, view: RouteView = CALM, **changes: str) -> Form:
    """Return the form as opened, with a reason, and with `changes`."""
    return first_form(verb, view) | {"reason": "because"} | changes


def sentence(verb: Verb, view: RouteView = CALM, *, typed: bool = False, **changes: str) -> str:
    """Return what keeps an order from being given, "" for nothing."""
    lack = missing(verb, view, form(verb, view, **changes), LOOK, typed=typed)
    return lack.sentence if lack else ""


@pytest.mark.parametrize("verb", ["freeze", "tighten", "reduce", "pause"])
def test_a_restriction_opens_ready_to_be_given_when_an_alert_fires(verb: Verb) -> None:
    opened = first_form(verb, PAGED)
    assert opened["reason"] == PAGED.alerts[0].words
    assert missing(verb, PAGED, opened, LOOK, typed=False) is None


def test_the_reason_is_that_of_the_page_not_of_a_ticket_or_of_what_is_over() -> None:
    alerts = (
        alert("refunds", id="1", severity="ticket", words="a ticket"),
        alert("refunds", id="2", words="a page"),
        alert("refunds", id="3", state="resolved", words="over"),
    )
    assert first_form("pause", route("refunds", alerts=alerts))["reason"] == "a page"


@pytest.mark.parametrize("verb", ["freeze", "tighten", "reduce", "pause", "lift", "stepdown"])
def test_no_order_is_given_without_a_reason(verb: Verb) -> None:
    assert "reason is required" in sentence(verb, ORDERED, reason="  ")


def test_a_relaxation_is_not_excused_by_the_alert_that_fires() -> None:
    paged = route("refunds", "page", directives=(order("refunds"),))
    assert first_form("lift", paged)["reason"] == ""


def test_what_is_frozen_must_be_a_kind_of_change() -> None:
    assert sentence("freeze", changes="prompt, weather").startswith(
        "There is no kind of change weather"
    )
    assert sentence("freeze", changes="").startswith("Name what to freeze")


def test_tightening_names_actions() -> None:
    assert sentence("tighten", actions=" ") == "Name the actions that shall need a grant."


def test_reducing_names_actions_or_a_number_of_runs() -> None:
    assert sentence("reduce", max_runs="", actions="refund.read") == ""
    assert "how many runs" in sentence("reduce", max_runs="", actions="")
    for wrong in ("0", "-1", "many", "²"):
        assert "whole number" in sentence("reduce", max_runs=wrong)


def test_a_duration_may_be_left_out_but_not_be_wrong() -> None:
    assert sentence("pause", duration="") == ""
    assert sentence("pause", duration="soon").startswith("Duration: ")


def test_lifting_before_the_exit_rule_holds_needs_override() -> None:
    assert "override" in sentence("lift", ORDERED)
    assert sentence("lift", ORDERED, override="yes") == ""
    met = route("refunds", directives=(order("refunds", exit_met=True),))
    assert sentence("lift", met) == ""


def test_the_typed_name_must_be_that_of_the_route() -> None:
    assert "Type refunds" in sentence("lift", ORDERED, typed=True, override="yes", typed_name="x")
    given = form("lift", ORDERED, override="yes", typed="refunds")
    assert missing("lift", ORDERED, given, LOOK, typed=True) is None


@pytest.mark.parametrize(
    ("verb", "tier", "asked", "expected"),
    [
        ("lift", "high", False, True),
        ("stepdown", "critical", False, True),
        ("lift", "medium", False, False),
        ("lift", "low", True, True),
        ("pause", "critical", False, False),
    ],
)
def test_only_relaxing_a_high_tier_asks_for_the_name(
    verb: Verb, tier: str, asked: bool, expected: bool
) -> None:
    preview = OrderPreview(path="", old_state="", new_state="", needs_typed_name=asked)
    assert needs_typed_name(verb, route("refunds", tier=tier), preview) is expected


def test_what_can_be_relaxed_comes_strictest_first() -> None:
    kinds = [each.directive.kind for each in relaxable("lift", ORDERED)]
    assert kinds == [DirectiveKind.PAUSE, DirectiveKind.FREEZE]
    assert [each.directive.kind for each in relaxable("stepdown", ORDERED)] == kinds[:1]
    assert relaxable("pause", ORDERED) == ()


def test_an_order_says_on_which_generation_it_was_decided() -> None:
    request = drafted("pause", "refunds", "sam", 17, form("pause", duration="2h", drain="no"))
    assert (request.base_generation, request.by, request.for_us) == (17, "sam", 2 * HOUR_US)
    assert not request.drain


def test_lists_are_read_however_they_are_separated() -> None:
    assert listed("a, b  c,,a") == ("a", "b", "c")
