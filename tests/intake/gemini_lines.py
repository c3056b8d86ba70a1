"""Gemini CLI chats for tests, at seconds after 12:00:00."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from console.intake.formats.gemini import DOCUMENT, FORMAT
from console.intake.reading import Batch, Context
from console.model import SECOND_US, Event

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOON_US = int(NOON.timestamp()) * SECOND_US
PATH = Path("/home/dev/.gemini/tmp/shop/chats/session-2026-03-01T12-00-s1.jsonl")
MINUTE = 60
FOREVER_S = 10**8
CANCELLED = "[Operation Cancelled] Reason: User cancelled the operation."
DENIED = "[Operation Cancelled] Reason: User denied execution."
NOT_ALLOWED = "[Operation Cancelled] Reason: User did not allow tool call"
HEADER = {"sessionId": "s1", "projectHash": "abc", "kind": "main"}


def at(second: float) -> str:
    stamp = (NOON + timedelta(seconds=second)).isoformat(timespec="milliseconds")
    return stamp.replace("+00:00", "Z")


def message(identity: str, kind: str, second: float, content: Any = "", **fields: Any) -> Any:
    own = {"id": identity, "timestamp": at(second), "type": kind, "content": content}
    return {**own, **fields}


def user(identity: str, second: float, content: Any = "fix it") -> Any:
    return message(identity, "user", second, content)


def says(identity: str, second: float, content: Any = "Done.") -> Any:
    return message(identity, "gemini", second, content)


def call(status: str, error: str = "", second: float = 0, tool: str = "shell") -> Any:
    response = {"error": error} if error else {"output": "fine"}
    parts = [{"functionResponse": {"id": "t", "name": tool, "response": response}}]
    own = {"id": f"{tool}-{second}", "name": tool, "args": {}, "result": parts}
    return {**own, "status": status, "timestamp": at(second)}


def uses(identity: str, second: float, *calls: Any, content: Any = "") -> Any:
    return message(identity, "gemini", second, content, toolCalls=list(calls))


def lines(*records: Any) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def read(data: bytes, clock_s: float = 0, route: str = "", path: Path = PATH) -> Batch:
    reader = FORMAT.reader(Context(path=path, route=route))
    batch = reader.feed(data, 0, 1)
    settled = reader.settle(NOON_US + int(clock_s * SECOND_US))
    return Batch(batch.events + settled.events, batch.rejected + settled.rejected)


def events(*records: Any, clock_s: float = 0, **where: Any) -> list[Event]:
    return [entry.event for entry in read(lines(HEADER, *records), clock_s, **where).events]


def told(*records: Any, clock_s: float = 0) -> list[str]:
    found = events(*records, clock_s=clock_s)
    return [f"{e.event} {e.run} @{(e.ts_us - NOON_US) / SECOND_US:g}" for e in found]


def document(*messages: Any, **fields: Any) -> bytes:
    head = {"sessionId": "s1", "projectHash": "abc", "startTime": at(0), "lastUpdated": at(0)}
    return json.dumps({**head, "messages": list(messages), **fields}, indent=2).encode()


def read_document(data: bytes, clock_s: float = 0) -> Batch:
    reader = DOCUMENT.reader(Context(path=PATH))
    batch = reader.feed(data, 0, 1)
    settled = reader.settle(NOON_US + int(clock_s * SECOND_US))
    return Batch(batch.events + settled.events, batch.rejected + settled.rejected)
