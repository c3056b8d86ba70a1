"""A guessed mapping as `init` writes it: what was seen, what it is taken for, what is undecided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from console.settings.template_keys import bare_key, toml_text, toml_value
from console.settings.template_lines import line, table

_COMMENTS = {
    "ts": "when it happened",
    "route": "the workflow that is budgeted",
    "run": "what all lines of one run share",
    "event": "what values mean; all others mean nothing",
    "latency": "how long the run took",
    "derive_start": "a run began its latency before its end",
}
_HEAD = "# Where each line has what: a guess from a sample. The README says what may stand here"
_VALUES = "# What was seen there, how often in the sample, and what it is taken for."
_DECIDE = (
    '# TO DECIDE: what these mean. Take the "# " away and write the event ("run.delivered", '
    '"rescued",\n# ...; "" for nothing), or nobody will know of them.'
)


class Choice(NamedTuple):
    """A key of a mapping that is still to be chosen: why, and the values that it could have."""

    key: str
    why: str
    candidates: tuple[object, ...] = ()


class Seen(NamedTuple):
    """What a sample holds where a mapping looks for events.

    `values` is how many lines hold each value that is listed, the most first; beside them there are
    `others` more values, which `lines` lines hold. `undecided` of all these mean nothing so far.
    """

    values: tuple[tuple[str, int], ...] = ()
    others: int = 0
    lines: int = 0
    undecided: int = 0


def mapping(mapped: dict[str, object], choices: Sequence[Choice], seen: Seen) -> str:
    """Return a mapping as its tables; what is to be chosen stands there as comments."""
    lines = [_HEAD]
    event = mapped.get("event")
    listed = seen.values and isinstance(event, dict) and isinstance(event.get("values"), dict)
    for key, value in mapped.items():
        if key != "event" or not listed:
            lines.append(line(bare_key(key), toml_value(value), _COMMENTS.get(key, key)))
    for choice in choices:
        lines.append(f"# TO DECIDE: {choice.why}.")
        lines += [f"# {choice.key} = {toml_value(value)}" for value in choice.candidates]
    written = table("[source.map]", lines)
    return f"{written}\n{_event(event, seen)}" if listed and isinstance(event, dict) else written


def _event(event: dict[str, object], seen: Seen) -> str:
    rest = {key: value for key, value in event.items() if key != "values"}
    comments = {"from": "where the event is told", "default": "what is not listed means nothing"}
    lines = [line(key, toml_value(value), comments.get(key, key)) for key, value in rest.items()]
    values = event["values"]
    known = values if isinstance(values, dict) else {}
    told = [_VALUES, *_values(known, seen)]
    return f"{table('[source.map.event]', lines)}\n{table('[source.map.event.values]', told)}"


def _values(known: dict[str, object], seen: Seen) -> Iterator[str]:
    counts = dict(seen.values)
    width = max(len(_assigned(text, known.get(text, ""))) for text in {*counts, *known}) + 2
    for text, event in known.items():
        yield f"{_assigned(text, event):<{width}}  # {_lines(counts.get(text, 0))}"
    undecided = [(text, lines) for text, lines in seen.values if text not in known]
    if undecided or seen.others:
        yield _DECIDE
    for text, lines in undecided:
        yield f"# {_assigned(text, ''):<{width}}# {_lines(lines)}"
    if seen.others:
        yield f"# and {seen.others:,} more values in {_lines(seen.lines)} of the sample"


def _assigned(text: str, event: object) -> str:
    return f"{toml_text(text)} = {toml_value(event)}"


def _lines(lines: int) -> str:
    return "1 line" if lines == 1 else f"{lines:,} lines"
