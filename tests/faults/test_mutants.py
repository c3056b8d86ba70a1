"""Seeded mistakes in writer, control file and alert life cycle: each caught by a named test.

A test that cannot fail proves nothing. Each mutant is the program with one decision wrong; the test
named beside it fails on it and passes without it. Those of the tailer, of the ledger and of burn
alerts are in `tests/collector`, `tests/ledger` and `tests/simulation`.
"""

from __future__ import annotations

import contextlib
import inspect
import os
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pytest

from console.agent import document, memory
from console.burn import lifecycle
from console.collector.upkeep import Upkeep
from console.control.directives import ControlDesk
from console.control.file import ControlFile
from console.store import mirror, writer
from tests.agent import test_guard_memory
from tests.agent.control import Control
from tests.burn import test_lifecycle
from tests.collector import test_failing, test_running
from tests.collector.running import Station, route
from tests.control import (
    test_audit_mirror,
    test_publish,
    test_tampering,
    test_unstored,
    test_upkeep,
)
from tests.control.stage import NOON_US, Stage, order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Patch = pytest.MonkeyPatch


class Mutant(NamedTuple):
    """One decision that is wrong, and the test that has to notice, with what it is given."""

    seed: Callable[[Patch], None]
    test: Callable[..., object]
    given: dict[str, Any] | None = None


def no_name_is_synced(patch: Patch) -> None:
    def place(self: ControlFile, directory: int, temporary: str, name: str) -> None:
        os.rename(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)

    patch.setattr(ControlFile, "_place", place)


def the_last_writer_wins(patch: Patch) -> None:
    def link(self: ControlFile, directory: int, generations: int, written: Any) -> None:
        name = f"{written['generation']}.json"
        temporary = self._write(directory, written)
        os.rename(temporary, name, src_dir_fd=directory, dst_dir_fd=generations)

    patch.setattr(ControlFile, "_link", link)


def any_checksum_is_right(patch: Patch) -> None:
    patch.setattr(document, "_check_seal", lambda *_: None)


def lower_generations_are_obeyed(patch: Patch) -> None:
    patch.setattr(memory.StateFile, "load", lambda _: memory.Memory())


def the_reserve_is_kept_for_ever(patch: Patch) -> None:
    patch.setattr(ControlFile, "_write", ControlFile._written)


def nothing_is_taken_over(patch: Patch) -> None:
    patch.setattr(ControlDesk, "reconcile", lambda _self, _now_us: [])


def what_differs_is_written_over(patch: Patch) -> None:
    def reconcile(self: ControlDesk, now_us: int) -> list[str]:
        self._file.refresh(now_us)
        return []

    patch.setattr(ControlDesk, "reconcile", reconcile)


def a_file_is_never_compared(patch: Patch) -> None:
    patch.setattr(Upkeep, "_tampering", lambda _self, _file: "")


def digests_do_not_count(patch: Patch) -> None:
    original = ControlFile.tampering
    patch.setattr(ControlFile, "tampering", lambda self, _: original(self, ""))


def half_a_transaction_is_kept(patch: Patch) -> None:
    @contextlib.contextmanager
    def transaction(self: writer.Writer) -> Iterator[None]:
        self.connection.execute("begin immediate")
        try:
            yield
        finally:
            self.connection.execute("commit")

    patch.setattr(writer.Writer, "transaction", transaction)


def counts_are_added_again(patch: Patch) -> None:
    original = writer.Writer._add_cells

    def add(self: writer.Writer, cells: Any) -> None:
        original(self, cells)
        original(self, cells)

    patch.setattr(writer.Writer, "_add_cells", add)


def the_mirror_is_forgotten(patch: Patch) -> None:
    patch.setattr(mirror.Mirror, "complete", lambda _self, _connection: None)


def a_lost_audit_stays_lost(patch: Patch) -> None:
    patch.setattr(writer, "restore", lambda _connection, _path: 0)


def ownership_never_lapses(patch: Patch) -> None:
    patch.setattr(test_lifecycle, "lapse", lambda alert, _timeout_us, _now_us: alert)


def what_is_quiet_is_over(patch: Patch) -> None:
    original = lifecycle._stepped

    def stepped(held: Any, condition: Any, now_us: int) -> Any:
        if held is not None:
            held = msgspec.structs.replace(held, hold_us=0)
        return original(held, condition, now_us)

    patch.setattr(lifecycle, "_stepped", stepped)


def silence_resolves(patch: Patch) -> None:
    original = lifecycle._stepped

    def stepped(held: Any, condition: Any, now_us: int) -> Any:
        if condition.verdict is lifecycle.Verdict.FROZEN:
            condition = condition._replace(verdict=lifecycle.Verdict.HEALTHY)
        return original(held, condition, now_us)

    patch.setattr(lifecycle, "_stepped", stepped)


def a_hard_stop_ends_by_itself(patch: Patch) -> None:
    original = lifecycle._stepped

    def stepped(held: Any, condition: Any, now_us: int) -> Any:
        return original(held, condition._replace(signed=False), now_us)

    patch.setattr(lifecycle, "_stepped", stepped)


