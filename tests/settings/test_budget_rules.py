"""Objectives, burn rules and caps: what could never take effect is refused (burn_rate.md 2c)."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.model import HOUR_US, MINUTE_US
from tests.settings.writing import loaded, refusal, refused, route


def rule(**keys: object) -> str:
    """Return a list of one rule, usual but for what is given; None leaves a key out."""
    words = {"severity": '"page"', "long": '"1h"', "short": '"5m"', "k": "14.4"} | keys
    pairs = ", ".join(f"{key} = {value}" for key, value in words.items() if value is not None)
    return f"rules = [ {{ {pairs} }} ]"


def test_an_objective_leaves_a_budget_in_parts_per_million(tmp_path: Path) -> None:
    assert route(tmp_path, 'objective = "99.5%"').budget_ppm == 5_000


def test_an_objective_of_100_percent_is_refused_with_what_to_use_instead(tmp_path: Path) -> None:
    found = refusal(tmp_path, 'objective = "100%"')
    assert "use zero_tolerance" in found
    assert 'the highest objective that works is "99.9999%"' in found


@pytest.mark.parametrize("text", ["0%", "-1%"])
def test_an_objective_of_nothing_is_refused(tmp_path: Path, text: str) -> None:
    found = refusal(tmp_path, f'objective = "{text}"')
    assert 'the lowest objective that works is "0.0001%"' in found


def test_an_objective_over_everything_is_refused(tmp_path: Path) -> None:
    assert 'works is "99.9999%"' in refusal(tmp_path, 'objective = "101%"')


def test_a_rule_that_can_never_fire_names_the_highest_that_can(tmp_path: Path) -> None:
    found = refused(tmp_path, f'[route.refunds]\nobjective = "93%"\n{rule()}\n')
    expected = (
        "burnline.toml:3: route.refunds.rules[0].k = 14.4 can never fire: with an objective of "
        "93 % the burn cannot pass 14.28; the highest that can fire is 14.28."
    )
    assert found == [expected]


@pytest.mark.parametrize(
    ("objective", "reachable", "highest"),
    [
        ("96%", 25, None),
        ("95%", 20, None),
        ("94%", "16.66", None),
        ("94%", "16.67", "16.66"),
        ("92.8%", "14.4", "13.88"),
        ("83%", 6, "5.88"),
        ("90%", 10, None),
        ("90%", "10.0001", "10"),
    ],
)
def test_a_threshold_works_up_to_one_over_the_budget(
    tmp_path: Path, objective: str, reachable: object, highest: str | None
) -> None:
    keys = f'objective = "{objective}"\n{rule(k=reachable)}'
    if highest is None:
        assert route(tmp_path, keys).rules
    else:
        assert f"the highest that can fire is {highest}." in refusal(tmp_path, keys)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(budget_ppm=st.integers(1, 999_999), above=st.integers(-3, 3))
def test_the_highest_that_is_named_does_fire(tmp_path: Path, budget_ppm: int, above: int) -> None:
    """A named ceiling that were itself refused would send the operator round in circles."""
    hundredths = 100_000_000 // budget_ppm + above
    objective = f"{(1_000_000 - budget_ppm) // 10_000}.{(1_000_000 - budget_ppm) % 10_000:04d}%"
    text = f'[route.a]\nobjective = "{objective}"\n{rule(k=f"{hundredths / 100:.2f}")}\n'
    k = Fraction(hundredths, 100)
    if k < 1 or k * budget_ppm > 1_000_000:
        assert len(refused(tmp_path, text)) == 1
    else:
        assert loaded(tmp_path, text).routes["a"].rules


def test_a_threshold_below_1_is_refused(tmp_path: Path) -> None:
    found = refusal(tmp_path, rule(k=0.93))
    assert found.startswith("route.refunds.rules[0].k = 0.93 is below 1")
    assert found.endswith("the lowest that works is 1.")


def test_an_objective_that_stills_a_rule_of_the_tier_is_named_at_the_route(tmp_path: Path) -> None:
    found = refused(
        tmp_path, f'[tier.medium]\n{rule()}\n[route.refunds]\nobjective = "93%"\n[route.b]\n'
    )
    expected = (
        "burnline.toml:4: route.refunds.objective does not go with tier.medium.rules[0].k = 14.4, "
        "which it inherits and can never fire: with an objective of 93 % the burn cannot pass "
        "14.28; the highest that can fire is 14.28."
    )
    assert found == [expected]


def test_a_wrong_objective_is_not_also_blamed_on_the_rules(tmp_path: Path) -> None:
    assert "no percent sign" in refusal(tmp_path, f'objective = "93"\n{rule(k=60)}')


def test_a_short_window_that_is_not_written_is_a_twelfth_of_the_long_one(tmp_path: Path) -> None:
    found = route(tmp_path, rule(short=None)).rules
    assert found is not None
    assert found[0].short_us == 5 * MINUTE_US


def test_a_short_window_is_whole_minutes_and_at_least_one(tmp_path: Path) -> None:
    for long, short_us in (("2m", MINUTE_US), ("30m", 2 * MINUTE_US)):
        found = route(tmp_path, rule(long=f'"{long}"', short=None)).rules
        assert found is not None
        assert found[0].short_us == short_us


@pytest.mark.parametrize("short", ["1h", "2h"])
def test_a_long_window_must_be_longer_than_the_short_one(tmp_path: Path, short: str) -> None:
    found = refusal(tmp_path, rule(short=f'"{short}"'))
    assert found.endswith('is not shorter than long = "1h"; the longest that works is "59m".')


def test_a_window_between_two_minutes_is_refused(tmp_path: Path) -> None:
    assert 'nearest that works is "2m"' in refusal(tmp_path, rule(short='"90s"'))


def test_a_rule_may_not_look_back_further_than_the_budget(tmp_path: Path) -> None:
    keys = f'window = "1d"\n{rule(long=chr(34) + "2d" + chr(34), k=1)}'
    found = refusal(tmp_path, keys)
    assert found.endswith('longer than the budget window (1d); the longest that works is "1d".')


def test_a_shorter_window_than_a_rule_of_the_tier_is_named_at_the_route(tmp_path: Path) -> None:
    tier = "[tier.medium]\n" + rule(long='"3d"', k=1) + "\n"
    assert refusal(tmp_path, 'window = "calendar day"', tier).startswith(
        'route.refunds.window does not go with tier.medium.rules[0].long = "3d"'
    )


@pytest.mark.parametrize(
    ("window", "days"),
    [("30d", 30), ("calendar month", 30), ("calendar week", 7), ("calendar day", 1)],
)
def test_a_rule_spends_k_times_long_over_window(tmp_path: Path, window: str, days: int) -> None:
    found = route(tmp_path, f'window = "{window}"\n{rule()}').rules
    assert found is not None
    assert found[0].share == Fraction(72, 5) * HOUR_US / (days * 24 * HOUR_US)


@pytest.mark.parametrize("key", ["severity", "long", "k"])
def test_a_rule_without_one_of_its_keys_is_refused(tmp_path: Path, key: str) -> None:
    assert f"route.refunds.rules[0] has no {key}; write" in refusal(tmp_path, rule(**{key: None}))


@pytest.mark.parametrize(
    "keys",
    ['rules = "none"', "rules = [14.4]", "rules = {}", rule(k='"14.4"'), rule(severity='"warn"')],
)
def test_what_is_no_rule_is_refused(tmp_path: Path, keys: str) -> None:
    assert refusal(tmp_path, keys)


def test_a_line_of_its_own_is_named_for_each_rule(tmp_path: Path) -> None:
    text = (
        '[route.a]\nrules = [\n  { severity = "page", long = "1h", k = 60 },\n'
        '  { severity = "page", long = "2h", k = 0 },\n]\n'
    )
    lines = [problem.split(":")[1] for problem in refused(tmp_path, text)]
    assert lines == ["4"], "the first is not judged beside a rule that cannot be read"
    (tmp_path / "burnline.toml").unlink()
    fixed = refused(tmp_path, text.replace("k = 0 ", "k = 1 "))
    assert [problem.split(":")[1] for problem in fixed] == ["3"]


def test_a_cap_of_an_unknown_class_is_refused(tmp_path: Path) -> None:
    assert "route.refunds.caps.latncy is not a known key; the nearest that is known is latency" in (
        refusal(tmp_path, 'caps = { latncy = "1%" }')
    )


@pytest.mark.parametrize("cap", ["2%", "50%"])
def test_a_cap_at_or_over_the_whole_budget_is_refused(tmp_path: Path, cap: str) -> None:
    assert refusal(tmp_path, f'caps = {{ trust = "{cap}" }}') == (
        f'route.refunds.caps.trust = "{cap}" caps nothing: the whole budget is 2 %; '
        'the highest cap that works is "1.9999%".'
    )


def test_a_cap_just_under_the_budget_works(tmp_path: Path) -> None:
    assert route(tmp_path, 'caps = { trust = "1.9999%" }').caps_ppm == {"trust": 19_999}


def test_an_objective_that_makes_a_cap_of_the_tier_useless_is_refused(tmp_path: Path) -> None:
    tier = '[tier.medium]\ncaps = { trust = "1%" }\n'
    found = refusal(tmp_path, 'objective = "99.5%"', tier)
    assert found.startswith(
        'route.refunds.objective does not go with tier.medium.caps.trust = "1%"'
    )


def test_a_retention_shorter_than_a_budget_window_is_refused(tmp_path: Path) -> None:
    found = refused(tmp_path, '[store]\nretention = "60d"\n[route.a]\nwindow = "90d"\n')
    expected = (
        'burnline.toml:2: store.retention = "60d" is shorter than the budget window of route.a '
        '(90d); the shortest retention that works is "90d".'
    )
    assert found == [expected]


def test_a_calendar_month_needs_31_days_of_retention(tmp_path: Path) -> None:
    text = '[store]\nretention = "30d"\n[tier.medium]\nwindow = "calendar month"\n'
    assert 'the shortest retention that works is "31d"' in refused(tmp_path, text)[0]


def test_tiers_that_nobody_uses_do_not_hold_the_retention_up(tmp_path: Path) -> None:
    text = '[store]\nretention = "10d"\n[tier.medium]\nwindow = "7d"\n'
    assert loaded(tmp_path, text).tiers["high"].window.days == 30


def test_a_window_over_the_default_retention_names_the_one_it_needs(tmp_path: Path) -> None:
    found = refused(tmp_path, '[route.a]\nwindow = "500d"\n')
    expected = (
        'burnline.toml:2: route.a.window = "500d" is longer than evidence is kept '
        '(store.retention, by default 400d); the shortest retention that works is "500d".'
    )
    assert found == [expected]
    written = '[store]\nretention = "500d"\n[route.a]\nwindow = "500d"\n'
    assert loaded(tmp_path, written).routes["a"].window.days == 500
