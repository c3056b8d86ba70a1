"""Inspect AI evaluation logs, `.json` documents and `.eval` zips: a feed of trust checks.

Each sample of each epoch is a run, `run_id/sample id/epoch`, on the route `{task}`. The template
may use `{task}`, `{model}`, `{dataset}`, `{run_id}` and `{metadata.KEY}` (of the sample).

- *Times.* A run starts and ends by the sample's own times, else by its events. A sample with
  neither has no start; it ends when the evaluation was completed, else was created, else when the
  file was last changed. Times without a zone are UTC, as Inspect AI itself reads its first logs.
- *Verdicts.* Every scorer is a check, judged as `verdict_values` says (`threshold`, `thresholds`,
  `passed`, `failed`), at the sample's end, or when its score was last edited by hand.
- *Ends.* An error or a limit is `run.failed`; a sample that was cancelled, that the operator
  stopped, or that was declared invalid, is `run.cancelled`; one whose scores are all unknown stays
  open; any other is `run.delivered`. It took its `working_time`.
- *Approvals.* `reject` and `terminate` are denied actions; `escalate` hands off to a human, or is
  only a request where a decision on the same call follows. Errors of tools are no misses.
- *Runs of other logs.* With the option `run = "KEY"` a sample whose metadata names a run there
  adds its verdicts to that run, and nothing else. KEY may be a path such as `origin.run`.
"""

from __future__ import annotations

import re
from typing import Any

from console.intake.formats.inspect_files import ZIP, read_log
from console.intake.formats.inspect_samples import Subject, events_of, moment, span
from console.intake.formats.loose import (
    array,
    at_path,
    bare,
    changed_us,
    json_value,
    refused,
    text,
)
from console.intake.formats.route_template import RouteTemplate
from console.intake.formats.verdict_values import Rule, rule_of, text_option
from console.intake.reading import Batch, Context, Sourced, Stateless
from console.text import name

_DEFAULT_ROUTE = "{task}"
_PLACEHOLDERS = ("task", "model", "dataset", "run_id", "metadata.")
_PATHS = {"dataset": "eval.dataset.name"}
_BEGINNING = re.compile(
    rb'\{\s*"version"\s*:\s*\d+\s*,\s*"status"\s*:\s*"(?:started|success|cancelled|error)"\s*,'
    rb'(?:\s*"(?:invalidated|location)"\s*:\s*[^,{\[]*,)*\s*"eval"\s*:\s*\{'
)
_ENTRIES = re.compile(rb"_journal/start\.json|header\.json|samples/[^/]{1,300}_epoch_\d+\.json")


class InspectReader(Stateless):
    """Reads one log as a whole; it keeps no state."""

    name = "inspect"

    def __init__(self, context: Context) -> None:
        self._path = context.path
        self._template = RouteTemplate(context.route or _DEFAULT_ROUTE, _PLACEHOLDERS)
        self._rule = rule_of(context.options)
        self._run_key = text_option(context.options, "run")

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read the whole file; see `Format.whole`."""
        if not bare(block):
            return Batch([], [])
        log = read_log(block)
        batch = Batch([], [piece._replace(offset=piece.offset + offset) for piece in log.rejected])
        ended_us = _first_instant(
            at_path(log.header, "stats.completed_at"), at_path(log.header, "eval.created")
        )
        for part in log.samples:
            subject = self._subject(log.header, part.value, ended_us)
            if subject is None:
                piece = block[part.offset : part.offset + part.length]
                reason = "this sample has no id, or nothing says when it was"
                batch.rejected.append(refused(piece, offset + part.offset, line, reason))
                continue
            for event in events_of(part.value, subject, self._rule):
                batch.events.append(Sourced(event, offset + part.offset, part.length, line))
        return batch

    def _subject(
        self, header: dict[str, Any], sample: dict[str, Any], ended_us: int | None
    ) -> Subject | None:
        start_us, end_us = span(sample)
        end_us = end_us or ended_us or changed_us(self._path)
        identity = text(sample.get("id"))
        if not identity or end_us is None:
            return None
        task = text(at_path(header, "eval.task")) or self._path.parent.name or self.name
        joined = text(at_path(sample.get("metadata"), self._run_key)) if self._run_key else ""
        evaluation = text(at_path(header, "eval.run_id")) or self._path.stem
        epoch = text(sample.get("epoch")) or "1"

        def value_of(placeholder: str) -> str:
            if placeholder.startswith("metadata."):
                return text(at_path(sample, placeholder))
            if placeholder == "task":
                return task
            return text(at_path(header, _PATHS.get(placeholder, f"eval.{placeholder}")))

        route = self._template.fill(value_of, task)
        run = name(joined or f"{evaluation}/{identity}/{epoch}")
        return Subject(run, route, start_us, end_us, bool(joined), _scorer(header))


class InspectFormat:
    """Recognises evaluation logs by how they begin."""

    name = "inspect"
    whole = True
    options: tuple[str, ...] = (*Rule.__struct_fields__, "run")

    def recognises(self, head: bytes) -> bool:
        """Say whether a file that begins so is an evaluation log."""
        if head.startswith(ZIP):
            return bool(_ENTRIES.search(head))
        beginning = bare(head)
        if _BEGINNING.match(beginning):
            return True
        if not beginning.startswith(b"{") or b'"eval"' not in beginning:
            return False
        try:
            document = json_value(beginning)
        except ValueError:
            return False
        return bool(text(at_path(document, "eval.task"))) and bool(
            array(at_path(document, "samples")) or text(at_path(document, "status"))
        )

    def reader(self, context: Context, state: bytes = b"") -> InspectReader:
        """Return a reader for one log.

        Raises:
            ValueError: the route template or an option is not right; the message says how.
        """
        del state
        return InspectReader(context)


FORMAT = InspectFormat()


def _scorer(header: dict[str, Any]) -> str:
    """Return the name of the scorer of a log that has one score a sample."""
    places = ("results.scores.0.name", "results.scorer.name")
    return next((found for place in places if (found := text(at_path(header, place)))), "score")


def _first_instant(*values: object) -> int | None:
    found = (moment(value) for value in values)
    return next((at_us for at_us in found if at_us is not None), None)
