"""`[redact]` and `[store] keep`: what is added to secrets, and what is kept for less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.model import DAY_US
from console.settings import Redact
from tests.settings.writing import loaded, refused

if TYPE_CHECKING:
    from pathlib import Path


def test_keys_and_patterns_are_read_as_they_stand(tmp_path: Path) -> None:
    text = "[redact]\nkeys = ['pan', 'card-number']\npatterns = ['ACME-[0-9a-f]{16}']\n"
    wanted = Redact(keys=("pan", "card-number"), patterns=("ACME-[0-9a-f]{16}",))
    assert loaded(tmp_path, text).redact == wanted
    assert loaded(tmp_path, "").redact == Redact()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("patterns = ['a(b']", "RE2 cannot compile: missing ): a(b"),
        ("patterns = ['(?=a)b']", "RE2 cannot compile: invalid perl operator"),
        (r"patterns = ['(a)\1']", "RE2 cannot compile: invalid escape sequence"),
        ("patterns = ['x*']", "matches the empty text"),
        ("patterns = 'x'", "is not a list"),
        ("keys = ['---']", "which has no letter"),
        ("key = ['a']", "the nearest that is known is keys"),
        ("enabled = false", "known are keys, patterns"),
    ],
)
def test_what_cannot_be_used_is_refused_with_line_and_reason(
    tmp_path: Path, line: str, words: str
) -> None:
    (problem,) = refused(tmp_path, f"[redact]\n{line}\n")
    assert problem.startswith("burnline.toml:2: redact.")
    assert words in problem


def test_raw_lines_are_kept_by_class(tmp_path: Path) -> None:
    text = '[store]\nkeep = { latency = "30d", permission = "400d" }\n'
    assert loaded(tmp_path, text).keep_us == {"latency": 30 * DAY_US, "permission": 400 * DAY_US}
    assert loaded(tmp_path, "").keep_us == {}


@pytest.mark.parametrize(
    ("keep", "words"),
    [
        ('{ latency = "500d" }', 'store.keep.latency = "500d" is longer than anything is kept'),
        ('{ latencies = "30d" }', "the nearest that is known is latency"),
        ('{ trust = "soon" }', "store.keep.trust"),
        ('"30d"', "is not a table"),
    ],
)
def test_a_class_is_not_kept_for_longer_than_its_misses(
    tmp_path: Path, keep: str, words: str
) -> None:
    found = refused(tmp_path, f"[store]\nkeep = {keep}\n")
    assert words in found[0]
    assert found[0].startswith("burnline.toml:2: ")
