"""What a route takes from its tier, a tier from what is built in, and how keys become values."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from console.model import DAY_US, HOUR_US, MINUTE_US, SECOND_US, BurnRule, Severity, Window
from console.settings import ExitRule, LadderStep, Measured, Rates, load
from console.settings.tiers import BUILT_IN
from tests.settings.writing import FULL, loaded, refusal, refused, route

SAMPLE = Path(__file__).parents[2] / "sample_logs" / "burnline.toml"


def test_every_documented_key_is_read(tmp_path: Path) -> None:
    settings = loaded(tmp_path, FULL)
    found = settings.routes["refunds"]
    assert settings.path == tmp_path / "burnline.toml"
    assert found.explicit
    assert found.budget_ppm == 10_000
    assert found.measured == Measured(
        sla_us=10 * MINUTE_US,
        verdict_within_us=HOUR_US,
        escalate_within_us=15 * MINUTE_US,
        recover_within_us=HOUR_US,
        receipt_within_us=30 * SECOND_US,
        abandon_after_us=DAY_US,
        requires=("qa", "evidence"),
        approval_required=("refund.send",),
    )
    assert found.caps_ppm == {"trust": 5_000}
    assert found.max_handoff_ppm == 200_000
    assert found.schedule == "Mon-Fri 08:00-18:00"
    assert found.absent_after_us is None
    assert found.freeze_kinds == ("prompt", "policy", "tool", "model", "launch")
    assert found.ladder == (
        LadderStep(do="freeze", left_ppm=500_000),
        LadderStep(do="pause", left_ppm=0, mode="auto"),
        LadderStep(do="pause", on="permission", mode="auto"),
    )
    assert found.exit == ExitRule(Fraction(1, 10), 20)
    assert found.rates == Rates(Fraction(60), Fraction(40), Fraction(15), "EUR")


def test_a_burn_threshold_is_exactly_what_was_written(tmp_path: Path) -> None:
    rule = BurnRule(Severity.PAGE, HOUR_US, 5 * MINUTE_US, Fraction(72, 5), Fraction(1, 50))
    assert loaded(tmp_path, FULL).routes["refunds"].rules == (rule,)


def test_the_settings_of_the_sample_logs_load() -> None:
    settings = load(SAMPLE)
    assert len(settings.routes) == 8
    assert all(route.owner and route.outcome for route in settings.routes.values())


def test_a_route_takes_what_it_does_not_say_from_its_tier(tmp_path: Path) -> None:
    tier = '[tier.high]\nsla = "5m"\nowner = "desk"\n'
    found = route(tmp_path, 'tier = "high"\nowner = "payments"', tier)
    assert found.measured.sla_us == 5 * MINUTE_US
    assert found.owner == "payments"
    assert found.zero_tolerance == ("permission",)
    assert found.on_fault == "closed"


def test_a_route_without_tier_has_the_medium_one(tmp_path: Path) -> None:
    found = route(tmp_path, 'owner = "desk"')
    assert (found.tier, found.tier_explicit, found.budget_ppm) == ("medium", False, 20_000)


def test_a_tier_takes_what_it_does_not_say_from_the_built_in_one(tmp_path: Path) -> None:
    tiers = loaded(tmp_path, '[tier.critical]\nobjective = "99.9%"\n').tiers
    assert tiers["critical"].budget_ppm == 1_000
    assert tiers["critical"].zero_tolerance == ("permission", "recovery")
    assert tiers["high"] == BUILT_IN["high"]


def test_a_tier_of_another_name_starts_from_the_built_in_medium(tmp_path: Path) -> None:
    text = '[tier.medium]\nsla = "1h"\n[tier.gold]\nobjective = "99.9%"\n'
    gold = loaded(tmp_path, text).tiers["gold"]
    assert (gold.name, gold.tier, gold.budget_ppm) == ("gold", "gold", 1_000)
    assert gold.on_fault == "approval"
    assert gold.measured.sla_us is None


def test_routes_without_a_table_take_the_medium_tier_as_the_file_has_it(tmp_path: Path) -> None:
    settings = loaded(tmp_path, '[tier.medium]\nsla = "1h"\n')
    assert settings.route("found-in-logs").measured.sla_us == HOUR_US


def test_exit_and_rates_are_inherited_part_by_part(tmp_path: Path) -> None:
    tier = "[tier.medium]\nexit = { trusted_in_a_row = 50 }\nrates = { rescue_per_hour = 60 }\n"
    keys = 'exit = { remaining = "20%" }\nrates.currency = "EUR"'
    found = route(tmp_path, keys, tier)
    assert found.exit == ExitRule(Fraction(1, 5), 50)
    assert found.rates == Rates(rescue_per_hour=Fraction(60), currency="EUR")


def test_lists_and_caps_are_taken_whole(tmp_path: Path) -> None:
    tier = '[tier.medium]\nrequires = ["qa"]\ncaps = { trust = "1%" }\n'
    found = route(tmp_path, 'requires = []\ncaps = { latency = "1%" }', tier)
    assert found.measured.requires == ()
    assert found.caps_ppm == {"latency": 10_000}


def test_off_takes_back_what_the_tier_says(tmp_path: Path) -> None:
    tier = (
        '[tier.medium]\nsla = "5m"\nrecover_within = "1h"\nmax_handoff_rate = "20%"\n'
        'absent_after = "2h"\nrules = [{ severity = "page", long = "1h", k = 14.4 }]\n'
    )
    keys = (
        'sla = "off"\nrecover_within = "off"\nmax_handoff_rate = "off"\n'
        'absent_after = "auto"\nrules = "built-in"'
    )
    found = route(tmp_path, keys, tier)
    assert found.measured.sla_us is None
    assert found.measured.recover_within_us is None
    assert found.max_handoff_ppm is None
    assert found.absent_after_us is None
    assert found.rules is None


def test_the_zone_of_a_tier_goes_with_the_window_of_a_route(tmp_path: Path) -> None:
    tier = '[tier.medium]\nwindow = "calendar month"\ntimezone = "Europe/Berlin"\n'
    found = route(tmp_path, 'window = "7d"', tier)
    assert found.window == Window(days=7, timezone="Europe/Berlin")


def test_a_rule_of_a_tier_spends_another_share_of_a_shorter_window(tmp_path: Path) -> None:
    tier = '[tier.medium]\nrules = [{ severity = "page", long = "1h", k = 14.4 }]\n'
    found = route(tmp_path, 'window = "7d"', tier).rules
    assert found is not None
    assert found[0].share == Fraction(72, 5) / 168


def test_paths_are_relative_to_the_settings_file(tmp_path: Path) -> None:
    text = (
        '[store]\npath = "a.db"\n[control]\npath = "/srv/control.json"\n'
        '[[source]]\npath = "logs/*.jsonl"\n[[notify]]\nfile = "alerts.jsonl"\n'
    )
    settings = loaded(tmp_path, text)
    assert settings.store_path == tmp_path / "a.db"
    assert settings.control_path == Path("/srv/control.json")
    assert settings.sources[0].path == tmp_path / "logs/*.jsonl"
    assert settings.notify[0].file == tmp_path / "alerts.jsonl"


def test_a_relative_settings_file_has_absolute_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    loaded(tmp_path, '[store]\npath = "a.db"\n')
    assert load(Path("burnline.toml")).store_path == tmp_path / "a.db"


def test_a_tilde_is_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/dana")
    settings = loaded(tmp_path, '[store]\npath = "~/a.db"\n')
    assert settings.store_path == Path("/home/dana/a.db")


@pytest.mark.parametrize("path", ["", "~nobody-of-that-name/a.db", "a\\u0000b"])
def test_a_path_that_leads_nowhere_is_refused(tmp_path: Path, path: str) -> None:
    assert len(refused(tmp_path, f'[store]\npath = "{path}"\n')) == 1


def test_what_is_said_to_people_is_made_safe(tmp_path: Path) -> None:
    assert route(tmp_path, 'owner = " on\\u001bcall "').owner == "on␛call"


def test_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    expected = "route.refunds.objectiv is not a known key; the nearest that is known is objective."
    assert refusal(tmp_path, 'objectiv = "99%"') == expected


def test_an_unknown_part_of_a_table_is_refused(tmp_path: Path) -> None:
    found = refusal(tmp_path, 'exit = { remainder = "10%" }')
    assert "route.refunds.exit.remainder is not a known key" in found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('retention = "30d"\n', "retention is not a known key; it belongs under [store]"),
        ('owner = "a"\n', "it belongs under [route.NAME] or [tier.NAME]"),
        ('[tier.high]\ntier = "low"\n', "tier.high.tier is not a known key; it belongs under"),
        ("[sources]\n", "sources is not a known key; the nearest that is known is source"),
        ("[store]\nx = 1\n", "store.x is not a known key; known are path, retention"),
    ],
)
def test_a_key_in_the_wrong_place_names_the_right_one(
    tmp_path: Path, text: str, words: str
) -> None:
    assert words in refused(tmp_path, text)[0]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('unit = "job"', 'write "run", "task", "decision" or "outcome"'),
        ('on_fault = "close"', 'the nearest that works is "closed"'),
        ("min_runs = 0", "the lowest that works is 1"),
        ("min_misses = true", "is not a whole number"),
        ('dry_run = "yes"', "is neither true nor false"),
        ("owner = 7", "is not text"),
        ('requires = "qa"', "is not a list"),
        ('requires = ["qa", "qa"]', 'names "qa" twice'),
        ('requires = [""]', "names something empty"),
        ("requires = [1]", "names 1, which is not text"),
        ('freeze_kinds = ["prompts"]', 'the nearest that works is "prompt"'),
        ('zero_tolerance = ["permissions"]', 'the nearest that works is "permission"'),
        ('max_handoff_rate = "100%"', 'the highest that works is "99.9999%"'),
        ("exit = 5", "is not a table"),
        ('exit = { remaining = "100%" }', 'the highest that works is "99.9999%"'),
        ("exit = { trusted_in_a_row = 0 }", "the lowest that works is 1"),
        ("rates = { rescue_per_hour = -1 }", "the lowest that works is 0"),
        ("rates = { rescue_per_hour = 1e999999999 }", "is not a number with at most"),
        ("rates = { rescue_per_hour = nan }", "is not a number with at most"),
        ('sla = "0s"', 'the shortest that works is "1s"'),
        ("sla = 2026-01-01", "is not a duration"),
        (f"min_runs = 0x{'f' * 9_000}", "min_runs = a huge number is too high"),
    ],
)
def test_a_value_that_cannot_be_used_says_why_and_what_works(
    tmp_path: Path, keys: str, words: str
) -> None:
    assert words in refusal(tmp_path, keys)


def test_a_route_whose_name_no_terminal_could_show_is_refused(tmp_path: Path) -> None:
    found = refused(tmp_path, '[route."a\\u001bb"]\n')
    assert found == [
        'burnline.toml:1: route."a␛b" has characters that cannot be shown; write "a␛b".'
    ]
