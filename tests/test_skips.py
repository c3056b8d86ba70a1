"""A skip that is not on the list fails the run, and so does a list that is out of date."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .skips import CONDITIONS, ROOT, listed

ALWAYS = "a file system of another kind"
NEVER = "the real logs are not beside the project"
TESTS = """
import pytest

def test_runs():
    pass

@pytest.mark.skipif(True, reason="no moon here")
def test_at_night():
    pass

@pytest.mark.xfail(reason="known")
def test_known():
    assert False
"""
WHOLE = "import pytest\npytest.importorskip('no_such_module', reason='no module here')\n"


def entry(*tests: str, reason: str = "no moon", when: str = ALWAYS) -> str:
    return f"[[skip]]\ntests = {list(tests)}\nreason = {reason!r}\nwhen = {when!r}\n"


MOON = entry("test_a.py::test_at_night")
MODULE = entry("test_b.py", reason="no module here")


@pytest.fixture(params=[(), ("-n", "2")], ids=["alone", "parallel"])
def run(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Give a function that runs the tests in a folder of its own under a list."""
    (tmp_path / "test_a.py").write_text(TESTS)
    (tmp_path / "test_b.py").write_text(WHOLE)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")

    def under(text: str) -> tuple[int, str]:
        (tmp_path / "skips.toml").write_text(text)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "tests.skips", "--skips", "skips.toml",
             *request.param],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    return under


def test_what_is_listed_may_be_skipped(run) -> None:  # type: ignore[no-untyped-def]
    code, said = run(MOON + MODULE)
    assert code == 0, said


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (MODULE, "skipped, and not allowed to be: test_a.py::test_at_night: no moon here"),
        (MOON, "skipped, and not allowed to be: test_b.py: no module here"),
        (MODULE + entry("test_a.py", reason="no sun"), "not allowed to be: test_a.py::test_at"),
        (MOON + MODULE + entry("test_c.py"), "the list of skips names no test: test_c.py"),
        (MOON + MODULE + entry("test_a.py::test_at"), "names no test: test_a.py::test_at"),
    ],
)
def test_anything_else_fails_the_run(run, text: str, wrong: str) -> None:  # type: ignore[no-untyped-def]
    code, said = run(text)
    assert code == 1
    assert wrong in said


def test_a_condition_that_does_not_hold_allows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = listed(entry("a.py", when=NEVER))
    monkeypatch.setitem(CONDITIONS, NEVER, lambda: False)
    assert not found.allows("a.py::test_x", "no moon here")
    monkeypatch.setitem(CONDITIONS, NEVER, lambda: True)
    assert found.allows("a.py::test_x", "no moon here")
    assert not found.allows("a.pyx::test_x", "no moon here")


@pytest.mark.parametrize(
    "text",
    [
        entry("a.py", when="always"),
        entry("a.py", reason=""),
        entry(),
        "[[skip]]\ntests = ['a.py']\nreason = 'r'\n",
    ],
)
def test_an_entry_without_tests_reason_or_a_known_condition_is_refused(text: str) -> None:
    with pytest.raises(pytest.UsageError):
        listed(text)


def test_the_checked_in_list_is_a_list() -> None:
    assert listed((ROOT / "tests/skips.toml").read_text(encoding="utf-8"))
