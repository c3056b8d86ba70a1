"""Restricting while the store cannot be used, and with the last room of a disk."""

from __future__ import annotations

import errno
import os
from typing import Any

import pytest

from console.control import file as control
from console.control.directives import ControlError, Refused
from console.control.unstored import Unstored, restrict
from console.model import DirectiveKind
from console.operate import restricting
from console.store.connect import StoreError, Unwritable
from tests.control.stage import NOON_US, ROUTE, Stage, order


def test_an_order_by_the_control_file_alone_is_taken_over_by_the_next_process(stage: Stage) -> None:
    given = restrict(stage.file, stage.settings, order(), NOON_US)
    assert stage.standing() == [given.id]
    assert stage.stored_standing() == []
    stage.desk.reconcile(NOON_US)
    stage.assert_agreement()
    assert given.id in stage.audit()[-1].detail


def test_it_stands_in_for_what_it_covers(stage: Stage) -> None:
    stage.desk.give(order(DirectiveKind.FREEZE, changes=("model",)), NOON_US)
    wide = order(DirectiveKind.FREEZE, changes=("model", "prompt"))
    given = restrict(stage.file, stage.settings, wide, NOON_US)
    assert stage.standing() == [given.id]
    with pytest.raises(Refused):
        restrict(stage.file, stage.settings, wide, NOON_US)


def test_an_order_that_the_store_fails_to_take_stands_and_says_so(stage: Stage) -> None:
    found = stage.desk
    stage.writer.connection.execute("pragma query_only=on")
    with pytest.raises(Unstored, match="d-2 stands by the control file; the store cannot be used"):
        found.give(order(), NOON_US)
    stage.writer.connection.execute("pragma query_only=off")
    assert stage.standing() == ["d-2"]
    stage.desk.reconcile(NOON_US)
    stage.assert_agreement()


@pytest.mark.parametrize("error", [Unwritable("database or disk is full"), StoreError("damaged")])
def test_restricting_needs_no_store(stage: Stage, error: Exception) -> None:
    def by_store(_: object) -> Any:
        raise error

    given = restricting.give(order(), stage.settings, stage.path, NOON_US, by_store)
    assert str(error) in given.unstored
    assert stage.read().route(ROUTE).state == "paused"


def test_what_is_refused_is_not_given_another_way(stage: Stage) -> None:
    def by_store(_: object) -> Any:
        raise Refused("no")

    with pytest.raises(Refused):
        restricting.give(order(), stage.settings, stage.path, NOON_US, by_store)
    assert stage.standing() == []


def fill(patch: pytest.MonkeyPatch, stage: Stage) -> None:
    """Let nothing be written while the reserve is there."""
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if (stage.path.parent / ".reserve").exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    patch.setattr(os, "fsync", fsync)


def test_on_a_full_disk_an_order_is_written_with_the_reserve(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.file.reserve()
    reserve = stage.path.parent / ".reserve"
    assert reserve.stat().st_blocks * 512 >= control.RESERVE_BYTES
    with monkeypatch.context() as patch:
        fill(patch, stage)
        patch.setattr(os, "posix_fallocate", _full)
        stage.desk.give(order(), NOON_US)
        assert not reserve.exists()
    assert stage.standing() == ["d-2"]
    stage.file.reserve()
    assert reserve.stat().st_size == control.RESERVE_BYTES


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_without_a_reserve_a_full_disk_is_said(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    (stage.path.parent / ".reserve").unlink(missing_ok=True)
    monkeypatch.setattr(os, "fsync", _full)
    with pytest.raises(ControlError, match="No space left"):
        stage.desk.give(order(), NOON_US)
