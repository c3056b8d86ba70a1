"""OpenSLO documents: what is written is what is read again, whatever a route is called."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.burn import rules, windows
from console.export import openslo, yaml
from console.export.decimals import Number, exact
from console.intake.times import instant_us
from console.model import Window
from console.settings import RouteSettings, load

NOW_US = instant_us("2026-11-19T15:30:00Z")
reader = pytest.importorskip("yaml", reason="no YAML reader here (PyYAML)")


def read(text: str) -> list[Any]:
    return list(reader.safe_load_all(text))


def documents(route: RouteSettings) -> tuple[Any, Any]:
    service, slo = read(yaml.stream(openslo.documents([route], NOW_US)))
    return service, slo


def route(**fields: object) -> RouteSettings:
    return msgspec.structs.replace(load(None).tiers["medium"], name="refunds", **fields)


@pytest.mark.parametrize("budget_ppm", [1_000, 20_000, 33_333, 70_000, 500_000])
def test_objective_window_and_thresholds_survive_the_round_trip(budget_ppm: int) -> None:
    given_route = route(budget_ppm=budget_ppm)
    _, slo = documents(given_route)
    spec = slo["spec"]
    target = Fraction(str(spec["objectives"][0]["target"]))
    assert (1 - target) * 1_000_000 == budget_ppm
    assert spec["timeWindow"] == [{"duration": "30d", "isRolling": True}]
    found = []
    for policy in spec["alertPolicies"]:
        (condition,) = policy["spec"]["conditions"]
        inner = condition["spec"]["condition"]
        short = condition["metadata"]["annotations"]["burnline/short-window"]
        found.append(
            (
                condition["spec"]["severity"],
                windows.parse(inner["lookbackWindow"]),
                windows.parse(short),
                Fraction(str(inner["threshold"])),
            )
        )
    assert found == [
        (rule.severity.value, rule.long_us, rule.short_us, Fraction(exact(rule.k)))
        for rule in rules.of(given_route)
    ]


@pytest.mark.parametrize(
    ("unit", "duration", "start"),
    [
        ("day", "1d", "2026-11-19 00:00:00"),
        ("week", "1w", "2026-11-16 00:00:00"),
        ("month", "1M", "2026-11-01 00:00:00"),
    ],
)
def test_a_calendar_window_begins_where_it_began(unit: str, duration: str, start: str) -> None:
    window = Window(days=None, unit=unit, timezone="Europe/Berlin")
    _, slo = documents(route(window=window))
    assert slo["spec"]["timeWindow"] == [
        {
            "duration": duration,
            "isRolling": False,
            "calendar": {"startTime": start, "timeZone": "Europe/Berlin"},
        }
    ]


@given(st.text(min_size=1, max_size=90))
def test_names_are_dns_labels_and_tell_routes_apart(name: str) -> None:
    found = openslo.label(name)
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", found)
    assert len(f"{found}") <= 63
    assert openslo.label(name + "x") != found


VALUES = st.recursive(
    st.one_of(st.text(), st.integers(-(2**40), 2**40), st.booleans()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["kind", "on", "a b", "x"]), VALUES, min_size=1))
def test_what_is_written_as_yaml_is_read_again(document: dict[str, Any]) -> None:
    assert read(yaml.stream([document])) == [document]


def test_a_decimal_without_end_is_rounded_up() -> None:
    assert exact(Fraction(72, 5)) == Number("14.4")
    assert exact(Fraction(80, 3)) == Number("26.666666666667")
    assert exact(Fraction(3)) == Number("3")
    assert exact(Fraction(-1, 4)) == Number("-0.25")
