"""The control directory: whose it may be, and what is planted in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from console.agent.document import parse
from console.control.directives import ControlError
from console.control.file import Conflict, ControlFile
from tests.control.stage import NOON_US, Stage, order


@pytest.mark.parametrize("umask", [0o000, 0o002, 0o022, 0o077])
def test_it_is_made_so_that_all_read_and_only_its_owner_writes(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        file = ControlFile(tmp_path / "deep" / "control" / "control.json")
    finally:
        os.umask(before)
    for folder in (file.directory, file.directory / "generations"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o755


@pytest.mark.parametrize("folder", [".", "generations"])
@pytest.mark.parametrize("mode", [0o777, 0o775, 0o757, 0o1777])
def test_it_is_refused_when_others_may_write_it(stage: Stage, folder: str, mode: int) -> None:
    (stage.path.parent / folder).chmod(mode)
    with pytest.raises(ControlError, match=f"others may write it .mode {mode:04o}.*chmod go-w"):
        ControlFile(stage.path)


def test_it_is_refused_when_it_belongs_to_another(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = os.stat_result((0o40755, 1, 1, 2, 4242, 4242, 0, 0, 0, 0))
    monkeypatch.setattr(Path, "stat", lambda *_, **__: found)
    with pytest.raises(ControlError, match="belongs to uid 4242, not to you"):
        ControlFile(stage.path)


def test_a_file_in_its_place_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "control").write_text("")
    with pytest.raises(ControlError, match="name another with --control"):
        ControlFile(tmp_path / "control" / "control.json")


def test_a_symlink_at_control_json_is_replaced_not_followed(stage: Stage, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    stage.path.unlink()
    stage.path.symlink_to(victim)
    stage.desk.give(order(), NOON_US)
    assert victim.read_text() == "precious"
    assert not stage.path.is_symlink()
    assert stage.read().generation == 2


@pytest.mark.parametrize("write", ["refresh", "complete"])
def test_no_other_way_of_writing_follows_it_either(
    stage: Stage, tmp_path: Path, write: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    stage.path.unlink()
    stage.path.symlink_to(victim)
    stage.file.refresh(NOON_US) if write == "refresh" else stage.file.complete()
    assert victim.read_text() == "precious"
    assert stage.read().generation == 1


@pytest.mark.parametrize("target", ["victim", "nowhere"])
def test_a_symlink_at_the_next_generation_is_not_followed(
    stage: Stage, tmp_path: Path, target: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    latest = stage.file.latest()
    assert latest is not None
    stage.generation(2).symlink_to(tmp_path / target)
    with pytest.raises(Conflict):
        stage.file.publish(latest, by="dana", now_us=NOON_US)
    assert victim.read_text() == "precious"
    assert not (tmp_path / "nowhere").exists()
    assert stage.read().generation == 1


@pytest.mark.parametrize("plant", [os.link, os.symlink])
def test_a_link_where_the_next_temporary_file_goes_is_not_written_through(
    stage: Stage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    plant: Callable[[Path, Path], None],
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    monkeypatch.setattr(os, "urandom", bytes)
    plant(victim, stage.path.parent / f".control.json.{os.getpid()}.00000000")
    with pytest.raises(ControlError):
        stage.file.publish(stage.raw(), by="dana", now_us=NOON_US)
    assert victim.read_text() == "precious"
    assert stage.read().generation == 1


@pytest.mark.parametrize(
    "plant",
    [
        pytest.param(lambda path: path.symlink_to("nowhere"), id="dangling-symlink"),
        pytest.param(lambda path: path.mkdir(), id="directory"),
        pytest.param(lambda path: path.write_text("{}"), id="not-a-control-file"),
    ],
)
def test_what_is_no_generation_is_said_in_a_sentence_and_nothing_is_written(
    stage: Stage, plant: Callable[[Path], object]
) -> None:
    before = stage.path.read_bytes()
    plant(stage.generation(9))
    with pytest.raises(ControlError, match=r"generations/9\.json: .*restore it from a backup"):
        stage.desk.give(order(), NOON_US)
    assert stage.path.read_bytes() == before
    assert stage.stored() == []


def test_a_generation_under_another_number_is_not_believed(stage: Stage) -> None:
    stage.generation(7).write_bytes(stage.generation(1).read_bytes())
    with pytest.raises(ControlError, match=r"7\.json: it says that it is generation 1"):
        stage.file.latest()


@pytest.mark.parametrize("name", ["²", "007", "0", "-3", "x", "3.json"])
def test_names_that_are_no_generation_are_passed_over(stage: Stage, name: str) -> None:
    (stage.path.parent / "generations" / f"{name}.json").write_text("notes")
    assert stage.file.newest_generation() == 1
    stage.desk.give(order(), NOON_US)
    assert stage.read().generation == 2


def test_a_directory_that_went_away_is_said_in_a_sentence(stage: Stage) -> None:
    file = stage.file
    stage.path.parent.rename(stage.path.parent.with_name("moved"))
    with pytest.raises(ControlError, match="No such file or directory"):
        file.latest()
    with pytest.raises(ControlError, match="No such file or directory"):
        file.publish({"generation": 1, "routes": {}}, by="dana", now_us=NOON_US)
    with pytest.raises(ControlError, match="No such file or directory"):
        file.refresh(NOON_US)


def test_a_leftover_of_a_killed_writer_hinders_nobody(stage: Stage) -> None:
    (stage.path.parent / ".control.json.999.deadbeef").write_text("half")
    stage.desk.give(order(), NOON_US)
    assert parse(stage.path.read_bytes()).generation == 2
