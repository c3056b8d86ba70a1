"""What a Codex rollout says about itself: session, route, and where a copied history ends.

The first `session_meta` of a file is the file's own. A fork begins with a copy of what its parent
did, the parent's `session_meta` included, under new timestamps: all of that is told in the parent's
file and must not count twice. The copy ends at the first turn that is younger than the fork (turn
ids are UUIDs that carry their time), or, in versions that name no turns, where the file pauses.
"""

from __future__ import annotations

import re
import uuid
from functools import lru_cache
from pathlib import Path

import msgspec

from console.intake.formats.codex_records import Fields
from console.intake.times import instant_us
from console.model import SECOND_US
from console.text import clean, name

DEFAULT_ROUTE = "{cwd_name}"
PLACEHOLDERS = ("cwd", "cwd_name", "repository", "branch", "source", "session")
_BRACES = re.compile(r"\{([^{}]*)\}")
_SEPARATOR = re.compile(r"[/\\:]")
_FILE = re.compile(r"rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-(.+)")
_COPY_PAUSE_US = SECOND_US
"""A copy is written without pause; what comes later than this after it is new."""
_LONGEST_ID = 64
"""No UUID is longer, however it is written; a log's own words are not kept in memory."""
_TIME_ORDERED = 7
"""The version of UUIDs that begin with the milliseconds at which they were made."""


class Session(msgspec.Struct):
    """The first `session_meta`, and whether what is read now is `copied` from another file.

    `dated` says whether the copy's turns carry their time; `child` that the session is one of a
    sub-agent, and `above` the run that stands for the session which started it, as long as no turn
    says which of its turns did. Times are instants in microseconds.
    """

    id: str = ""
    cwd: str = ""
    repository: str = ""
    branch: str = ""
    source: str = ""
    child: bool = False
    above: str = ""
    known: bool = False
    created_us: int = 0
    copied: bool = False
    dated: bool = False
    last_us: int | None = None

    def meet(self, meta: Fields, ts_us: int, path: Path) -> None:
        """Take in a `session_meta`: the first names the session, another one a copied history."""
        own = name(meta.text("id").strip() or meta.text("session_id").strip())
        if self.known:
            self.copied = own != self.id and (self.copied or not (self.child or self.dated))
            return
        self.known = True
        self.id = own or session_of(path)
        self.cwd = clean(meta.text("cwd"))
        git = meta.inner("git")
        self.branch = name(git.text("branch"))
        self.repository = _last_part(git.text("repository_url")).removesuffix(".git")
        source = meta.text("source") or next(iter(meta.inner("source").raw), "")
        self.source = name(source or meta.text("originator"))
        self.child = "subagent" in {source, meta.text("thread_source")}
        if self.child:
            self.above = name(f"session:{_started_by(meta) or self.id}")
        self.created_us = made_us(self.id) or ts_us
        self.copied = bool(meta.text("forked_from_id"))

    def is_copied(self, turn: str, started_s: float | None, ts_us: int) -> bool:
        """Say whether a record, which may name a `turn`, belongs to a copied history."""
        before_us, self.last_us = self.last_us, ts_us
        made = made_us(turn)
        if made is None and started_s is not None:
            # Whole seconds: a turn of the second in which the fork was made is its own.
            made = int(started_s * SECOND_US) + SECOND_US - 1
        self.dated = self.dated or made is not None
        if not self.copied:
            return False
        if made is not None:
            self.copied = made < self.created_us
        elif not self.dated and before_us is not None:
            self.copied = ts_us <= before_us + _COPY_PAUSE_US
        return self.copied

    def route(self, template: str, path: Path) -> str:
        """Return the route of the session's runs."""
        session = self.id or session_of(path)
        return _route(template, self.cwd, self.repository, self.branch, self.source, session)


def _started_by(meta: Fields) -> str:
    """Return the session that started a sub-agent's, or ""."""
    spawned = meta.inner("source").inner("subagent").inner("thread_spawn")
    told = (meta.text("parent_thread_id"), spawned.text("parent_thread_id"))
    return next((session for session in told if session), meta.text("session_id"))


def check_template(template: str, placeholders: tuple[str, ...] = PLACEHOLDERS) -> None:
    """See that a route template has only placeholders that the format can fill.

    Raises:
        ValueError: it does not; the message names the placeholder and those that there are.
    """
    known = ", ".join(f"{{{placeholder}}}" for placeholder in placeholders)
    for placeholder in _BRACES.findall(template):
        if placeholder not in placeholders:
            wrong = clean(f"{{{placeholder}}}", 80)
            raise ValueError(f"the route template has no placeholder {wrong}; there are {known}")
    if "{" in _BRACES.sub("", template) or "}" in _BRACES.sub("", template):
        raise ValueError(
            f"the route template has a brace without its other half; there are {known}"
        )


@lru_cache(maxsize=64)
def _route(template: str, cwd: str, *others: str) -> str:
    """Return a template with its placeholders filled: those after `cwd_name` are `others`."""
    place = _last_part(cwd)
    values = dict(zip(PLACEHOLDERS, (cwd, place, *others), strict=True))
    route = _BRACES.sub(lambda braces: values[braces[1]], template).strip()
    return name(route or place or "codex")


def session_of(path: Path) -> str:
    """Return the session id in a rollout's file name, or the whole name without its ending."""
    found = _FILE.fullmatch(path.stem)
    return name(found[1] if found else path.stem)


def made_us(identifier: str) -> int | None:
    """Return when a time-ordered UUID was made, as an instant; None for any other text."""
    return _made_us(identifier) if 0 < len(identifier) <= _LONGEST_ID else None


@lru_cache(maxsize=256)
def _made_us(identifier: str) -> int | None:
    try:
        parsed = uuid.UUID(identifier)
        return instant_us(parsed.int >> 80) if parsed.version == _TIME_ORDERED else None
    except ValueError:
        return None


def _last_part(path: str) -> str:
    return name(_SEPARATOR.split(path.rstrip("/\\"))[-1].strip())
