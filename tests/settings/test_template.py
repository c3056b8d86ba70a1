"""The first settings file: it loads, and it changes nothing that is built in."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.settings import RouteSettings, load
from console.settings.level import TIER_KEYS
from console.settings.template import RouteProposal, SourceProposal, render, tier_table
from console.settings.template_keys import TIER_LINES
from console.settings.tiers import BUILT_IN
from console.text import clean, name
from tests.settings.writing import FULL, loaded

ROUTES = [
    RouteProposal("refunds", "high", "payments on-call", 'settled, "confirmed"'),
    RouteProposal("a b.c", "critical"),
    RouteProposal("drafts", "low"),
]
SOURCES = [SourceProposal("logs"), SourceProposal("~/.claude", "claude-code", "{cwd_name}")]


def test_what_it_writes_gives_the_built_in_settings(tmp_path: Path) -> None:
    found = loaded(tmp_path, render(ROUTES, SOURCES))
    nothing = load(None)
    assert found.tiers == nothing.tiers
    assert found.retention_us == nothing.retention_us
    assert (found.stale_after_us, found.grace_us) == (None, nothing.grace_us)
    assert (found.store_path, found.control_path, found.notify) == (None, None, ())


def test_a_proposed_route_differs_from_its_tier_only_by_what_is_known(tmp_path: Path) -> None:
    found = loaded(tmp_path, render(ROUTES, SOURCES)).routes
    assert list(found) == ["refunds", "a b.c", "drafts"]
    assert found["refunds"].owner == "payments on-call"
    assert found["refunds"].outcome == 'settled, "confirmed"'
    assert found["refunds"].budget_ppm == BUILT_IN["high"].budget_ppm
    assert found["drafts"].owner == ""
    assert found["drafts"].on_fault == "last_known"


def test_sources_are_written_with_their_formats(tmp_path: Path) -> None:
    found = loaded(tmp_path, render(ROUTES, SOURCES)).sources
    assert [(source.path.name, source.format, source.route) for source in found] == [
        ("logs", "auto", ""),
        (".claude", "claude-code", "{cwd_name}"),
    ]


def test_without_anything_known_it_still_loads(tmp_path: Path) -> None:
    found = loaded(tmp_path, render([], []))
    assert (found.routes, found.sources) == ({}, ())


def test_every_built_in_tier_is_written_whatever_the_routes_use() -> None:
    document = tomllib.loads(render([RouteProposal("a", "critical")], []))
    assert list(document["tier"]) == ["low", "medium", "high", "critical"]


def test_every_key_of_a_tier_is_written_with_a_comment() -> None:
    assert {key for key, _, _ in TIER_LINES} == set(TIER_KEYS)
    rows = tier_table(BUILT_IN["high"]).splitlines()
    for key in TIER_KEYS:
        (row,) = (number for number, text in enumerate(rows) if text.startswith(f"{key} = "))
        assert "# " in rows[row] or rows[row - 1].startswith("# ")


def test_the_questions_of_a_route_stand_there_as_comments_where_unknown() -> None:
    text = render([RouteProposal("a")], []).partition("[route.a]")[2]
    for key in ("outcome", "requires", "owner", "freeze_kinds"):
        assert f"\n# {key} = " in text


def test_every_example_works_once_its_comment_sign_is_gone(tmp_path: Path) -> None:
    text = render([RouteProposal("a", "critical")], [])
    uncommented = re.sub(r"^# (\w+ = |\[\[)", r"\1", text, flags=re.MULTILINE)
    found = loaded(tmp_path, uncommented)
    assert found.routes["a"].owner
    assert found.routes["a"].ladder
    assert found.sources
    assert found.notify
    assert found.console.bell


def test_no_line_is_longer_than_a_screen_is_wide() -> None:
    assert max(map(len, render(ROUTES, SOURCES).splitlines())) <= 100


def test_a_tier_with_everything_set_comes_back_from_its_table(tmp_path: Path) -> None:
    def as_tier(route: RouteSettings) -> RouteSettings:
        return msgspec.structs.replace(
            route, name="high", tier="high", explicit=False, tier_explicit=False
        )

    full = as_tier(loaded(tmp_path, FULL).routes["refunds"])
    assert loaded(tmp_path, tier_table(full)).tiers["high"] == full


@pytest.mark.parametrize(
    ("routes", "sources"),
    [
        ([RouteProposal("a", "gold")], []),
        ([RouteProposal("a"), RouteProposal("a")], []),
        ([RouteProposal(" ")], []),
        ([], [SourceProposal("logs", "cobol")]),
        ([], [SourceProposal("logs\udcff")]),
    ],
)
def test_what_could_not_be_loaded_is_not_written(
    routes: list[RouteProposal], sources: list[SourceProposal]
) -> None:
    with pytest.raises(ValueError):
        render(routes, sources)


TEXT = st.text(max_size=20)
PATHS = st.text(st.characters(codec="utf-8", exclude_characters="\0~"), min_size=1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=3), st.lists(PATHS, max_size=2))
def test_any_names_and_paths_come_back(
    tmp_path: Path, texts: list[tuple[str, str, str]], paths: list[str]
) -> None:
    known = {name(text[0]): text for text in texts if text[0].strip()}
    wanted = [RouteProposal(text[0], "low", *text[1:]) for text in known.values()]
    places = [SourceProposal(path) for path in paths if path.strip()]
    found = loaded(tmp_path, render(wanted, places))
    assert list(found.routes) == list(known)
    for route in wanted:
        assert found.routes[name(route.name)].owner == clean(route.owner).strip()
    assert [source.path for source in found.sources] == [tmp_path / place.path for place in places]
