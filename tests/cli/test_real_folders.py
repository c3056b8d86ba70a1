"""`collect --once` on each folder of real logs, against figures counted without the program.

Claude Code's are in `test_real_logs.py`. What is counted here is counted by the standard library
from the files themselves, or by hand where a comment says so.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import Shell
from tests.intake.test_generic_logs import LIBRARIES, MESSAGES, section

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the real agent logs are not beside the project (../shared/data)"
)
DENIED = ("rejected by user", "failed in sandbox", "blocked by PreToolUse hook")


class Folder:
    """What the program says of one folder."""

    def __init__(self, shell: Shell, *sources: Path) -> None:
        done = shell("collect", "--once", *sources)
        assert done.code == 0, done.err
        document = shell("status", "--window", "all", "--json").document
        self.store = document["store"]
        self.routes = {route["route"]: route for route in document["routes"]}
        self.misses = shell("misses", "--json").document["misses"]

    def total(self, key: str) -> int:
        return sum(route[key] for route in self.routes.values())

    def evidence(self, error_class: str) -> set[tuple[str, int]]:
        return {
            (piece["file"], piece["offset"])
            for miss in self.misses
            if miss["class"] == error_class
            for piece in miss["evidence"]
        }


def records(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines() if line.strip()]


def denied(record: Any) -> bool:
    """Say whether a Codex record is the output of a call that was stopped."""
    payload = record.get("payload") or {}
    if payload.get("type") != "function_call_output":
        return False
    output = payload["output"] if isinstance(payload["output"], str) else ""
    try:
        json.loads(output)
    except ValueError:
        return any(words in output for words in DENIED)
    return False


def test_codex(shell: Shell) -> None:
    files = sorted((DATA / "codex").glob("*.jsonl"))
    found = Folder(shell, DATA / "codex")
    stopped = sum(denied(record) for path in files for record in records(path))
    assert len(found.evidence("permission")) == stopped == 17
    turns = [
        (record["payload"].get("type"), record["payload"].get("turn_id"))
        for path in files
        for record in records(path)
        if record["type"] == "event_msg"
    ]
    # In 0.169 a turn that a hook blocked ends without the model; in 0.40 a prompt begins a run.
    complete = {turn for kind, turn in turns if kind == "task_complete"}
    prompts = sum(kind == "user_message" and turn is None for kind, turn in turns)
    assert found.total("total") + found.total("excluded") == len(complete) + prompts == 24
    assert found.store["rejected"] == 0


def test_codex_s_two_interrupted_prompts_that_were_asked_anew_are_rescues(shell: Shell) -> None:
    found = Folder(shell, DATA / "codex")
    assert (found.total("rescues"), len(found.evidence("trust"))) == (2, 2)


def test_gemini(shell: Shell) -> None:
    files = sorted((DATA / "gemini").glob("*.json"))
    chats = [json.loads(path.read_bytes()) for path in files]
    prompts = sum(message["type"] == "user" for chat in chats for message in chat["messages"])
    found = Folder(shell, DATA / "gemini")
    assert found.total("total") + found.total("excluded") + found.total("open") == prompts
    # By hand: one answer was cancelled by its user, who then asked again.
    assert [(miss["class"], "interrupted" in miss["rule"]) for miss in found.misses] == [
        ("trust", True)
    ]
    assert set(found.routes) == {chat["projectHash"] for chat in chats}


def test_inspect(shell: Shell) -> None:
    scored, samples = [], 0
    for path in sorted((DATA / "inspect").iterdir()):
        if path.suffix == ".eval":
            with zipfile.ZipFile(path) as archive:
                names = [name for name in archive.namelist() if name.startswith("samples/")]
                parts = [json.loads(archive.read(name)) for name in names]
        else:
            parts = json.loads(path.read_bytes())["samples"]
        samples += len(parts)
        scored += [
            score["value"] for part in parts for score in (part.get("scores") or {}).values()
        ]
    found = Folder(shell, DATA / "inspect")
    assert found.total("total") == samples == 14
    assert found.total("bad") == len(found.evidence("trust")) == scored.count("I") == 1


def test_openai_agents(shell: Shell) -> None:
    spans = [
        record
        for record in records(DATA / "openai-agents" / "spans.jsonl")
        if record["object"] == "trace.span"
    ]
    tripped = [span for span in spans if span["span_data"].get("triggered")]
    found = Folder(shell, DATA / "openai-agents")
    assert len(found.evidence("permission")) == len(tripped) == 1
    traces = {span["trace_id"] for span in spans}
    (missed,) = {miss["run"] for miss in found.misses}
    assert missed in traces
    assert found.total("total") == 3  # by hand: two in spans.jsonl, one in traces.json


def test_otlp(shell: Shell) -> None:
    found = Folder(shell, DATA / "otlp")
    rejected = [
        record
        for line in records(DATA / "otlp" / "claude-code-logs.jsonl")
        for resource in line["resourceLogs"]
        for scope in resource["scopeLogs"]
        for record in scope["logRecords"]
        if {"key": "decision", "value": {"stringValue": "reject"}} in record["attributes"]
    ]
    missed = {miss["run"] for miss in found.misses if miss["class"] == "permission"}
    assert missed == {record["traceId"] for record in rejected}
    assert len(rejected) == len(missed) == 2
    # By hand: of Pydantic AI's two agent runs one raised; of Agento's five traces none did.
    assert found.routes["refunds"]["total"] == 2
    assert found.routes["refunds"]["classes"]["trust"] == 1
    assert found.total("bad") == 3


@pytest.mark.parametrize("library", LIBRARIES)
def test_generic(shell: Shell, library: str) -> None:
    preset, place, _, ends = LIBRARIES[library]
    shell.write("app.log", section(library))
    values = ", ".join(f'"{said}" = "{event}"' for said, event in MESSAGES.items())
    shell.settings(
        '[[source]]\npath = "logs"\nformat = "generic"\n'
        f'preset = "{preset}"\n[source.map]\n'
        f'event = {{ from = "{place}", values = {{ {values} }}, default = "" }}\n'
        'run = ["/run_id", { const = "r1" }]\n'
        'route = ["/route", "/record/extra/route", { const = "refunds" }]\n'
        'timezone = "Europe/Berlin"\n'
    )
    found = Folder(shell)
    runs = 1 if library.startswith("pino") else ends  # pino's failure names no run of its own
    failed = b"run_failed" in section(library)
    assert (found.total("total"), found.total("bad")) == (runs, int(failed))
    assert found.store["rejected"] == 0


@pytest.mark.parametrize(
    ("folder", "tokens"),
    [("claude-code", 24_877_150), ("codex", 12_870_784), ("gemini", 142_949)],
)
def test_what_models_took_adds_up_in_the_store_however_many_copies_are_read(
    shell: Shell, folder: str, tokens: int
) -> None:
    """The sums are held to the files by the standard library in `tests/intake`."""
    copy = shell.logs / folder / "copy"
    shutil.copytree(DATA / folder, copy)
    done = shell("collect", "--once", DATA / folder, copy)
    assert done.code == 0, done.err
    with closing(sqlite3.connect(f"file:{shell.store}?mode=ro", uri=True)) as store:
        (found,) = store.execute("select sum(tokens) from spendings").fetchone()
    assert found == tokens
