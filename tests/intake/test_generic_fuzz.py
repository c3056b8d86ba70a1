"""Whatever bytes come: no reader, mapping or proposal fails in another way than it says."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from console.intake.formats.generic import FORMAT, check, propose
from console.intake.formats.generic_fields import FIELDS
from console.intake.reading import Batch, Context, Reader
from console.model import EVENTS
from console.text import clean

AT = "2026-11-24T03:00:00Z"
MAP: dict[str, object] = {
    "run": ["/run", "{/a}-{/b}"],
    "trusted": {"from": "/ok", "values": {"true": True}, "default": False},
    "latency": {"from": "/took", "unit": "text"},
    "derive_start": True,
    "timezone": "Europe/Berlin",
    "rules": [{"when": {"/x": {"like": "*a*"}, "/n": {"below": 3}}, "event": "check.failed"}],
}
OPTIONS: tuple[dict[str, object], ...] = (
    {},
    {"preset": "plain", "map": MAP},
    {"preset": "loguru"},
    {"preset": "ecs", "map": MAP},
    {"preset": "logfmt", "map": MAP},
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([AT, "2026-11-24 03:00:00,5", "info", *sorted(EVENTS)])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
OTHERS = (
    "run_id burnline_event burnline.run burnline level time timestamp message msg record took ok "
    "@timestamp ecs.version log.level asctime x n a b v"
)
keys = st.sampled_from([*FIELDS, *OTHERS.split()])
records = st.dictionaries(keys, values, max_size=12).map(lambda record: json.dumps(record).encode())
pairs = st.dictionaries(keys, scalars, max_size=8).map(
    lambda found: " ".join(f"{key}={json.dumps(value)}" for key, value in found.items()).encode()
)
pieces = st.binary(max_size=60) | records | pairs | st.sampled_from([b"", b"\r", b"\xef\xbb\xbf"])
blocks = st.lists(pieces, max_size=8).map(b"\n".join)


def reader(options: dict[str, object], state: bytes = b"") -> Reader:
    return FORMAT.reader(Context(path=Path("a.log"), options=options), state)


@given(blocks, st.sampled_from(OPTIONS))
def test_reading_never_fails_and_names_places_inside_the_block(
    block: bytes, options: dict[str, object]
) -> None:
    batch = reader(options).feed(block, 1000, 7)
    for offset, length, line in (
        *((entry.offset, entry.length, entry.line) for entry in batch.events),
        *((piece.offset, piece.length, piece.line) for piece in batch.rejected),
    ):
        assert 1000 <= offset < offset + length <= 1000 + len(block)
        assert line == 7 + block[: offset - 1000].count(b"\n")
    for piece in batch.rejected:
        assert clean(piece.reason) == piece.reason != ""
        assert len(piece.excerpt) <= 200
    for entry in batch.events:
        assert entry.event.event in EVENTS
        entry.event.run.encode()


@given(st.lists(blocks, max_size=6), st.sampled_from(OPTIONS))
def test_reading_in_parts_with_restarts_gives_the_same(
    parts: list[bytes], options: dict[str, object]
) -> None:
    whole = b"".join(part + b"\n" for part in parts)
    found, offset, line, state = Batch([], []), 0, 1, b""
    for part in parts:
        one = reader(options, state)
        batch = one.feed(part + b"\n", offset, line)
        found.events.extend(batch.events)
        found.rejected.extend(batch.rejected)
        state, offset = one.dump(), offset + len(part) + 1
        line += part.count(b"\n") + 1
    # A comparison of texts, since NaN is not equal to itself.
    assert repr(found) == repr(reader(options).feed(whole, 0, 1))


@given(blocks)
def test_recognising_and_proposing_never_fail_and_proposals_load(block: bytes) -> None:
    FORMAT.recognises(block)
    options = propose(block)
    assert check(options) == []
    reader(options).feed(block, 0, 1)


WORDS = ("from", "values", "default", "const", "when", "event", "like", "/a", "unit")
words = st.sampled_from(WORDS) | st.text(max_size=5)
toml = st.recursive(
    st.booleans()
    | st.integers()
    | st.decimals()
    | st.dates()
    | st.text(max_size=8)
    | st.sampled_from(["/a", "{/a}", "message", "run.failed", "like", Decimal("0.5")]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
map_keys = st.sampled_from([*FIELDS, "rules", "latency", "timezone", "derive_start"])
mapped = st.dictionaries(map_keys | st.text(max_size=6), toml, max_size=5)


@given(st.fixed_dictionaries({}, optional={"map": mapped | toml, "preset": toml, "x": toml}))
def test_a_mapping_is_usable_or_refused_in_sentences(options: dict[str, object]) -> None:
    problems = check(options)
    for problem in problems:
        assert clean(problem) == problem != ""
    if not problems:
        reader(options).feed(b'{"a": "x", "ts": 1795463610, "run": "r", "route": "a"}\n', 0, 1)
