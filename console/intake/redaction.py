"""Secrets in agent text are replaced by a mark before anything of it is stored.

The mark `[redacted:5c0d9a41]` ends in a hash of the secret under a random key that never leaves the
store: two equal secrets can be told to be equal, and nobody can guess at one from an export.

All that is kept of a log passes here: events, refused pieces, raw lines, and the readers' states.
Names (route, run, agent, action) are identity: the field that they stand in says nothing of them,
but a secret inside one is replaced as anywhere, in the store and in all that follows from it. An
order on such a route bears the name as it is stored; its agents know themselves by another.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from console.intake import secrets
from console.intake.json_text import looks_like_json, rewritten
from console.intake.reading import Batch, Reader, Rejected, Sourced
from console.text import NAME_LIMIT, TEXT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from console.settings import Redact

_MARK = re.compile(r"(\[redacted:[0-9a-f]{8}\])")
_PAIR = re.compile(
    r"(?<![A-Za-z0-9_.\-])([A-Za-z_][A-Za-z0-9_.\-]{0,80})"
    r"(\\?[\"']?[ \t]*(?:=>|:=|=|:)[ \t]*)"
    r"(\\\"(?:[^\"\\]|\\[^\"])*|\"(?:[^\"\\]|\\.)*|'(?:[^'\\]|\\.)*|[^\s\"'&,;)}\]\\]+)"
)
"""A key, what stands between, and its value with the quote before it."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_STAND_INS = {0xD800 + place: 0x10F800 + place for place in range(0x800)}
_STOOD_FOR = {stand_in: surrogate for surrogate, stand_in in _STAND_INS.items()}
_LONG_TEXTS = frozenset({"reason", "rule"})
_VERDICT = "check.passed"
_PASSED = msgspec.msgpack.encode({"event": _VERDICT})[1:]
"""The most frequent verdict as it stands in a packed event: the `pass` in it hints at nothing."""
_COUNT = "tokens"
_COUNTED = msgspec.msgpack.encode(_COUNT)
"""The key of a count as it stands in a packed event: it hints at nothing either."""
_DEEPEST = 4
_SHORT = 64
_MOST_CLEARED = 4_096
"""So many short texts are remembered to hold no secret: keys and words come again and again."""
_RE2_BYTES = 64 * 1024 * 1024
"""What RE2 may keep of the states that it met; with less it falls back to something slower."""


