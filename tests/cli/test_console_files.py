"""The files that the console writes: for their owner alone, and never over another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.cli.files import ConsoleFiles

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_remembered_is_there_again_and_for_its_owner_alone(tmp_path: Path) -> None:
    place = tmp_path / "state" / "console.json"
    ConsoleFiles(place, tmp_path).remember({"view": "alerts"})
    assert place.stat().st_mode & 0o777 == 0o600
    assert ConsoleFiles(place, tmp_path).remembered() == ({"view": "alerts"}, "")
    assert [path.name for path in place.parent.iterdir()] == ["console.json"]


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b"\xff", b'"' + b"x" * 70_000 + b'"'])
def test_a_memory_that_is_broken_is_ignored_with_a_sentence(tmp_path: Path, data: bytes) -> None:
    place = tmp_path / "console.json"
    place.write_bytes(data)
    found, sentence = ConsoleFiles(place, tmp_path).remembered()
    assert found == {}
    assert "console.json is ignored" in sentence


def test_nothing_is_remembered_where_it_is_switched_off(tmp_path: Path) -> None:
    files = ConsoleFiles(None, tmp_path)
    files.remember({"view": "alerts"})
    assert files.remembered() == ({}, "")
    assert list(tmp_path.iterdir()) == []


def test_a_memory_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ConsoleFiles(tmp_path / "file" / "console.json", tmp_path).remember({"view": "alerts"})


def test_an_export_never_goes_over_another_file(tmp_path: Path) -> None:
    files = ConsoleFiles(None, tmp_path)
    first = files.export("routes", "csv", b"1")
    second = files.export("routes", "csv", b"2")
    assert (first, second) == (str(tmp_path / "routes.csv"), str(tmp_path / "routes-2.csv"))
    assert (tmp_path / "routes.csv").read_bytes() == b"1"
    assert (tmp_path / "routes.csv").stat().st_mode & 0o777 == 0o600


def test_an_export_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"kept")
    (tmp_path / "routes.csv").symlink_to(tmp_path / "target")
    ConsoleFiles(None, tmp_path).export("routes", "csv", b"new")
    assert (tmp_path / "target").read_bytes() == b"kept"
