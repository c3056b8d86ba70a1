"""Inspect AI logs for tests: samples at seconds after 12:00:00."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from console.intake.formats.inspect_ai import FORMAT
from console.intake.reading import Batch, Context
from console.model import SECOND_US, Event

T0_US = 1_772_366_400 * SECOND_US
PATH = Path("/logs/evals/run.json")


def at(second: float) -> str:
    return f"2026-03-01T12:00:{second:06.3f}+00:00"


def sample(**fields: Any) -> dict[str, Any]:
    events = [{"event": "sample_init", "timestamp": at(1)}, {"event": "state", "timestamp": at(9)}]
    return {"id": 7, "epoch": 1, "events": events, **fields}


def log(*samples: object, **header: Any) -> dict[str, Any]:
    return {
        "version": 2,
        "status": "success",
        "eval": {"run_id": "r", "task": "refunds", "model": "m/x", "created": at(0)},
        "stats": {"started_at": at(0), "completed_at": at(30)},
        "samples": list(samples),
        **header,
    }


def read(document: object, route: str = "", **options: Any) -> Batch:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return FORMAT.reader(Context(path=PATH, route=route, options=options)).feed(data, 0, 1)


def events(document: object, route: str = "", **options: Any) -> list[Event]:
    return [entry.event for entry in read(document, route, **options).events]
