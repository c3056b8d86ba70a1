"""OpenSLO documents come in as routes; what has no place here is named."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.burn import rules
from console.export import openslo, openslo_toml, yaml
from console.export.openslo_reading import Found, documents
from console.intake.times import instant_us
from console.model import MINUTE_US, BurnRule, Severity, Window
from console.settings import RouteSettings, load, load_text
from console.settings.rules import with_shares

pytest.importorskip("yaml", reason="no YAML reader here (PyYAML)")
NOW_US = instant_us("2026-11-19T15:30:00Z")
FOREIGN = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: checkout
  displayName: Checkout works
  labels: {team: shop}
spec:
  description: what customers see
  service: shop
  indicatorRef: checkout-rate
  timeWindow:
    - duration: 4w
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - displayName: good
      targetPercent: 99.5
  alertPolicies:
    - alertPolicyRef: fast
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: fast}
spec:
  alertWhenBreaching: true
  alertWhenNoData: true
  conditions:
    - conditionRef: burns
  notificationTargets:
    - targetRef: on-call
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: burns}
spec:
  severity: page
  condition:
    kind: burnrate
    op: gte
    threshold: 13.44
    lookbackWindow: 1h
    alertAfter: 5m
---
apiVersion: openslo/v1
kind: AlertNotificationTarget
metadata: {name: on-call}
spec: {target: email}
"""
PARTS = FOREIGN.split("---\n")


def taken(text: str) -> Found:
    return documents([("slo.yaml", text.encode())])


def loaded(found: Found) -> dict[str, RouteSettings]:
    assert [str(problem) for problem in found.problems] == []
    return load_text(openslo_toml.tables(found.routes), Path("burnline.toml")).routes


def lines_of(found: Found) -> list[str]:
    return [str(note) for route in found.routes for note in route.notes] + [
        str(note) for note in found.notes
    ]


@st.composite
def routes(draw: st.DrawFn) -> RouteSettings:
    """Return a route of any name, objective, window and rules that settings allow."""
    unit = draw(st.sampled_from([None, "day", "week", "month"]))
    zone = draw(st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]))
    days = draw(st.integers(1, 400)) if unit is None else None
    window = Window(days=days, unit=unit, timezone="UTC" if unit is None else zone)
    budget_ppm = draw(st.integers(1, 999_999))
    base = load(None).tiers[draw(st.sampled_from(["low", "medium", "high", "critical"]))]
    own = None
    if draw(st.booleans()) and budget_ppm <= 500_000:
        k = Fraction(draw(st.integers(10**12, 2 * 10**12)), 10**12)
        longs = draw(st.lists(st.integers(2, 1_440), max_size=3, unique=True))
        own = tuple(
            BurnRule(
                draw(st.sampled_from(Severity)),
                long * MINUTE_US,
                draw(st.integers(1, long - 1)) * MINUTE_US,
                k,
                Fraction(0),
            )
            for long in longs
        )
    name = draw(st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1))
    return msgspec.structs.replace(
        base,
        name=name,
        budget_ppm=budget_ppm,
        window=window,
        outcome=draw(st.sampled_from(["", "settled: 'and' \"confirmed\" # twice"])),
        rules=None if own is None else with_shares(own, window),
    )


@given(routes())
def test_a_round_trip_keeps_objective_window_and_thresholds(route: RouteSettings) -> None:
    text = yaml.stream(openslo.documents([route], NOW_US))
    found = taken(text)
    again = loaded(found)[route.name]
    assert (again.budget_ppm, again.window) == (route.budget_ppm, route.window)
    assert rules.of(again) == rules.of(route)
    assert (again.tier, again.outcome) == (route.tier, route.outcome)
    assert lines_of(found) == []


def test_a_foreign_slo_becomes_a_route_with_the_rules_that_it_refers_to() -> None:
    (route,) = loaded(taken(FOREIGN)).values()
    assert (route.name, route.budget_ppm, route.window) == ("checkout", 5_000, Window(days=28))
    assert rules.of(route) == with_shares(
        (BurnRule(Severity.PAGE, 60 * MINUTE_US, 5 * MINUTE_US, Fraction("13.44"), Fraction(0)),),
        route.window,
    )


def test_whatever_has_no_place_is_named_with_file_line_and_key() -> None:
    assert [line.split(" is ")[0].split(" describes")[0] for line in lines_of(taken(FOREIGN))] == [
        "slo.yaml:5: SLO checkout.metadata.displayName",
        "slo.yaml:8: SLO checkout.spec.description",
        "slo.yaml:26: AlertPolicy fast.spec.alertWhenNoData",
        "slo.yaml:29: AlertPolicy fast.spec.notificationTargets",
        "slo.yaml:42: AlertCondition burns.spec.condition.alertAfter",
        "slo.yaml:10: SLO checkout.spec.indicatorRef",
        "slo.yaml:6: SLO checkout.metadata.labels",
        "slo.yaml:44: AlertNotificationTarget on-call",
    ]


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the paths of all keys in a document that we write."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, below in inner:
        if isinstance(below, (dict, list)):
            found += leaves(below, (*path, key))
        if isinstance(value, dict):
            found.append((*path, key))
    return found


