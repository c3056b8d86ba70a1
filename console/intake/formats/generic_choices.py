"""What a sample of a log shows of a mapping, and what people still have to choose.

A mapping in which nobody can tell how a run ends, or which run a line is of, reads a log as empty.
`init` therefore writes, for what a sample leaves open, the keys that could be it as comments.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from console.intake.formats.generic import FORMAT
from console.intake.formats.generic_events import own_keys
from console.intake.formats.generic_pointer import parse_pointer, text_of
from console.intake.formats.generic_presets import PRESETS
from console.intake.formats.generic_propose import Key, keys_of, propose, views_of
from console.intake.formats.generic_times import NO_ZONE, moment_us
from console.intake.formats.generic_values import View, parse_place
from console.intake.reading import Context
from console.intake.redaction import Redactor
from console.model import EVENTS
from console.settings.template_map import Choice, Seen
from console.settings.types import Redact
from console.text import NAME_LIMIT

_OFFERED, _MOST_VALUES, _LONGEST = 3, 8, 40
_LISTED = 60
"""So many values at most are listed: more of them are no names of events but free text."""
_ENDS = ("run.delivered", "run.failed")
_NO_EVENT = (
    "nothing in the sample tells how a run ends: choose where it stands, and what its values mean"
)
_NO_RUN = "nothing in the sample names a run: choose the key whose value all lines of a run share"
_NO_TIME_ZONE = "the times have no zone: say which one the program logs in"


class Study(NamedTuple):
    """What a log is read as: the options of its source, what is open in them, and what they give.

    `events` and `refused` are how much of the sample is read and refused, `reason` is why, for the
    first piece that was refused. `ignored` is how many lines hold each value that the mapping takes
    for nothing ("" stands for further ones).
    """

    options: dict[str, object]
    choices: tuple[Choice, ...]
    events: int
    refused: int
    reason: str
    ignored: dict[str, int]


def study(sample: bytes, path: Path) -> Study | None:
    """Return what a log that begins with `sample` would be read as, or None if it is no log.

    Lines of a log have times: half of them at least.
    """
    options = propose(sample)
    views = views_of(sample)
    mapped = options.get("map")
    if not isinstance(mapped, dict) or sum(map(bool, _times(views, mapped))) * 2 < len(views):
        return None
    mapped.setdefault("route", "{file}")
    return examine(sample, Context(path=path, options=options))


def examine(sample: bytes, context: Context) -> Study:
    """Return what a sample gives under the options of its source, and what is open in them.

    Raises:
        ValueError: the options make no sense.
    """
    options = context.options
    preset = PRESETS.get(str(options.get("preset")))
    views = [view._replace(preset=preset or view.preset) for view in views_of(sample)]
    mapped = options.get("map")
    known = mapped if isinstance(mapped, dict) else {}
    choices = tuple(_choices(views, known, list(keys_of(views)))) if views else ()
    whole = sample[: sample.rfind(b"\n") + 1] or sample
    batch = FORMAT.reader(context).feed(whole, 0, 1)
    reason = next((piece.reason for piece in batch.rejected), "")
    ignored = dict(sorted(batch.ignored.items(), key=lambda item: (not item[0], -item[1])))
    return Study(options, choices, len(batch.events), len(batch.rejected), reason, ignored)


def seen(sample: bytes, options: dict[str, object]) -> Seen:
    """Return what a sample holds where its proposed mapping looks for events.

    A value with a secret in it, or that is longer than a name, is counted and not listed.
    """
    mapped = options.get("map")
    event = mapped.get("event") if isinstance(mapped, dict) else None
    if not isinstance(event, dict):
        return Seen()
    place, known = parse_place(event["from"]), event["values"]
    found = (text_of(place.of(view)) for view in views_of(sample))
    counts = Counter(text for text in found if text)
    redactor = Redactor(os.urandom(32), Redact())
    plain = [(t, n) for t, n in counts.most_common() if len(t) <= NAME_LIMIT]
    fit = [(text, lines) for text, lines in plain if redactor.text(text) == text][:_LISTED]
    listed = tuple(item for item in plain if item[0] in known or item in fit)
    return Seen(
        values=listed,
        others=len(counts) - len(listed),
        lines=counts.total() - sum(lines for _, lines in listed),
        undecided=sum(text not in known for text in counts),
    )


def _times(views: list[View], mapped: dict[str, object]) -> Iterator[object]:
    """Yield the time of each record as it is written, None where there is none."""
    place = mapped.get("ts")
    for view in views:
        if isinstance(place, str):
            yield parse_pointer(place).find(view.record)
        else:
            yield view.first(view.preset.ts)


def _choices(views: list[View], mapped: dict[str, object], keys: list[Key]) -> Iterator[Choice]:
    places = {pointer.text for view in views for pointer in (*view.preset.ts, *view.preset.level)}
    rest = [key for key in keys if key.pointer not in places]
    if not {"event", "rules"} & mapped.keys() and not _speaks(views, keys):
        yield Choice("event", _NO_EVENT, tuple(islice(_events(views, rest), _OFFERED)))
    if "run" not in mapped and not any("run" in own_keys(view) for view in views):
        yield Choice("run", _NO_RUN, tuple(islice(_runs(views, rest), _OFFERED)))
    if "timezone" not in mapped and any(map(_without_zone, _times(views, mapped))):
        yield Choice("timezone", _NO_TIME_ZONE, ("UTC",))


def _speaks(views: list[View], keys: list[Key]) -> bool:
    """Say whether lines name native events by themselves, as message or in a key `event`."""
    own = {text for key in keys if key.name.endswith("event") for text in key.values}
    return bool(EVENTS & (own | {text_of(view.word("message")) or "" for view in views}))


def _events(views: list[View], keys: list[Key]) -> Iterator[object]:
    """Yield maps of the few values of keys that come again, the message and the level among them.

    Which value means what is only an example, to be put right.
    """
    found = {key.pointer: key.values for key in keys}
    for word in ("message", "level"):
        said = (text_of(view.word(word)) for view in views)
        found[word] = Counter(text for text in said if text)
    few = [
        (place, values)
        for place, values in found.items()
        if 2 <= len(values) <= _MOST_VALUES and all(len(text) <= _LONGEST for text in values)
    ]
    for place, values in sorted(few, key=lambda one: -one[1].total() / len(one[1])):
        ends = dict(zip(values, (*_ENDS, *[""] * len(values)), strict=False))
        yield {"from": place, "values": ends, "default": ""}
    if not few:
        yield {"from": "message", "values": {"order done": _ENDS[0]}, "default": ""}


def _runs(views: list[View], keys: list[Key]) -> Iterator[object]:
    """Yield the keys with the most values, but for the message."""
    told = {pointer.text for view in views for pointer in view.preset.message}
    several = [key for key in keys if len(key.values) > 1 and key.pointer not in told]
    yield from (key.pointer for key in sorted(several, key=lambda key: -len(key.values)))


def _without_zone(value: object) -> bool:
    try:
        moment_us(value, None)
    except ValueError as error:
        return str(error) == NO_ZONE
    return False
