"""`--skips FILE`: no test is skipped unless FILE lists it, its reason, and a condition that holds.

Without the option tests skip as they like: not everybody has every program. `.ci/run` gives it, so
that a test which is no longer run is seen. An entry that names no test is an error as well.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ROOT = Path(__file__).resolve().parents[1]
_FIELDS = {"tests", "reason", "when"}


def _no_programs() -> bool:
    folder = Path(os.environ.get("BURNLINE_PROGRAMS", ""))
    wanted = (
        "node_modules/.bin/codex",
        "node_modules/.bin/gemini",
        "sdk/claude",
        "frameworks/ready",
    )
    return not all((folder / name).exists() for name in wanted)


def guided() -> Path | None:
    """Return the folder that atheris was installed into, if it was."""
    folder = Path(os.environ.get("BURNLINE_PROGRAMS", "")) / "guided"
    return folder if (folder / "atheris").is_dir() else None


def _held_by_nothing() -> bool:
    return os.geteuid() == 0 and shutil.which("setpriv") is None


def _lacking(program: str) -> Callable[[], bool]:
    return lambda: shutil.which(program) is None


PROGRAMS = ("chromium", "promtool", "prometheus", "strace", "systemd-analyze", "tmux")
"""What tests drive and a machine need not have; .ci/run installs all but systemd's."""
CONDITIONS: Mapping[str, Callable[[], bool]] = {
    "the real logs are not beside the project": lambda: not (ROOT.parent / "shared/data").is_dir(),
    "the real programs could not be installed": _no_programs,
    "no fuzzer by coverage here": lambda: guided() is None,
    "root without setpriv": _held_by_nothing,
    # Only the test itself can find these out.
    "a file system of another kind": lambda: True,
    "a fault that cannot be produced here": lambda: True,
    **{f"no {name} here": _lacking(name) for name in PROGRAMS},
}
"""When a test may be skipped, by the words that the list uses."""


class Entry(NamedTuple):
    """Tests (node ids, or what they begin with) that may be skipped for a reason, and when."""

    tests: tuple[str, ...]
    reason: str
    when: str

    def allows(self, test: str, reason: str) -> bool:
        """Say whether a test may be skipped for a reason, here and now."""
        return _named(self.tests, test) and self.reason in reason and CONDITIONS[self.when]()


def _named(names: Iterable[str], test: str) -> bool:
    return any(test == name or test.startswith((f"{name}::", f"{name}[")) for name in names)


def listed(text: str) -> tuple[Entry, ...]:
    """Return the entries of a list. Raises `pytest.UsageError` with what is wrong with it."""
    entries = []
    for found in tomllib.loads(text).get("skip", []):
        if set(found) != _FIELDS or not found["tests"] or not found["reason"]:
            raise pytest.UsageError(f"a skip has {', '.join(sorted(_FIELDS))}: {found}")
        if found["when"] not in CONDITIONS:
            known = "; ".join(CONDITIONS)
            raise pytest.UsageError(f"no condition {found['when']!r}; there are: {known}")
        entries.append(Entry(tuple(found["tests"]), found["reason"], found["when"]))
    return tuple(entries)


class Watch:
    """Compares what was skipped with the list, over all workers."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self._entries = entries
        self._known: set[str] = set()
        self._wrong: list[str] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note which tests there are."""
        self._known.update(item.nodeid for item in items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: object, ids: list[str]) -> None:
        """Note which tests there are, where workers collect them."""
        self._known.update(ids)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Look at a module that was skipped whole."""
        if report.skipped:
            self._known.add(report.nodeid)
            self._look(report.nodeid, report.longrepr)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Look at a test that was skipped."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self._look(report.nodeid, report.longrepr)

    def _look(self, test: str, why: object) -> None:
        reason = str(why[2] if isinstance(why, tuple) else why).removeprefix("Skipped: ")
        if not any(entry.allows(test, reason) for entry in self._entries):
            self._wrong.append(f"skipped, and not allowed to be: {test}: {reason}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail where something was skipped that may not be, or where the list is out of date."""
        names = [name for entry in self._entries for name in entry.tests]
        self._wrong += [
            f"the list of skips names no test: {name}"
            for name in names
            if not any(_named((name,), test) for test in self._known)
        ]
        if self._wrong and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what is wrong."""
        for sentence in sorted(set(self._wrong)):
            terminalreporter.write_line(sentence, red=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption("--skips", metavar="FILE", help="the skips that are allowed; no others are")


def pytest_configure(config: pytest.Config) -> None:
    """Watch, where asked to; the workers of a run in parallel leave it to their controller."""
    path = config.getoption("--skips")
    if path and not hasattr(config, "workerinput"):
        entries = listed(Path(path).read_text(encoding="utf-8"))
        config.pluginmanager.register(Watch(entries), "skips")
