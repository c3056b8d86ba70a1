"""What is written and would do nothing is refused, with the nearest that works."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.writing import loaded, refusal, refused

PAGE = '{ severity = "page", long = "1h", k = '


def test_of_two_rules_over_the_same_windows_only_the_lower_one_is_needed(tmp_path: Path) -> None:
    assert refusal(tmp_path, f"rules = [ {PAGE}6 }}, {PAGE}14.4 }} ]") == (
        "route.refunds.rules[1] is a second page over 1h and 5m, of which only the lower k fires; "
        "one with k = 6 is enough."
    )


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('zero_tolerance = ["permission"]', "zero_tolerance ends only by a signature, on a route"),
        ('deputy = "sam"', "deputy stands in for the owner of a route"),
    ],
)
def test_what_asks_for_an_owner_needs_one(tmp_path: Path, keys: str, words: str) -> None:
    assert refusal(tmp_path, keys) == (
        f'route.refunds.{words} that nobody owns; write owner = "payments on-call", say.'
    )
    (tmp_path / "burnline.toml").unlink()
    owned = f'[route.refunds]\n{keys}\nowner = "dana"\n'
    assert loaded(tmp_path, owned).routes["refunds"].owner == "dana"


def test_quiet_hours_of_a_channel_for_pages_are_refused(tmp_path: Path) -> None:
    text = '[[notify]]\nfile = "a.jsonl"\nseverity = ["page"]\nquiet_hours = "22:00-07:00"\n'
    (problem,) = refused(tmp_path, text)
    assert problem.endswith(
        "quiet_hours holds tickets only, and this channel takes pages; leave it out."
    )
