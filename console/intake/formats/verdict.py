"""Results of any evaluation, as one JSON document or lines, by a mapping in the source's options.

Only read where the settings say `format = "verdict"`; no file is recognised as one. Each option
says where in a result something stands, as a path such as `info.task.0.name`:

- `items`: the array of results, from the top; "" (default) is the document itself, be it an array
  or a single result. An object of results, by name, is read like an array. Of a file of JSON lines
  each line is such a document.
- `run`: what names the run, a path, or text with paths in braces: `{task_id}/{trial}`. Required.
- `verdict`: the outcome, judged as `verdict_values` says, as the check named by `check` ("qa").
- `checks`: an object of further outcomes, each a check of its own name. `reason`: why.
- `started`, `ended`: instants; `elapsed`: seconds. Times without a zone are in `timezone` (IANA)
  and unknown without it. Where no end is known, the file's last change stands for it: after each
  rewriting those events then come once more, at the later time.
- `failure`: how it ended. Nothing, or one of `fine` (default `unset`, `none`), is `run.delivered`;
  one of `excluded` (a fault of the harness) `run.cancelled`; any other value `run.failed`.
- `calls`: an array somewhere in which the tool named by `handoff` may be called; then the run ends
  as a handoff. `expected`: an array that names that tool where it should be called; then a handoff
  that was not expected is preventable, and one that is missing fails the check `handoff`.
- `join = true`: the runs are another log's, to which only the checks are added.

The route template, default `{file}` (the file's name without ending), may use `{file}`, `{folder}`
and any path of a result. A null verdict is unknown, never good: the run stays open.

terminal-bench (`results.json`): items = "results", run = "{task_id}/{trial_name}", verdict =
"is_resolved", checks = "parser_results", started = "trial_started_at", ended = "trial_ended_at",
failure = "failure_mode", excluded = ["test_timeout", "parse_error", "agent_installation_failed"].

Harbor (`result.json` of a trial): run = "trial_name", verdict = "verifier_result.rewards.reward",
started = "started_at", ended = "finished_at", failure = "exception_info.exception_type".

tau-bench (an array): run = "{task_id}/{trial}", verdict = "reward", calls = "traj", expected =
"info.task.actions", handoff = "transfer_to_human_agents".

tau2 (a results file): items = "simulations", run = "id", verdict = "reward_info.reward", started =
"start_time", ended = "end_time", timezone = "UTC", elapsed = "duration", failure =
"termination_reason", fine = ["user_stop", "agent_stop"], excluded = ["infrastructure_error"].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.intake.formats.loose import (
    at_path,
    bare,
    changed_us,
    each_line,
    json_value,
    places,
    refused,
    text,
)
from console.intake.formats.verdict_mapping import OPTIONS, Mapping, mapping_of
from console.intake.formats.verdict_results import Result, events_of
from console.intake.reading import Batch, Context, Sourced, Stateless
from console.text import name

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEFAULT_ROUTE = "{file}"


class VerdictReader(Stateless):
    """Reads one document as a whole; it keeps no state."""

    name = "verdict"

    def __init__(self, context: Context, mapping: Mapping) -> None:
        self._path = context.path
        self._mapping = mapping

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read the whole file; see `Format.whole`."""
        batch, document = Batch([], []), bare(block)
        if not document:
            return batch
        start = max(block.find(document), 0)
        for piece, place, number in _documents(document, offset + start, line):
            self._document(piece, place, number, batch)
        return batch

    def _document(self, document: bytes, offset: int, line: int, batch: Batch) -> None:
        """Read the results in one document, or one line."""
        try:
            results = self._results(json_value(document))
        except ValueError as error:
            batch.rejected.append(refused(document, offset, line, str(error)))
            return
        steps = self._mapping.items.split(".") if self._mapping.items else []
        found = list(places(document, steps))
        if len(found) != len(results):
            found = [(0, len(document))] * len(results)
        for result, (place, length) in zip(results, found, strict=True):
            told = self._told(result)
            if isinstance(told, str):
                piece = document[place : place + length]
                batch.rejected.append(refused(piece, offset + place, line, told))
                continue
            for event in events_of(told, self._mapping):
                batch.events.append(Sourced(event, offset + place, length, line))

    def _results(self, document: Any) -> list[Any]:
        found = at_path(document, self._mapping.items)
        if isinstance(found, dict):
            return list(found.values()) if self._mapping.items else [found]
        if isinstance(found, list):
            return found
        where = f"at `{self._mapping.items}`" if self._mapping.items else "in this document"
        raise ValueError(f"there are no results {where}")

    def _told(self, result: Any) -> Result | str:
        """Return a result with its run, route and times, or why it cannot be one."""
        if not isinstance(result, dict):
            return "this result is not an object"
        run = name(self._mapping.run_of(result))
        if not run:
            return "nothing in this result names its run"
        started_us, ended_us = self._mapping.times_of(result)
        if ended_us is None:
            ended_us = changed_us(self._path)
        if ended_us is None:
            return "this result names no time, and the file's own is not known"
        files = {"file": self._path.stem, "folder": self._path.parent.name}

        def value_of(placeholder: str) -> str:
            return files.get(placeholder) or text(at_path(result, placeholder))

        route = self._mapping.route.fill(value_of, self._path.stem or self.name)
        return Result(run, route, started_us, ended_us, result)


class VerdictFormat:
    """A format for what the settings name: it recognises nothing by itself."""

    name = "verdict"
    whole = True
    options: tuple[str, ...] = OPTIONS

    def recognises(self, head: bytes) -> bool:
        """Return False: any JSON could be a result, and none says that it is."""
        del head
        return False

    def reader(self, context: Context, state: bytes = b"") -> VerdictReader:
        """Return a reader for one document.

        Raises:
            ValueError: the route template or an option is not right; the message says how.
        """
        del state
        return VerdictReader(context, mapping_of(context, _DEFAULT_ROUTE))


FORMAT = VerdictFormat()


def _documents(data: bytes, offset: int, line: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the one document that a file is, or each line where these are documents, with places.

    Lines they are if the first is a whole JSON value and more follows it.
    """
    first, _, rest = data.partition(b"\n")
    if rest.strip() and _is_value(first) and not _is_value(data):
        yield from each_line(data, offset, line)
    else:
        yield data, offset, line


def _is_value(data: bytes) -> bool:
    try:
        json_value(data)
    except ValueError:
        return False
    return True
