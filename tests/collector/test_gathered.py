"""Whether events of other formats are judged run by run or one by one, the same is stored."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from console.collector import intake
from console.intake import blocks
from console.intake.formats.claude_reader import ClaudeCodeReader
from console.model import SECOND_US, DirectiveKind
from tests.collector.running import DAY, Station
from tests.collector.tables import TABLES, tables_of
from tests.endtoend.playing import Play
from tests.intake.claude_lines import INTERRUPTED, REJECTED, Transcript

if TYPE_CHECKING:
    from pathlib import Path

_SHORT_S, _LONG_S = 20, 900
_STEPS = (
    *("prompt", "uses", "result", "ends") * 3,
    "says", "rejected", "interrupted", "quiet", "agent", "named", "fails", "checked", "ends again",
)  # fmt: skip


def transcript(steps: list[str]) -> list[bytes]:
    """Return the lines of a transcript in which these steps follow each other."""
    log, at_s = Transcript(cwd="/home/dev/refunds"), 0
    for number, step in enumerate(steps):
        at_s += _LONG_S if step == "quiet" else _SHORT_S
        _tell(log, step, at_s, number)
    return [json.dumps(record).encode() + b"\n" for record in log.records]


def _tell(log: Transcript, step: str, at_s: int, number: int) -> None:
    message: dict[str, Any] = {
        "role": "assistant",
        "id": f"m{number}",
        "usage": {"input_tokens": number, "output_tokens": 7},
    }
    words = [{"type": "text", "text": "api_key=sk-ant-0123456789abcdef0123"}]
    used = [{"type": "tool_use", "id": "t1", "name": "Bash", "input": {}}]
    if step == "prompt":
        log.user(at_s, "do it", promptId=f"p{number}")
    elif step == "uses":
        log.add("assistant", at_s, message={**message, "content": used})
    elif step in {"result", "rejected"}:
        log.result(at_s, "ok" if step == "result" else REJECTED)
    elif step == "says":
        log.add("assistant", at_s, message={**message, "content": words})
    elif step in {"ends", "ends again"}:
        log.add("assistant", at_s, message={**message, "content": words, "stop_reason": "end_turn"})
    elif step == "interrupted":
        log.interrupted(at_s, INTERRUPTED)
    elif step == "agent":
        log.user(at_s, "look", isSidechain=True, agentId="a1")
    elif step == "named":
        log.result(at_s, toolUseResult={"agentId": f"a{number}"})
    elif step == "fails":
        log.says(at_s, "api_key=sk-ant-0123456789abcdef0123", isApiErrorMessage=True)
    elif step == "checked":
        log.system(at_s, "stop_hook_summary", hookCount=1, hookErrors=["no tests\x1b[2J"])


def stored(
    folder: Path, files: list[list[bytes]], turns: int, ordered: bool, floor_s: int | None
) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that a store holds once these files were read, growing turn by turn.

    `ordered`: a pause stands on the route. `floor_s`: runs of the route that ended by then were
    deleted (None: none was).
    """
    folder.mkdir()
    station = Play(folder, receipt_within_us=10 * SECOND_US)
    if ordered:
        station.order(DirectiveKind.PAUSE, -DAY)
    for turn in range(turns):
        for number, lines in enumerate(files):
            count = len(lines)
            part = lines[count * turn // turns : count * (turn + 1) // turns]
            station.write(f"{number}/s1.jsonl", *part)
        station.at(-DAY + 300 * turn).read().restart()
        if floor_s is not None and not turn:
            station.collector.writer.connection.execute(
                "update route set floor_us = last_us + ? where name = 'refunds'",
                (floor_s * SECOND_US,),
            )
            station.restart()
    station.at(0).read().close()
    return tables_of(station.store)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    files=st.lists(
        st.lists(st.sampled_from(_STEPS), min_size=1, max_size=25).map(transcript),
        min_size=1,
        max_size=2,
    ),
    turns=st.integers(1, 3),
    block=st.sampled_from((700, 4_000, 128 * 1024)),
    ordered=st.booleans(),
    floor_s=st.sampled_from((None, None, 0, 60)),
)
@example(
    # Of a run that was delivered before, and is judged with what it took, more is told.
    files=[transcript(["prompt", "uses", "result", "ends", "uses", "ends again"])],
    turns=2,
    block=128 * 1024,
    ordered=False,
    floor_s=None,
)
def test_events_that_are_judged_run_by_run_are_stored_as_if_taken_one_by_one(
    tmp_path_factory: pytest.TempPathFactory,
    files: list[list[bytes]],
    turns: int,
    block: int,
    ordered: bool,
    floor_s: int | None,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("gathered")
        patch.setattr(secrets, "token_hex", lambda _: "5c" * 32)
        patch.setattr(blocks, "BLOCK_BYTES", block)
        patch.setattr(intake, "TURN_BYTES", block * 4)
        together = stored(folder / "together", files, turns, ordered, floor_s)
        patch.setattr(intake.Intake, "_gather", intake.Intake._apply)
        apart = stored(folder / "apart", files, turns, ordered, floor_s)
    for table in TABLES:
        assert together[table] == apart[table], table


def test_the_state_of_a_reader_is_kept_once_a_turn_however_many_blocks_were_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dumped = []
    dump = ClaudeCodeReader.dump

    def counted(reader: ClaudeCodeReader) -> bytes:
        dumped.append(reader)
        return dump(reader)

    monkeypatch.setattr(ClaudeCodeReader, "dump", counted)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 700)
    station = Station(tmp_path)
    lines = transcript(["prompt", "uses", "result", "uses", "result", "uses"] * 3)
    station.write("s1.jsonl", *lines)
    station.at(-DAY + 300).collector.step()
    assert len(dumped) == 1
    (file,) = tables_of(station.store)["file"]
    assert file[-1] == dump(dumped[0])
    station.close()
