"""Transcripts for tests, written record by record, at seconds after 12:00:00."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from console.intake.formats.claude_code import FORMAT
from console.intake.reading import Batch, Context
from console.model import SECOND_US, Event

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOON_US = int(NOON.timestamp()) * SECOND_US
PATH = Path("/logs/-home-dev-shop/s1.jsonl")
AGENT_PATH = PATH.parent / "s1" / "subagents" / "agent-a7.jsonl"
MINUTE = 60
REJECTED = (
    "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was "
    "a file edit, the new_string was NOT written to the file)."
)
INTERRUPTED = "[Request interrupted by user]"


class Transcript:
    """Records in the order in which they are added; ids are u1, u2, ... unless given."""

    def __init__(self, **envelope: object) -> None:
        self.envelope: dict[str, object] = {
            "parentUuid": None,
            "isSidechain": False,
            "cwd": "/home/dev/shop",
            "sessionId": "s1",
            "version": "2.1.40",
            "gitBranch": "main",
            **envelope,
        }
        self.records: list[dict[str, object]] = []

    def add(self, kind: str, at_s: float, **fields: object) -> Transcript:
        stamp = (NOON + timedelta(seconds=at_s)).isoformat(timespec="milliseconds")
        own = {"type": kind, "uuid": f"u{len(self.records) + 1}"}
        timestamp = stamp.replace("+00:00", "Z")
        record = {**self.envelope, **own, "timestamp": timestamp, **fields}
        self.records.append(record)
        return self

    def note(self, **fields: object) -> Transcript:
        """Add a record without the envelope, such as a summary."""
        self.records.append(fields)
        return self

    def user(self, at_s: float, content: object, **fields: object) -> Transcript:
        return self.add("user", at_s, message={"role": "user", "content": content}, **fields)

    def says(self, at_s: float, text: str = "Done.", **fields: object) -> Transcript:
        return self.answer(at_s, {"type": "text", "text": text}, **fields)

    def uses(self, at_s: float, tool: str = "Bash", id: str = "t1") -> Transcript:  # noqa: A002
        return self.answer(at_s, {"type": "tool_use", "id": id, "name": tool, "input": {}})

    def answer(
        self, at_s: float, *blocks: object, stop_reason: object = None, **fields: object
    ) -> Transcript:
        message = {"role": "assistant", "content": list(blocks), "stop_reason": stop_reason}
        return self.add("assistant", at_s, **{"message": message, **fields})

    def result(
        self,
        at_s: float,
        text: object = "ok",
        id: object = "t1",  # noqa: A002
        **fields: object,
    ) -> Transcript:
        """Add a tool's result; an error unless the text is "ok"."""
        block = {"type": "tool_result", "tool_use_id": id, "content": text}
        return self.user(at_s, [{**block, "is_error": text != "ok"}], **fields)

    def interrupted(self, at_s: float, text: str = INTERRUPTED) -> Transcript:
        return self.user(at_s, [{"type": "text", "text": text}])

    def system(self, at_s: float, subtype: str, **fields: object) -> Transcript:
        return self.add("system", at_s, subtype=subtype, **fields)

    @property
    def data(self) -> bytes:
        return b"".join(json.dumps(record).encode() + b"\n" for record in self.records)


def batches(
    data: bytes, *, settled_s: float | None = None, path: Path = PATH, route: str = ""
) -> list[Batch]:
    """Read a whole file, and where `settled_s` is given, let that second come."""
    reader = FORMAT.reader(Context(path=path, route=route))
    found = [reader.feed(data, 0, 1)]
    if settled_s is not None:
        found.append(reader.settle(NOON_US + int(settled_s * SECOND_US)))
    return found


def events(
    transcript: Transcript | bytes,
    *,
    settled_s: float | None = None,
    path: Path = PATH,
    route: str = "",
) -> list[Event]:
    """Return the events of a file that is read without anything being rejected."""
    data = transcript if isinstance(transcript, bytes) else transcript.data
    found = batches(data, settled_s=settled_s, path=path, route=route)
    assert not [rejected for batch in found for rejected in batch.rejected]
    return [sourced.event for batch in found for sourced in batch.events]


def told(
    transcript: Transcript | bytes, *, settled_s: float | None = None, path: Path = PATH
) -> list[str]:
    """Return the events as `kind run @second`."""
    return [
        f"{event.event} {event.run} @{(event.ts_us - NOON_US) / SECOND_US:g}"
        for event in events(transcript, settled_s=settled_s, path=path)
    ]
