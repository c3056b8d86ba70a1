"""The audit's mirror: the same rows, whatever is cut off; and the four things that can be wrong."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.control.directives import ControlDesk
from console.model import MINUTE_US
from console.store import mirror, verify
from console.store.desk import AuditRow, audit_hash, audit_head
from tests.control.faults import cut_off
from tests.control.stage import NOON_US, Stage, order

LATER_US = NOON_US + MINUTE_US


def acts(stage: Stage) -> list[AuditRow]:
    """Pause and lift after generation 1; return the audit."""
    pause = stage.desk.give(order(), NOON_US)
    stage.desk.lift(pause, by="erin", reason="well", overridden=True, now_us=LATER_US)
    return stage.audit()


def mirrored(stage: Stage) -> list[AuditRow | None]:
    return [line.row for line in mirror.read(mirror.mirror_path(stage.writer.path))]


def verdict(stage: Stage) -> tuple[str, int | None]:
    lines = mirror.read(mirror.mirror_path(stage.writer.path))
    found = verify.verify(stage.audit(), lines)
    return found.kind, found.row


def execute(stage: Stage, statement: str) -> None:
    stage.writer.connection.execute(statement)


def test_the_mirror_has_every_row_and_is_read_by_its_owner_only(stage: Stage) -> None:
    rows = acts(stage)
    assert mirrored(stage) == rows
    assert mirror.mirror_path(stage.writer.path).stat().st_mode & 0o777 == 0o600
    assert verdict(stage) == ("whole", None)


def test_two_processes_mirror_each_row_once(stage: Stage, enter: Callable[..., Stage]) -> None:
    other = enter()
    stage.desk.give(order(), NOON_US)
    other.desk.give(order(drain=False), LATER_US)
    stage.desk.give(order(route="drafts"), LATER_US)
    assert mirrored(stage) == stage.audit()


@pytest.mark.parametrize("how", ["before", "after", "refused"])
def test_after_a_crash_at_any_step_table_and_mirror_say_the_same(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory, how: str
) -> None:
    def give(_: Stage, desk: ControlDesk) -> None:
        desk.give(order(), NOON_US)

    begun = stage.writer.path.parent
    stage.close()
    for again, _ in cut_off(begun, tmp_path_factory.mktemp("sweep"), give, how):
        assert mirrored(again) == again.audit()
        again.desk.reconcile(LATER_US)
        assert (mirrored(again), verdict(again)) == (again.audit(), ("whole", None))


def test_a_torn_line_stays_and_the_whole_one_follows(
    stage: Stage, enter: Callable[..., Stage]
) -> None:
    rows = acts(stage)
    path = mirror.mirror_path(stage.writer.path)
    raw = path.read_bytes()
    path.write_bytes(raw[: -len(raw.splitlines()[-1]) // 2])
    again = enter()
    assert [row for row in mirrored(again) if row is not None] == rows
    assert verdict(again) == ("whole", None)


def test_an_edited_row_is_named(stage: Stage) -> None:
    acts(stage)
    execute(stage, "update audit set actor = 'mallory' where seq = 2")
    assert verdict(stage) == ("edited row", 2)


def test_an_edited_row_with_a_new_hash_is_named(stage: Stage) -> None:
    forged = acts(stage)[1]._replace(actor="mallory")
    execute(
        stage,
        f"update audit set actor = 'mallory', hash = '{audit_hash(forged)}' where seq = 2",
    )
    assert verdict(stage) == ("edited row", 2)


@pytest.mark.parametrize("seq", [1, 3])
def test_a_missing_row_is_named(stage: Stage, seq: int) -> None:
    acts(stage)
    execute(stage, f"delete from audit where seq = {seq}")
    assert verdict(stage) == ("missing row", seq)


def test_a_tail_that_was_cut_off_is_named(stage: Stage) -> None:
    acts(stage)
    execute(stage, "delete from audit where seq >= 3")
    assert verdict(stage) == ("cut-off tail", 3)


def test_rows_written_in_the_place_of_a_tail_that_was_cut_off_differ(stage: Stage) -> None:
    acts(stage)
    execute(stage, "delete from audit where seq >= 3")
    stage.desk.give(order(), LATER_US)
    assert verdict(stage) == ("mirror differs", 3)


def test_a_chain_written_anew_from_end_to_end_differs_from_the_mirror(stage: Stage) -> None:
    previous = "0" * 64
    for row in acts(stage):
        forged = row._replace(actor="mallory", previous=previous)
        forged = forged._replace(hash=audit_hash(forged))
        execute(
            stage,
            f"update audit set actor = 'mallory', previous = '{previous}', "
            f"hash = '{forged.hash}' where seq = {row.seq}",
        )
        previous = forged.hash
    assert verdict(stage) == ("mirror differs", 1)


def test_an_edited_mirror_is_named(stage: Stage) -> None:
    acts(stage)
    path = mirror.mirror_path(stage.writer.path)
    path.write_bytes(path.read_bytes().replace(b"erin", b"dana", 1))
    assert verdict(stage) == ("mirror differs", 3)


def test_a_lost_store_begins_anew_with_the_audit_of_its_mirror(
    stage: Stage, enter: Callable[..., Stage]
) -> None:
    rows = acts(stage)
    stage.close()
    for part in stage.writer.path.parent.glob("s.db*"):
        if not part.name.endswith(".jsonl"):
            part.unlink()
    again = enter()
    assert again.audit() == rows
    again.desk.give(order(), LATER_US)
    assert (mirrored(again), verdict(again)) == (again.audit(), ("whole", None))


def test_only_what_is_chained_is_restored(stage: Stage) -> None:
    rows = acts(stage)
    lines = [mirror.Line(number, row) for number, row in enumerate(rows, 1)]
    lines[2] = mirror.Line(3, rows[2]._replace(actor="mallory"))
    assert mirror.whole_chain(lines) == rows[:2]


def test_the_head_names_the_newest_row(stage: Stage) -> None:
    last = acts(stage)[-1]
    assert audit_head(stage.writer.connection) == f"{last.seq}:{last.hash[:12]}"


def test_a_mirror_that_cannot_be_written_undoes_no_order(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(mirror.Mirror, "complete", refused)
        stage.desk.give(order(), NOON_US)
    assert stage.standing() == ["d-2"]
    assert verdict(stage) == ("mirror differs", 2)
    stage.desk.give(order(route="drafts"), NOON_US)
    assert verdict(stage) == ("whole", None)


def test_details_survive_the_mirror_as_they_are(stage: Stage) -> None:
    stage.desk.give(order(reason='a "quoted"  line separator'), NOON_US)
    row = mirrored(stage)[-1]
    assert row is not None
    assert msgspec.json.decode(row.detail)["reason"].startswith('a "quoted"')


def chain(length: int) -> list[AuditRow]:
    rows: list[AuditRow] = []
    previous = "0" * 64
    for seq in range(1, length + 1):
        row = AuditRow(seq, NOON_US + seq, "dana", "pause", "refunds", f'"{seq}"', previous, "")
        rows.append(row._replace(hash=audit_hash(row)))
        previous = rows[-1].hash
    return rows


def rehashed(rows: list[AuditRow], first: int) -> list[AuditRow]:
    """Return rows with the chain made right again from `first` on, as a forger would."""
    found = list(rows)
    for place in range(first, len(found)):
        before = found[place - 1].hash if place else "0" * 64
        row = found[place]._replace(seq=place + 1, previous=before)
        found[place] = row._replace(hash=audit_hash(row))
    return found


@given(data=st.data(), length=st.integers(1, 8), forged=st.booleans())
def test_no_edit_loss_or_cut_of_the_table_goes_unseen(
    data: st.DataObject, length: int, forged: bool
) -> None:
    rows = chain(length)
    lines = [mirror.Line(number, row) for number, row in enumerate(rows, 1)]
    assert verify.verify(rows, lines).kind == verify.WHOLE
    place = data.draw(st.integers(0, length - 1))
    changed = list(rows)
    if data.draw(st.booleans()):
        changed[place] = changed[place]._replace(actor="mallory")
    else:
        del changed[place]
    found = verify.verify(rehashed(changed, place) if forged else changed, lines)
    assert found.kind != verify.WHOLE
    assert found.row == place + 1
