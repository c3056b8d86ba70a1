"""Which file is read, and what a file that cannot be read says."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.model import DAY_US, HOUR_US
from console.settings import SettingsError, find, load
from console.settings.tiers import BUILT_IN
from tests.settings.writing import refused, write


def problem(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert len(caught.value.problems) == 1
    return caught.value.problems[0]


def test_a_named_file_is_taken_whether_it_exists_or_not(tmp_path: Path) -> None:
    write(tmp_path, "")
    assert find(tmp_path / "other.toml", tmp_path, tmp_path) == tmp_path / "other.toml"
    assert find(Path("other.toml"), tmp_path, tmp_path) == tmp_path / "other.toml"


def test_the_file_in_the_working_directory_comes_before_the_users(tmp_path: Path) -> None:
    config = tmp_path / "config"
    (config / "burnline").mkdir(parents=True)
    own = write(config / "burnline", "")
    assert find(None, tmp_path, config) == own
    here = write(tmp_path, "")
    assert find(None, tmp_path, config) == here


def test_without_any_file_nothing_is_found(tmp_path: Path) -> None:
    assert find(None, tmp_path, tmp_path / "nowhere") is None


def test_a_broken_link_is_found_so_that_it_is_not_passed_over(tmp_path: Path) -> None:
    link = tmp_path / "burnline.toml"
    link.symlink_to(tmp_path / "gone.toml")
    assert find(None, tmp_path, tmp_path) == link
    assert "there is no such file" in problem(link)


def test_without_a_file_the_built_in_settings_hold() -> None:
    settings = load(None)
    assert settings.path is None
    assert settings.tiers == BUILT_IN
    assert settings.retention_us == 400 * DAY_US
    assert settings.grace_us == HOUR_US
    assert settings.stale_after_us is None
    assert not settings.routes
    assert not settings.sources


def test_a_route_that_nobody_configured_has_the_medium_tier() -> None:
    route = load(None).route("unheard-of")
    assert (route.name, route.tier, route.budget_ppm) == ("unheard-of", "medium", 20_000)
    assert not route.explicit
    assert not route.tier_explicit


def test_a_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    expected = "gone.toml: there is no such file; `burnline init` writes one."
    assert problem(tmp_path / "gone.toml") == expected


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert problem(tmp_path).endswith(": cannot be read: Is a directory.")


def test_bytes_that_are_not_utf_8_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "burnline.toml"
    path.write_bytes(b'[route.a]\nowner = "J\xf6rg"\n')
    assert problem(path).startswith("burnline.toml:2: is not UTF-8 text")


def test_a_syntax_error_keeps_its_line(tmp_path: Path) -> None:
    found = problem(write(tmp_path, '[store]\n\npath = "a\n'))
    assert found.startswith("burnline.toml:3: is not valid TOML: ")


def test_a_syntax_error_at_the_end_has_the_last_line(tmp_path: Path) -> None:
    found = problem(write(tmp_path, "[store]\npath = [\n"))
    assert found.startswith("burnline.toml:2: is not valid TOML: ")


def test_a_key_written_twice_is_refused(tmp_path: Path) -> None:
    found = problem(write(tmp_path, '[store]\npath = "a"\npath = "b"\n'))
    assert found.startswith("burnline.toml:3: is not valid TOML: ")


def test_a_byte_order_mark_and_carriage_returns_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "burnline.toml"
    path.write_bytes(b'\xef\xbb\xbf[store]\r\npath = "a.db"\r\nretention = "soon"\r\n')
    assert problem(path).startswith("burnline.toml:3: store.retention ")


@pytest.mark.parametrize("deep", ["a = " + "[" * 5_000, "a = " + "{a=" * 5_000])
def test_endless_nesting_is_refused(tmp_path: Path, deep: str) -> None:
    assert "nested too deeply" in problem(write(tmp_path, deep))


def test_a_number_too_long_for_the_parser_is_refused(tmp_path: Path) -> None:
    assert "is not valid TOML" in problem(write(tmp_path, "a = " + "9" * 5_000))


def test_a_file_that_is_far_too_large_is_refused(tmp_path: Path) -> None:
    assert "larger than 1 MiB" in problem(write(tmp_path, "#" * 1_048_577))


def test_all_problems_are_named_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = '[store]\nretention = "soon"\n[route.a]\nsla = 10\nonwer = "x"\nunit = "job"\n'
    found = refused(tmp_path, text)
    lines = [problem.split(":")[1] for problem in found]
    assert lines == ["2", "4", "5", "6"]


def test_the_error_as_text_names_the_whole_path_and_every_problem(tmp_path: Path) -> None:
    path = write(tmp_path, 'store = 1\ntier = "x"\n')
    with pytest.raises(SettingsError) as caught:
        load(path)
    head, *rest = str(caught.value).splitlines()
    assert head == f"{path}: 2 problems in the settings"
    assert rest == caught.value.problems


def test_text_that_a_terminal_would_obey_is_made_safe_in_problems(tmp_path: Path) -> None:
    found = refused(tmp_path, '[route.a]\nunit = "\\u001b[2J"\n["\\u202E"]\n')
    assert all(problem.isprintable() for problem in found)
    assert any("␛" in problem for problem in found)
