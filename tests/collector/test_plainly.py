"""Whether lines are read together or one by one makes no difference to what is stored."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from console.collector import intake, native_lines
from console.intake import blocks
from console.intake.formats import native_block
from console.intake.formats.native_block import Plainly
from console.model import SECOND_US, DirectiveKind
from tests.collector.running import event
from tests.collector.tables import TABLES, tables_of
from tests.endtoend.playing import Play

if TYPE_CHECKING:
    from pathlib import Path


_RUNS = ("r1", "r2", "r3", "r\x1b[2J", "Zürich", "x" * 201, " ", "password=hunter2", "")
_KINDS = (
    *("run.started", "run.delivered", "check.passed", "action.taken", "heartbeat") * 4,
    "run.failed", "check.failed", "uncertain", "certain", "handoff", "rescued",
    "approval.requested", "approval.granted", "recovery.started", "recovery.succeeded",
    "change.deployed", "control.seen", "run.cancelled", " ",
)  # fmt: skip
_TEXTS = ("", "no", "a\nb", "api_key=sk-ant-0123456789abcdef0123", "[31m", "y" * 3_000, "ß" * 150)
_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "id": st.sampled_from(("e1", "e2", 7, None)),
    "agent": st.sampled_from(("w1", "w2", "", None, "session-token")),
    "boot": st.sampled_from(("b1", 2, None)),
    "seq": st.one_of(st.integers(0, 9), st.just(2**63)),
    "parent": st.sampled_from(("", None, "r1", "r2")),
    "sla_s": st.sampled_from((60, 0, -1, 1e9, 1.5, None)),
    "elapsed_s": st.sampled_from((30, -1, None)),
    "cost_usd": st.sampled_from((0.5, "1", None)),
    "tokens": st.sampled_from((7, {"in": 1}, None)),
    "minutes": st.sampled_from((5, -5, None)),
    "trusted": st.sampled_from((True, False, None)),
    "preventable": st.sampled_from((True, False, None)),
    "check": st.sampled_from(("qa", "policy")),
    "action": st.sampled_from(("pay", "reset_password")),
    "scope": st.sampled_from(("in", "out")),
    "reason": st.sampled_from(_TEXTS),
    "change": st.sampled_from(("prompt", "model")),
    "generation": st.integers(0, 3),
    "unknown": st.sampled_from((1, "secret", {"a": [1]})),
}
_TIMES = (
    "2026-03-02T12:00:00Z", "2026-03-02T12:00:00.123456789Z", "2026-03-02T13:00:00+01:00",
    "2026-03-02 12:00:00Z", "2026-03-02T12:00:60Z", "2026-03-02T12:00:00", "20260302T120000Z",
    1_772_452_800, 1_772_452_800_000, "never", "1999-01-01T00:00:00Z", "2026-03-03T12:00:00Z",
)  # fmt: skip
_BROKEN = (
    b"", b"  ", b"{", b"null", b"[]", b'{"ts":1}', b"\xff\xfe", b"\x00\x00", b"\xef\xbb\xbf{}",
    b'{"ts":"2026-03-02T12:00:00Z","route":"refunds","event":"run.delivered","run":"\\u0072"}',
    b'{"ts":"2026-03-02T12:00:00Z","route":"a\x7f","event":"run.delivered","run":"r"}',
    b'{"ts":"2026-03-02T12:00:00Z","route":"a","event":"run.delivered","run":"r"} {"b":1}',
)  # fmt: skip


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Return a line: mostly of a run as agents write it, sometimes odd, sometimes broken."""
    if draw(st.integers(0, 12)) == 0:
        return draw(st.sampled_from(_BROKEN)) + b"\n"
    odd = draw(st.integers(0, 3)) == 0
    names = draw(st.lists(st.sampled_from(sorted(_FIELDS)), max_size=3)) if odd else []
    fields = {"agent": "w1"} if draw(st.booleans()) else {}
    if draw(st.integers(0, 4)) == 0:
        fields["parent"] = draw(st.sampled_from(("r1", "r1", "r2", "r9")))
    fields |= {name: draw(_FIELDS[name]) for name in names}
    run = draw(st.sampled_from(_RUNS if odd else _RUNS[:3]))
    at_s = draw(st.one_of(st.integers(-300, 400), st.integers(-300, 400), st.just(172_800)))
    line = event(draw(st.sampled_from(_KINDS)), run, at_s / 2, **fields)
    if odd and draw(st.booleans()):
        told = {**json.loads(line), "ts": draw(st.sampled_from(_TIMES))}
        line = json.dumps(told, ensure_ascii=draw(st.booleans())).encode() + b"\n"
    return draw(st.sampled_from((b"", b"", b"", b" "))) + line


def one_by_one(block: blocks.Block, *_: object) -> Plainly:
    """Read no line of a block as plain."""
    offset, line = block.offset, block.line
    others = []
    for raw in block.data.split(b"\n"):
        others.append((raw, offset, line))
        offset, line = offset + len(raw) + 1, line + 1
    return Plainly([], [], [], others)


def stored(
    folder: Path, batches: list[list[bytes]], ordered: bool, floor_s: int | None
) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that a store holds once these batches are read, with a restart between them.

    `ordered`: a pause stands on the route, whose receipts are due within what is read. `floor_s`:
    runs of the route that ended by then were deleted (None: none was).
    """
    folder.mkdir()
    station = Play(folder, receipt_within_us=10 * SECOND_US)
    if ordered:
        station.order(DirectiveKind.PAUSE, 0)
    if floor_s is not None:
        station.write("0.jsonl", event("run.delivered", "r0", floor_s))
        station.read().collector.writer.connection.execute(
            "update route set floor_us = last_us where name = 'refunds'"
        )
        station.restart()
    for number, batch in enumerate(batches):
        for place, line in enumerate(batch):
            station.write(f"{place % 2}.jsonl", line)
        station.at(60 * number).read().restart()
    station.at(3_000).read().close()
    return tables_of(station.store)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    batches=st.lists(st.lists(lines(), max_size=25), min_size=1, max_size=3),
    block=st.sampled_from((200, 2_000, 128 * 1024)),
    ordered=st.booleans(),
    floor_s=st.sampled_from((None, None, 0, 60)),
)
@example(
    batches=[[event("heartbeat", "r1", 30, agent="w1")]], block=2_000, ordered=True, floor_s=None
)
@example(
    # The run is known by a plain line when one that is not plain, and older, is read.
    batches=[[event("run.started", "r1", 9), event("rescued", "r1", 5, by="a\x1b")] * 2],
    block=128 * 1024,
    ordered=False,
    floor_s=7,
)
def test_lines_that_are_read_together_are_stored_as_if_read_one_by_one(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[bytes]],
    block: int,
    ordered: bool,
    floor_s: int | None,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("plainly")
        patch.setattr(secrets, "token_hex", lambda _: "5c" * 32)
        patch.setattr(blocks, "BLOCK_BYTES", block)
        patch.setattr(intake, "TURN_BYTES", block * 4)
        scanned = stored(folder / "scanned", batches, ordered, floor_s)
        patch.setattr(native_lines, "available", lambda: False)
        together = stored(folder / "together", batches, ordered, floor_s)
        patch.setattr(native_block, "read", one_by_one)
        patch.setattr(intake.Intake, "_gather", intake.Intake._apply)
        apart = stored(folder / "apart", batches, ordered, floor_s)
    for table in TABLES:
        assert together[table] == apart[table], table
        assert scanned[table] == apart[table], table