class Redactor:
    """Finds secrets and replaces them.

    Args:
        key: 32 random bytes that stay in the store.
        settings: keys and patterns that a user adds.
    """

    def __init__(self, key: bytes, settings: Redact) -> None:
        self._key = key
        self._keys = frozenset("".join(secrets.words_of(word)) for word in settings.keys)
        whole = (*secrets.SHAPES, *(f"(?:{pattern})" for pattern in settings.patterns))
        self._shapes = [_compiled(pattern) for pattern in whole]
        self._grouped = [_compiled(pattern) for pattern in secrets.GROUPED]
        self._any_shape = _compiled("|".join((*whole, *secrets.GROUPED)))
        loose = (f"(?:{secrets.unbound(pattern)})" for pattern in settings.patterns)
        more = [*map(_loosely, self._keys), *loose]
        self._suspect = _compiled("|".join((secrets.SUSPECT, *more)).encode())
        words = ((_VERDICT, _PASSED), (_COUNT, _COUNTED))
        self._cleared: set[str] = set()
        self._harmless = [packed for word, packed in words if self.text(word) == word]

    def text(self, text: str, limit: int = TEXT_LIMIT) -> str:
        """Return a text without secrets, at most `limit` characters long; idempotent."""
        while self._suspicious(text):
            found = self._once(text)
            if len(found) > limit:
                found = self._cut(found, limit)
            if found == text:
                break
            text = found
        return text

    def line(self, raw: bytes) -> bytes:
        """Return a raw line without secrets; JSON stays JSON, and whatever is no secret stays."""
        if not self._suspect.search(raw):
            return raw
        text = self._free(raw.decode("utf-8", "surrogateescape"), len(raw) * 8)
        return text.encode("utf-8", "surrogateescape")

    def batch(self, batch: Batch) -> Batch:
        """Return what a reader found, without secrets."""
        events, refused, ignored = batch
        if not (events or refused or ignored):
            return batch
        if events and self.suspects(_bytes_of([sourced.event for sourced in events])):
            events = [self._sourced(sourced) for sourced in events]
        rejected = [self.rejected(piece) for piece in refused]
        if not ignored:
            return Batch(events, rejected)
        counts = Counter[str]()
        for value, lines in ignored.items():
            counts[self.text(value, NAME_LIMIT)] += lines
        return Batch(events, rejected, counts)

    def suspects(self, packed: bytes) -> bool:
        """Say whether there may be a secret in packed events, or in names."""
        for word in self._harmless:
            packed = packed.replace(word, b"")
        return bool(self._suspect.search(packed))

    def rejected(self, piece: Rejected) -> Rejected:
        """Return a refused piece without secrets in its reason and its beginning."""
        return piece._replace(reason=self.text(piece.reason), excerpt=self.line(piece.excerpt))

    def state(self, state: bytes) -> bytes:
        """Return a reader's state (msgpack, see the readers) without secrets.

        An id that is a secret itself is not found again after a restart: what hung on it is told
        as of an id that was never seen.
        """
        if not self.suspects(state):
            return state
        return msgspec.msgpack.encode(self._walked(msgspec.msgpack.decode(state), {}))

    def _sourced(self, sourced: Sourced) -> Sourced:
        event = sourced.event
        if not self.suspects(_bytes_of(event)):
            return sourced
        changed = {}
        for name in event.__struct_fields__:
            value = getattr(event, name)
            if isinstance(value, str) and value:
                limit = TEXT_LIMIT if name in _LONG_TEXTS else NAME_LIMIT
                found = self.text(value, limit)
                if found != value:
                    changed[name] = found
        return sourced._replace(event=msgspec.structs.replace(event, **changed))

    def _walked(self, value: Any, known: dict[str, str]) -> Any:
        """Return a part of a state without secrets; `known` are the texts that were looked at."""
        if isinstance(value, str):
            found = known.get(value)
            if found is None:
                found = known[value] = self.text(value)
            return found
        if isinstance(value, bytes):
            return b"\n".join(self._padded(line) for line in value.split(b"\n"))
        if isinstance(value, list):
            return [self._walked(part, known) for part in value]
        if isinstance(value, dict):
            return {
                self._walked(key, known): self._walked(part, known) for key, part in value.items()
            }
        return value

    def _padded(self, line: bytes) -> bytes:
        """Return a line of an object under way as long as it was, where a mark leaves room."""
        return self.line(line).ljust(len(line))

    def _suspicious(self, text: str) -> bool:
        return bool(self._suspect.search(text.encode("utf-8", "replace")))

    def _free(self, text: str, limit: int) -> str:
        found = self._once(text)
        while found != text and len(found) <= limit:
            text, found = found, self._once(found)
        return found

    def _once(self, text: str, depth: int = 0) -> str:
        """Return the text after one pass over it; text that is JSON stays JSON."""
        if text in self._cleared:
            return text
        if depth < _DEEPEST and looks_like_json(text):
            return rewritten(
                text,
                self._names,
                self._whole,
                lambda inner: self._once(inner, depth + 1),
            )
        found = "".join(
            piece if place % 2 else self._piece(piece)
            for place, piece in enumerate(_MARK.split(text))
        )
        if found == text and len(text) <= _SHORT and not looks_like_json(text):
            if len(self._cleared) >= _MOST_CLEARED:
                self._cleared.clear()
            self._cleared.add(text)
        return found

    def _piece(self, text: str) -> str:
        """Return a text without a mark in it after one pass."""
        if not self._suspicious(text):
            return text
        broken = _SURROGATE.search(text) is not None
        if broken:  # RE2 knows valid Unicode only
            text = text.translate(_STAND_INS)
        if self._any_shape.search(text):
            for shape in self._shapes:
                text = self._outside(text, partial(shape.sub, self._match))
            for grouped in self._grouped:
                text = self._outside(text, partial(grouped.sub, self._group))
        text = self._outside(text, self._pairs)
        return text.translate(_STOOD_FOR) if broken else text

    def _outside(self, text: str, change: Callable[[str], str]) -> str:
        """Return the text changed wherever it is not a mark already."""
        parts = _MARK.split(text) if "[redacted:" in text else [text]
        return "".join(part if place % 2 else change(part) for place, part in enumerate(parts))

    def _match(self, match: Any) -> str:
        return self._marked(match[0]) if match[0] else ""

    def _group(self, match: Any) -> str:
        start = match.start(1) - match.start()
        end = match.end(1) - match.start()
        found: str = match[0]
        return found if secrets.worded(match[1]) else self._swap(found, start, end)

    def _swap(self, text: str, start: int, end: int) -> str:
        return text[:start] + self._marked(text[start:end]) + text[end:]

    def _pairs(self, text: str) -> str:
        """Replace the values of `key = value`; a value may itself be the next key."""
        out, done = [], 0
        match = _PAIR.search(text)
        while match:
            start, end = self._value_in(match)
            if start < end:
                out += [text[done:start], self._marked(text[start:end])]
                done = end
            match = _PAIR.search(text, max(end, match.start(3)))
        return "".join((*out, text[done:]))

    def _value_in(self, match: re.Match[str]) -> tuple[int, int]:
        """Return where the secret stands in `key = value`; the same place twice for none."""
        key, between, value = match.groups()
        if key[0] in "nrt" and match.string[: match.start()].endswith("\\"):
            key = key[1:]  # a line break or tab that is escaped, before the key
        quote = '\\"' if value.startswith('\\"') else value[:1] if value[:1] in "\"'" else ""
        bare = value[len(quote) :]
        none = match.start(3), match.start(3)
        if not bare or not self._secret(key, bare) or secrets.placeholder(bare):
            return none
        if not quote:
            if secrets.worded(bare) or secrets.passed_on(key, bare):
                return none
            if between == ":" and not _mixed(bare):
                return none
        return match.start(3) + len(quote), match.end(3)

    def _secret(self, key: str, value: str) -> bool:
        if secrets.words_of(key)[-1:] == ("authorization",):
            return _mixed(value)
        return self._names(key) or (secrets.hints_at_secret(key) and secrets.opaque(value))

    def _names(self, key: str) -> bool:
        if secrets.names_secret(key):
            return True
        return bool(self._keys) and "".join(secrets.words_of(key)) in self._keys

    def _whole(self, key: str, value: str) -> str:
        """Return the value of a JSON key, replaced if it is a secret as a whole."""
        if not value or _MARK.fullmatch(value) or not self._secret(key, value):
            return value
        if secrets.placeholder(value) or value.lower() in secrets.NEVER:
            return value
        return self._marked(value)

    def _marked(self, secret: str) -> str:
        data = secret.encode("utf-8", "surrogatepass")
        return f"[redacted:{hashlib.blake2b(data, key=self._key, digest_size=4).hexdigest()}]"

    def _cut(self, text: str, limit: int) -> str:
        """Return the beginning of a text; a mark is kept whole or not at all."""
        for mark in _MARK.finditer(text):
            if mark.start() < limit - 1 < mark.end():
                limit = mark.start() + 1
        return text[: limit - 1] + "…"


class Redacting:
    """A reader of which nothing gets out with a secret in it; see `Reader`."""

    def __init__(self, reader: Reader, redactor: Redactor) -> None:
        self.name = reader.name
        self._reader = reader
        self._redactor = redactor

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read whole lines; see `Reader.feed`."""
        return self._redactor.batch(self._reader.feed(block, offset, line))

    def settle(self, clock_us: int) -> Batch:
        """Return events that follow from silence; see `Reader.settle`."""
        return self._redactor.batch(self._reader.settle(clock_us))

    def dump(self) -> bytes:
        """Return the state to keep; see `Reader.dump`."""
        return self._redactor.state(self._reader.dump())


def _compiled(pattern: str | bytes) -> Any:
    import re2

    options = re2.Options()
    options.max_mem = _RE2_BYTES
    options.log_errors = False
    return re2.compile(pattern, options)


_bytes_of = msgspec.msgpack.Encoder().encode


def _mixed(value: str) -> bool:
    """Say whether a value has more than words in it."""
    return len(value) >= 6 and any(char.isdigit() for char in value)


def _loosely(key: str) -> str:
    """Return a pattern for a key's letters with anything between its words."""
    return "(?i:" + "[^A-Za-z0-9]?".join(key) + ")"
