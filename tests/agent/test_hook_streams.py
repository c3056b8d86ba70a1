"""A hook whose streams are closed or full: no action goes on for want of somebody to be told."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from console.agent.hooks import Answer
from console.agent.hooks.dialects import NO
from console.agent.hooks.streams import asked, tell

REFUSALS = [
    ("stdout", Answer(stdout='{"decision": "deny"}\n')),
    ("stderr", Answer(stderr="paused\n", code=NO)),
]


@pytest.mark.parametrize(("stream", "refusal"), REFUSALS)
def test_a_refusal_that_cannot_be_written_is_told_by_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, stream: str, refusal: Answer
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, stream, full)
        assert tell(refusal) == NO


@pytest.mark.parametrize(("stream", "refusal"), REFUSALS)
def test_a_refusal_for_which_there_is_no_stream_is_told_by_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, stream: str, refusal: Answer
) -> None:
    monkeypatch.setattr(sys, stream, None)
    assert tell(refusal) == NO


def test_a_refusal_whose_letters_the_stream_does_not_have_is_told_by_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with (tmp_path / "said").open("w", encoding="ascii") as narrow:
        monkeypatch.setattr(sys, "stdout", narrow)
        assert tell(Answer(stdout="paused: überzogen")) == NO


def test_an_input_that_cannot_be_read_asks_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Gone(io.RawIOBase):
        def readall(self) -> bytes:
            raise OSError

        def readable(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Gone()))  # type: ignore[type-var]
    assert asked() == b""


def test_a_yes_needs_no_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, stream, None)
    assert asked() == b""
    assert tell(Answer()) == 0


def test_an_answer_that_can_be_written_has_its_own_exit_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    assert tell(REFUSALS[0][1]) == 0
    assert out.getvalue() == '{"decision": "deny"}\n'