def one_quiet_condition_ends_the_alert(patch: Patch) -> None:
    def ended(alert: Any, now_us: int) -> Any:
        if all(item.over_us is None for item in alert.conditions):
            return alert
        return msgspec.structs.replace(alert, state=lifecycle.RESOLVED, resolved_us=now_us)

    patch.setattr(lifecycle, "_ended", ended)


FROZEN = {"condition": test_lifecycle.FROZEN}
REFUSED = {"table": "minute"}
MUTANTS = (
    Mutant(no_name_is_synced, test_publish.test_content_and_names_are_synced_before_anyone_is_told),
    Mutant(
        the_last_writer_wins,
        test_publish.test_of_two_made_from_one_generation_the_second_is_refused,
    ),
    Mutant(
        any_checksum_is_right,
        test_tampering.test_an_edited_control_file_is_said_to_have_a_wrong_checksum,
    ),
    Mutant(
        lower_generations_are_obeyed,
        test_guard_memory.test_an_older_file_is_refused_after_a_restart,
    ),
    Mutant(
        the_reserve_is_kept_for_ever,
        test_unstored.test_on_a_full_disk_an_order_is_written_with_the_reserve,
    ),
    Mutant(
        nothing_is_taken_over,
        test_unstored.test_an_order_by_the_control_file_alone_is_taken_over_by_the_next_process,
    ),
    Mutant(
        what_differs_is_written_over,
        test_upkeep.test_a_file_that_was_changed_while_no_collector_ran_is_left_and_said,
        {"edit": b'{"torn'},
    ),
    Mutant(
        a_file_is_never_compared, test_upkeep.test_a_newest_generation_that_was_deleted_is_tampering
    ),
    Mutant(
        digests_do_not_count,
        test_tampering.test_an_edited_and_resealed_generation_is_not_what_was_written,
    ),
    Mutant(
        half_a_transaction_is_kept,
        test_failing.test_a_failure_in_any_table_stores_nothing_and_loses_nothing,
        REFUSED,
    ),
    Mutant(
        counts_are_added_again,
        test_running.test_the_loop_beats_after_every_turn_and_ends_when_it_is_told,
    ),
    Mutant(
        the_mirror_is_forgotten,
        test_audit_mirror.test_the_mirror_has_every_row_and_is_read_by_its_owner_only,
    ),
    Mutant(
        a_lost_audit_stays_lost,
        test_audit_mirror.test_a_lost_store_begins_anew_with_the_audit_of_its_mirror,
    ),
    Mutant(
        ownership_never_lapses,
        test_lifecycle.test_ownership_lapses_after_its_time_and_the_alert_fires_again,
    ),
    Mutant(
        what_is_quiet_is_over,
        test_lifecycle.test_it_resolves_after_it_was_quiet_for_one_short_window,
    ),
    Mutant(silence_resolves, test_lifecycle.test_what_cannot_be_judged_moves_nothing, FROZEN),
    Mutant(
        a_hard_stop_ends_by_itself,
        test_lifecycle.test_a_signed_one_never_resolves_by_itself,
        {"condition": test_lifecycle.QUIET._replace(kind="hard_stop", signed=True)},
    ),
    Mutant(
        one_quiet_condition_ends_the_alert,
        test_lifecycle.test_the_alert_is_over_when_every_condition_is,
    ),
)


@contextlib.contextmanager
def fixtures(test: Callable[..., object], folder: Path) -> Iterator[dict[str, Any]]:
    """Give what a test asks for by the names of its parameters."""
    asked = set(inspect.signature(test).parameters)
    found: dict[str, Any] = {}
    with contextlib.ExitStack() as stack:
        for name in asked & {"stage", "paused"}:
            stage = found[name] = Stage(folder)
            stack.callback(stage.close)
            stage.initialise()
            if name == "paused":
                stage.desk.give(order(), NOON_US)
        if "enter" in asked:

            def enter() -> Stage:
                another = Stage(folder)
                stack.callback(another.close)
                return another

            found["enter"] = enter
        if "control" in asked:
            found["control"] = Control(folder)
        if "monkeypatch" in asked:
            found["monkeypatch"] = stack.enter_context(Patch.context())
        for name in asked & {"disturbed", "undisturbed"}:
            (folder / name).mkdir()
            found[name] = Station(folder / name, route())
            stack.callback(found[name].close)
        if "tmp_path" in asked:
            found["tmp_path"] = folder
        yield found


def noticed(mutant: Mutant, folder: Path, patch: Patch | None) -> bool:
    """Run the named test, with the mistake where a patch is given; say whether it fails."""
    folder.mkdir()
    try:
        with fixtures(mutant.test, folder) as found:
            if patch is not None:
                mutant.seed(patch)
            mutant.test(**found, **(mutant.given or {}))
    except (Exception, pytest.fail.Exception):  # noqa: BLE001 - a test fails in its own way
        return True
    return False


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.seed.__name__)
def test_a_seeded_mistake_is_caught_by_the_named_test(mutant: Mutant, tmp_path: Path) -> None:
    assert not noticed(mutant, tmp_path / "right", None)
    with Patch.context() as patch:
        assert noticed(mutant, tmp_path / "wrong", patch)


def test_no_mistake_is_seeded_twice() -> None:
    assert len({mutant.seed for mutant in MUTANTS}) == len(MUTANTS) > 15
