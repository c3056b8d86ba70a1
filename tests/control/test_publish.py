"""Writing a generation: whole, immutable, one winner, synced step by step."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from typing import Any

import pytest

from console.agent.document import parse
from console.control.file import Conflict
from console.model import MINUTE_US
from tests.control.stage import NOON_US, Stage, order

LATER_US = NOON_US + MINUTE_US


def test_a_generation_is_one_after_the_one_it_was_made_from(stage: Stage) -> None:
    latest = stage.file.latest()
    assert latest is not None
    written = stage.file.publish(latest, by="erin", now_us=LATER_US)
    assert (written["generation"], written["issued_by"]) == (2, "erin")
    assert written["issued_at"] == written["refreshed_at"] == "2026-03-02T12:01:00.000000Z"


def test_the_document_that_it_was_made_from_stays_as_it_is(stage: Stage) -> None:
    latest = stage.file.latest()
    assert latest is not None
    stage.file.publish(latest, by="erin", now_us=LATER_US)
    assert latest == json.loads(stage.generation(1).read_bytes())


def test_control_json_is_the_newest_generation_word_for_word(stage: Stage) -> None:
    for number in (2, 3):
        stage.desk.give(order(drain=number == 2, reason=f"reason {number}"), NOON_US)
        assert stage.path.read_bytes() == stage.generation(number).read_bytes()
        assert parse(stage.path.read_bytes()).generation == number


def test_older_generations_stay_as_they_were(stage: Stage) -> None:
    before = stage.generation(1).read_bytes()
    stage.desk.give(order(), NOON_US)
    assert stage.generation(1).read_bytes() == before


def test_of_two_made_from_one_generation_the_second_is_refused(
    stage: Stage, enter: Callable[..., Stage]
) -> None:
    other = enter()
    mine, theirs = stage.file.latest(), other.file.latest()
    assert mine is not None
    assert theirs is not None
    stage.file.publish(mine, by="dana", now_us=LATER_US)
    before = stage.path.read_bytes()
    with pytest.raises(Conflict, match="generation 2 was written by somebody else"):
        other.file.publish(theirs, by="erin", now_us=LATER_US)
    assert stage.path.read_bytes() == before


def test_nothing_temporary_is_left_behind(stage: Stage) -> None:
    stage.desk.give(order(), NOON_US)
    with pytest.raises(Conflict):
        stage.file.publish({"generation": 1, "routes": {}}, by="erin", now_us=NOON_US)
    stage.file.refresh(LATER_US)
    assert sorted(path.name for path in stage.path.parent.iterdir()) == [
        ".reserve",
        "control.flagd.json",
        "control.json",
        "generations",
    ]


def test_files_are_readable_by_all_whatever_the_umask(stage: Stage) -> None:
    before = os.umask(0o077)
    try:
        stage.desk.give(order(), NOON_US)
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (stage.path, stage.generation(2))}
    assert modes == {0o644}


def test_content_and_names_are_synced_before_anyone_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, link, rename = os.fsync, os.link, os.rename

    def synced(descriptor: int) -> None:
        folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        steps.append("sync folder" if folder else "sync file")
        fsync(descriptor)

    def noted(name: str, call: Callable[..., None]) -> Callable[..., None]:
        def noting(*args: Any, **kwargs: Any) -> None:
            steps.append(name)
            call(*args, **kwargs)

        return noting

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "link", noted("link", link))
    monkeypatch.setattr(os, "rename", noted("rename", rename))
    stage.file.publish(stage.raw(), by="dana", now_us=LATER_US)
    renamed = ["sync file", "rename", "sync folder"]
    assert steps == ["sync file", "link", "sync folder", *renamed, *renamed], "the flags follow"


def test_a_refresh_changes_when_it_was_refreshed_and_nothing_else(stage: Stage) -> None:
    stage.desk.give(order(), NOON_US)
    before = stage.raw()
    stage.file.refresh(LATER_US)
    after = stage.raw()
    assert {key for key in after if after[key] != before[key]} == {"refreshed_at", "checksum"}
    assert parse(stage.path.read_bytes()).refreshed_us == LATER_US


def test_a_refresh_writes_no_generation_and_is_no_tampering(stage: Stage) -> None:
    stage.file.refresh(LATER_US)
    assert stage.file.newest_generation() == 1
    assert stage.file.tampering(stage.digest()) == ""


def test_a_refresh_of_nothing_writes_nothing(enter: Callable[..., Stage]) -> None:
    stage = enter()
    stage.file.refresh(LATER_US)
    assert not stage.path.exists()


def test_an_order_is_made_from_the_newest_generation_not_from_control_json(stage: Stage) -> None:
    stage.desk.give(order(), NOON_US)
    stage.path.write_bytes(stage.generation(1).read_bytes())
    stage.desk.give(order(drain=False, reason="again"), NOON_US)
    assert stage.raw()["generation"] == 3
