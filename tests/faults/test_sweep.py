"""A failure of any call of collector, order or migration loses nothing and leaves half of nothing.

A few of all calls; `python -m tests.faults.sweep` strikes at every one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.faults import sweep
from tests.faults.place import Done
from tests.faults.scenario import missing

if TYPE_CHECKING:
    from pathlib import Path

SUBJECTS = {item.name: item for item in sweep.SUBJECTS}
FEW = (
    ("collector", "write", "ENOSPC"),
    ("pause", "rename", "EIO"),
    ("pause", "link", "ENOSPC"),
    ("migration", "write", "KILL"),
)


def struck(folder: Path, few: tuple[str, str, str], *, shim: bool) -> list[sweep.Point]:
    subject, calls, how = few
    one = sweep.Sweep(folder, SUBJECTS[subject], shim=shim)
    return list(one.spread(calls, how, 1, one.count(calls)))


@pytest.mark.parametrize("few", FEW, ids="-".join)
@pytest.mark.skipif(missing("strace"), reason="strace cannot be used on this machine")
def test_a_system_call_that_fails_breaks_nothing(few: tuple[str, str, str], tmp_path: Path) -> None:
    points = struck(tmp_path, few, shim=False)
    assert points
    assert [str(point) for point in points if point.wrong] == []


@pytest.mark.parametrize("few", [("pause", "fsync", "KILL"), ("collector", "write", "KILL")])
def test_nor_does_one_that_fails_without_strace(few: tuple[str, str, str], tmp_path: Path) -> None:
    points = struck(tmp_path, few, shim=True)
    assert points
    assert [str(point) for point in points if point.wrong] == []


class Judge(sweep.Sweep):
    """Judges a place that was read and paused, without a strike."""

    judged = 0

    def judge(self, told: str = "", spoil: str = "") -> str:
        self.judged += 1
        place = self._copy(f"judged-{self.judged}")
        if spoil:
            place.must(spoil)
        return self._judged(place, Done(0, told, ""))


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return Judge(tmp_path_factory.mktemp("judged"), SUBJECTS["pause"], shim=True)


def test_what_breaks_nothing_is_judged_so(judge: Judge) -> None:
    assert judge.judge() == ""


_OTHERS = 'cp -r logs more; sed -i \'s/"run": *"/&again-/\' more/*/*; mv more logs/more'
"""The same lines once more, of runs with other names."""


@pytest.mark.parametrize(
    ("told", "spoil", "sentence"),
    [
        ("", "truncate -s 20 control/control.json", "the control file is no valid one"),
        ("", "cp fresh control/control.json", "the control file is of generation 7"),
        ("d-2: pause is durable", "", "an order was called durable that is not there"),
        ("", "rm -r logs/*; rm burnline.db*", "are lost that could be read"),
        (
            "",
            _OTHERS,
            "are counted twice",
        ),
        ("", "sed -i s/init/x/ burnline.db.audit.jsonl", "audit: row 1 is not the same"),
    ],
)
def test_each_way_of_breaking_the_rule_is_seen(
    judge: Judge, told: str, spoil: str, sentence: str
) -> None:
    if "fresh" in spoil:
        from console.agent.document import checksum

        begun = judge._begun / "control" / "control.json"
        document = json.loads(begun.read_bytes()) | {"generation": 7}
        document["checksum"] = checksum(document)
        (judge._begun / "fresh").write_text(json.dumps(document))
    found = judge.judge(told, spoil)
    assert sentence in found
    assert found != ""
