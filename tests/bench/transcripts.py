"""Claude Code transcripts from a seed, and what they say.

Sessions of several prompts; an answer is a few tool calls, each a line of its own with the tokens
it took, and a last word. Some tool calls are rejected by the user: that prompt is a permission
miss.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from console.model import DAY_US, SECOND_US
from console.simulate.lines import stamp
from tests.bench.workload import BEGINS_US

if TYPE_CHECKING:
    from pathlib import Path

_REJECTED = (
    "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was "
    "a file edit, the new_string was NOT written to the file)."
)
_PROMPTS_PER_SESSION = 40
_PROJECTS = ("shop", "billing", "search", "claims")
_MODEL = "claude-sonnet-4-20250514"


class Said(NamedTuple):
    """What transcripts say: lines, prompts and rejected prompts by project, answers and tokens."""

    lines: int
    prompts: dict[str, int]
    rejected: dict[str, int]
    answers: int
    tokens: int


def write(config: Path, lines: int, misses: float, seed: int) -> None:
    """Write at least `lines` lines as `config/projects/<project>/<session>.jsonl`."""
    written = number = 0
    while written < lines:
        project = _PROJECTS[number % len(_PROJECTS)]
        rng = Random(f"{seed}/{number}")
        session = _Session(project, rng)
        while len(session.lines) < lines - written and session.prompts < _PROMPTS_PER_SESSION:
            session.prompt(rejected=rng.random() < misses)
        folder = config / "projects" / f"-home-dev-{project}"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{session.id}.jsonl"
        path.write_text("".join(session.lines), encoding="utf-8")
        written += len(session.lines)
        number += 1


class _Session:
    """One session on its way into its file."""

    def __init__(self, project: str, rng: Random) -> None:
        self._rng = rng
        self.id = self._new_id()
        self.lines: list[str] = []
        self.prompts = 0
        self._at_us = BEGINS_US + rng.randrange(DAY_US // 2)
        self._parent: str | None = None
        self._envelope = {
            "isSidechain": False,
            "userType": "external",
            "cwd": f"/home/dev/{project}",
            "sessionId": self.id,
            "version": "2.1.40",
            "gitBranch": "main",
        }

    def prompt(self, *, rejected: bool) -> None:
        """Write a prompt, the work on it, and its end."""
        rng, self.prompts = self._rng, self.prompts + 1
        self._user(f"please look into case {rng.randrange(10**6)}")
        for number in range(calls := rng.randint(1, 5)):
            tool = f"toolu_{rng.getrandbits(64):016x}"
            command = {"command": f"grep -rn case-{rng.randrange(10**4)} src | head -20"}
            use = {"type": "tool_use", "id": tool, "name": "Bash", "input": command}
            self._assistant(use, "tool_use")
            refused = rejected and number == calls - 1
            text = _REJECTED if refused else self._words(rng.randint(20, 120))
            result = {"type": "tool_result", "tool_use_id": tool, "content": text}
            self._user([{**result, "is_error": refused}])
        self._assistant({"type": "text", "text": self._words(rng.randint(20, 80))}, "end_turn")

    def _user(self, content: object) -> None:
        self._add("user", message={"role": "user", "content": content})

    def _assistant(self, block: dict[str, Any], stop: str) -> None:
        rng = self._rng
        usage = {
            "input_tokens": rng.randrange(1, 900),
            "cache_creation_input_tokens": rng.randrange(4_000),
            "cache_read_input_tokens": rng.randrange(60_000),
            "output_tokens": rng.randrange(1, 1_200),
        }
        message = {
            "id": f"msg_{rng.getrandbits(80):020x}",
            "type": "message",
            "role": "assistant",
            "model": _MODEL,
            "content": [block],
            "stop_reason": stop,
            "usage": usage,
        }
        self._add("assistant", message=message, requestId=f"req_{rng.getrandbits(80):020x}")

    def _add(self, kind: str, **fields: object) -> None:
        self._at_us += self._rng.randint(1, 20) * SECOND_US
        own = self._new_id()
        record = {"parentUuid": self._parent, **self._envelope, "type": kind, "uuid": own}
        record |= {"timestamp": stamp(self._at_us), **fields}
        self._parent = own
        self.lines.append(json.dumps(record, separators=(",", ":")) + "\n")

    def _new_id(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))

    def _words(self, count: int) -> str:
        return " ".join(self._rng.choices(("order", "case", "refund", "ok", "line", "of"), k=count))


def said(config: Path) -> Said:
    """Return what the transcripts say, by nothing but the standard library."""
    prompts: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    lines = answers = tokens = 0
    for path in sorted(config.glob("projects/*/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            project = record["cwd"].rpartition("/")[2]
            lines += 1
            content = record["message"]["content"]
            if record["type"] == "assistant":
                answers += 1
                tokens += sum(record["message"]["usage"].values())
            elif isinstance(content, str):
                prompts[project] += 1
            else:
                rejected[project] += content[0]["content"] == _REJECTED
    return Said(lines, dict(prompts), {key: n for key, n in rejected.items() if n}, answers, tokens)
