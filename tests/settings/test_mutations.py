"""Whatever is done to a settings file, it loads or says what is wrong; nothing else happens."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.settings import SettingsError, load
from tests.settings.writing import FULL, write

ROWS = FULL.splitlines()
ODD = (
    '""',
    '"off"',
    '"auto"',
    '"-1%"',
    '"100%"',
    '"0%"',
    '"0s"',
    '"99999999999d"',
    '"\\u0000"',
    '"~x"',
    '"\\U000E0001"',
    "0",
    "-1",
    "0xfffffffffffffffffffffffffffffff",
    "1e400",
    "1e-400",
    "1e-999999999",
    "1e999999999",
    "1e9999999999999999999999",
    "inf",
    "nan",
    "true",
    "1979-05-27T07:32:00Z",
    "07:32:00",
    "[]",
    "{}",
    "[[]]",
    "[{}]",
    "[1, {}]",
    "{ a = {} }",
)
SUPPRESSED = [HealthCheck.function_scoped_fixture]


def loads_or_says_why(path: Path) -> None:
    for problem in problems(path):
        assert re.match(r"burnline\.toml(:\d+)?: .*\.$", problem), problem
        assert problem.isprintable()


def problems(path: Path) -> list[str]:
    try:
        load(path)
    except SettingsError as error:
        return error.problems or ["refused without a reason"]
    return []


def test_the_file_that_is_mutated_is_right(tmp_path: Path) -> None:
    assert load(write(tmp_path, FULL)).routes


@settings(max_examples=200, suppress_health_check=SUPPRESSED)
@given(st.lists(st.tuples(st.integers(0, len(ROWS) - 1), st.sampled_from(ODD)), max_size=5))
def test_odd_values_anywhere(tmp_path: Path, changes: list[tuple[int, str]]) -> None:
    rows = list(ROWS)
    for row, value in changes:
        key, equals, _ = rows[row].partition(" = ")
        if equals:
            rows[row] = f"{key} = {value}"
    loads_or_says_why(write(tmp_path, "\n".join(rows)))


INNER = [match.span() for match in re.finditer(r'(?<== )("[^"]*"|[\d.]+)', FULL)]


@settings(max_examples=200, suppress_health_check=SUPPRESSED)
@given(st.lists(st.tuples(st.sampled_from(INNER), st.sampled_from(ODD)), min_size=1, max_size=3))
def test_odd_values_inside_tables_and_lists(
    tmp_path: Path, changes: list[tuple[tuple[int, int], str]]
) -> None:
    text = FULL
    for (start, end), value in sorted(dict(changes).items(), reverse=True):
        text = text[:start] + value + text[end:]
    loads_or_says_why(write(tmp_path, text))


@settings(max_examples=200, suppress_health_check=SUPPRESSED)
@given(st.lists(st.sampled_from(ROWS), max_size=12))
def test_lines_in_any_order(tmp_path: Path, rows: list[str]) -> None:
    loads_or_says_why(write(tmp_path, "\n".join(rows)))


@settings(max_examples=200, suppress_health_check=SUPPRESSED)
@given(
    st.integers(0, len(FULL)),
    st.integers(0, 30),
    st.text("[]{}=\".,#\n\\ '%_-ab\0\u202e\ud7ff0159", max_size=8),
)
def test_any_text_anywhere(tmp_path: Path, start: int, length: int, text: str) -> None:
    loads_or_says_why(write(tmp_path, FULL[:start] + text + FULL[start + length :]))


@settings(max_examples=200, suppress_health_check=SUPPRESSED)
@given(st.integers(0, len(FULL)), st.binary(max_size=6))
def test_any_bytes_anywhere(tmp_path: Path, start: int, content: bytes) -> None:
    path = tmp_path / "burnline.toml"
    path.write_bytes(FULL.encode()[:start] + content + FULL.encode()[start:])
    loads_or_says_why(path)


@settings(suppress_health_check=SUPPRESSED)
@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_at_all(tmp_path: Path, text: str) -> None:
    loads_or_says_why(write(tmp_path, text))