def with_more(value: Any, path: tuple[str | int, ...], more: Any) -> Any:
    """Return a document with a key `more` beside the key at a path."""
    if len(path) == 1:
        return {**value, "more": more}
    if isinstance(value, list):
        return [
            with_more(one, path[1:], more) if at == path[0] else one for at, one in enumerate(value)
        ]
    return {**value, path[0]: with_more(value[path[0]], path[1:], more)}


ROUTE = msgspec.structs.replace(load(None).tiers["high"], name="refunds", outcome="settled")
SLO = openslo.documents([ROUTE], NOW_US)[1]


@pytest.mark.parametrize("path", leaves(SLO), ids=lambda path: ".".join(map(str, path)))
def test_no_key_is_lost_in_silence_wherever_it_stands(path: tuple[str | int, ...]) -> None:
    found = taken(yaml.stream([with_more(SLO, path, "something")]))
    assert found.problems == ()
    said = lines_of(found)
    inside = "spec.indicator is not read" if "indicator" in path[1:-1] else "more"
    assert len(said) == 1
    assert inside in said[0]


def changed(old: str, new: str) -> str:
    assert old in FOREIGN
    return FOREIGN.replace(old, new)


REFUSED = {
    "a threshold metric counts no runs": (
        changed("Occurrences", "Timeslices"),
        "slo.yaml:14: SLO checkout.spec.budgetingMethod is Timeslices",
    ),
    "two objectives": (
        changed("      targetPercent: 99.5", "      targetPercent: 99.5\n    - target: 0.9"),
        "SLO checkout.spec.objectives has to have one",
    ),
    "finer than a millionth": (changed("99.5", "99.99999"), "objectives[0].targetPercent is 99.99"),
    "nothing may miss": (changed("99.5", "100"), "objectives[0].targetPercent is 100"),
    "infinite": (changed("99.5", ".inf"), "targetPercent is .inf"),
    "text": (changed("99.5", '"99.5"'), "objectives[0].targetPercent is not a number"),
    "both targets": (
        changed("targetPercent:", "target: 0.9\n      targetPercent:"),
        "both",
    ),
    "a rolling month": (changed("4w", "1M"), "timeWindow[0].duration is 1M"),
    "a quarter of the calendar": (
        changed("duration: 4w\n      isRolling: true", "duration: 1Q\n      calendar: {}"),
        "timeWindow[0].duration is 1Q",
    ),
    "a month that begins in its middle": (
        changed(
            "duration: 4w\n      isRolling: true",
            "duration: 1M\n      calendar:\n"
            "        startTime: 2026-01-15 00:00:00\n        timeZone: Europe/Berlin",
        ),
        "calendar.startTime is 2026-01-15 00:00:00; a month begins at 00:00 of the first",
    ),
    "a zone that is none": (
        changed(
            "duration: 4w\n      isRolling: true",
            "duration: 1d\n      calendar:\n"
            "        startTime: 2026-01-15 00:00:00\n        timeZone: Mars/Olympus",
        ),
        "calendar.timeZone is not a known time zone",
    ),
    "a severity that is neither": (changed("severity: page", "severity: sev1"), "severity is sev1"),
    "an alert for burning too little": (changed("op: gte", "op: lt"), "condition.op is lt"),
    "another kind of condition": (changed("burnrate", "budget"), "condition.kind is budget"),
    "no window to look at": (changed("lookbackWindow: 1h", "lookbackWindow: soon"), "is soon"),
    "a reference to nothing": (changed("conditionRef: burns", "conditionRef: x"), "condition x"),
    "a policy without condition": (
        changed("conditions:\n    - conditionRef: burns", "conditions: []"),
        "AlertPolicy fast.spec.conditions has no condition",
    ),
    "another version": (changed("openslo/v1\nkind: SLO", "openslo/v2\nkind: SLO"), "openslo/v2"),
    "a kind that is none": (changed("kind: SLO", "kind: SLOW"), "kind is SLOW"),
    "no name": (changed("  name: checkout\n", ""), "SLO without a name.metadata.name"),
    "the same route twice": (FOREIGN + "---\n" + PARTS[0], "second SLO of route"),
    "a list": ("- a\n", "slo.yaml:1: the document is not a mapping"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_change_the_meaning_is_refused_by_name(case: str) -> None:
    text, words = REFUSED[case]
    said = [str(problem) for problem in taken(text).problems]
    assert [line for line in said if words.lower() in line.lower()], said


def test_a_threshold_that_can_never_fire_is_refused_with_the_highest_that_can() -> None:
    (route,) = taken(changed("threshold: 13.44", "threshold: 201")).routes
    (words,) = openslo_toml.refused(route)
    assert words.startswith("slo.yaml:1: route.checkout.rules[0].k = 201 can never fire")
    assert "the highest that can fire is 200" in words


def test_references_go_across_files() -> None:
    found = documents([(f"{place}.yaml", part.encode()) for place, part in enumerate(PARTS)])
    assert loaded(found).keys() == {"checkout"}
    places = {line.split(": ")[1].split(" is ")[0]: line.split(": ")[0] for line in lines_of(found)}
    assert places["AlertPolicy fast.spec.alertWhenNoData"] == "1.yaml:6"
    assert places["AlertCondition burns.spec.condition.alertAfter"] == "2.yaml:11"


def test_comments_of_hostile_text_stay_comments() -> None:
    found = taken(changed("labels: {team: shop}", '"x\\n[route.evil]\\ntier": "low"'))
    assert loaded(found).keys() == {"checkout"}
