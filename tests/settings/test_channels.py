"""Where logs come from, and where alerts go."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.settings import Notify
from console.settings.channels import FORMATS
from tests.settings.writing import loaded, refused


def problem(tmp_path: Path, text: str) -> str:
    found = refused(tmp_path, text)
    assert len(found) == 1, found
    return found[0]


def test_several_sources_keep_their_order(tmp_path: Path) -> None:
    text = '[[source]]\npath = "a"\n[[source]]\npath = "b"\nformat = "claude-code"\nroute = "x"\n'
    first, second = loaded(tmp_path, text).sources
    assert (first.path, first.format, first.route) == (tmp_path / "a", "auto", "")
    assert (second.path, second.format, second.route) == (tmp_path / "b", "claude-code", "x")


def test_a_source_needs_a_path(tmp_path: Path) -> None:
    assert "source[0] has no path" in problem(tmp_path, '[[source]]\nformat = "auto"\n')


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_may_be_named(tmp_path: Path, name: str) -> None:
    assert (
        loaded(tmp_path, f'[[source]]\npath = "a"\nformat = "{name}"\n').sources[0].format == name
    )


def test_an_unknown_format_names_the_nearest(tmp_path: Path) -> None:
    found = problem(tmp_path, '[[source]]\npath = "a"\nformat = "claude_code"\n')
    assert found.endswith('the nearest that works is "claude-code".')


def test_further_keys_of_a_source_are_options_of_its_format(tmp_path: Path) -> None:
    text = '[[source]]\npath = "a"\nquiet_after = "5m"\n'
    assert loaded(tmp_path, text).sources[0].options == {"quiet_after": "5m"}


def test_a_key_that_is_nearly_a_known_one_is_no_option(tmp_path: Path) -> None:
    found = problem(tmp_path, '[[source]]\npath = "a"\nformats = "auto"\n')
    assert found.endswith("is not a known key; the nearest that is known is format.")


def test_a_map_belongs_to_the_generic_format(tmp_path: Path) -> None:
    found = problem(tmp_path, '[[source]]\npath = "a"\n[source.map]\nrun = "/id"\n')
    assert 'source[0].map belongs to format = "generic"' in found


@pytest.mark.parametrize("text", ['source = "logs"\n', '[source]\npath = "a"\n', "source = [1]\n"])
def test_a_source_that_is_no_list_of_tables_says_how_to_write_one(
    tmp_path: Path, text: str
) -> None:
    assert "write a table under [[source]]" in problem(tmp_path, text)


def test_a_channel_has_all_alerts_and_no_quiet_hours_unless_it_says_so(tmp_path: Path) -> None:
    found = loaded(tmp_path, '[[notify]]\nurl = "mailto://a@b"\n').notify
    assert found == (Notify(url="mailto://a@b"),)
    assert found[0].severity == ("page", "ticket")


def test_a_command_is_kept_as_it_is(tmp_path: Path) -> None:
    found = loaded(tmp_path, '[[notify]]\ncommand = ["page-me", "\\u001b", ""]\n').notify
    assert found[0].command == ("page-me", "\x1b", "")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("", "names no channel; write exactly one of url, file and command"),
        ('url = "a://b"\nfile = "c"', "has url and file; write exactly one"),
        ('file = "c"\ncommand = ["d"]', "has file and command; write exactly one"),
    ],
)
def test_a_channel_is_exactly_one_of_url_file_and_command(
    tmp_path: Path, keys: str, words: str
) -> None:
    assert problem(tmp_path, f"[[notify]]\n{keys}\n").startswith(
        f"burnline.toml:1: notify[0] {words}"
    )


@pytest.mark.parametrize(
    "keys",
    ["command = []", 'command = "ls"', 'command = [""]', 'url = "here"', 'file = ""']
    + [f'file = "a"\nseverity = {value}' for value in ("[]", '["pages"]', '["page", "page"]')],
)
def test_a_channel_that_could_not_work_is_refused(tmp_path: Path, keys: str) -> None:
    assert problem(tmp_path, f"[[notify]]\n{keys}\n")


@pytest.mark.parametrize(
    "keys",
    ['url = "hunter2"', 'url = ["hunter2"]', 'command = "hunter2"', 'command = ["hunter2", 1]'],
)
def test_what_may_hold_a_password_is_not_repeated(tmp_path: Path, keys: str) -> None:
    assert "hunter2" not in problem(tmp_path, f"[[notify]]\n{keys}\n")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('stale_after = "0s"', 'the shortest that works is "1s"'),
        ('stale_after = "never"', "is not a duration"),
        ('grace = "off"', "is not a duration"),
        ('stale = "1h"', "the nearest that is known is stale_after"),
    ],
)
def test_a_control_table_that_cannot_be_used_is_refused(
    tmp_path: Path, keys: str, words: str
) -> None:
    assert words in problem(tmp_path, f"[control]\n{keys}\n")


def test_quiet_hours_may_name_their_time_zone(tmp_path: Path) -> None:
    keys = 'file = "a"\nquiet_hours = "22:00-07:00"\ntimezone = "Europe/Berlin"'
    assert loaded(tmp_path, f"[[notify]]\n{keys}\n").notify[0].timezone == "Europe/Berlin"


def test_a_time_zone_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    found = problem(tmp_path, '[[notify]]\nfile = "a"\ntimezone = "Europe/Berlni"\n')
    assert found.startswith('burnline.toml:3: notify[0].timezone = "Europe/Berlni"')


def test_one_channel_in_two_tables_is_refused_without_its_address(tmp_path: Path) -> None:
    table = '[[notify]]\nurl = "mailto://sam:hunter2@b"\n'
    found = problem(tmp_path, table + '[[notify]]\nfile = "a"\n' + table)
    assert found.endswith("notify[2] is the same channel as notify[0]; write one table.")


def test_the_bell_rings_unless_it_is_switched_off(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").console.bell
    assert not loaded(tmp_path, "[console]\nbell = false\n").console.bell
    assert "[console]" in problem(tmp_path, "bell = false\n")
    assert "write true or false" in problem(tmp_path, '[console]\nbell = "off"\n')
    assert "known are bell" in problem(tmp_path, "[console]\nring = false\n")
