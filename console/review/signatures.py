"""The commonest failures: misses grouped by reason and event path, with examples and evidence."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from console.review.types import Signature
from console.store import figures, past, reader
from console.text import clean

if TYPE_CHECKING:
    from console.store.connect import Connection
    from console.store.figures import Scope

_SHOWN = 5


def signatures(connection: Connection, scope: Scope) -> tuple[Signature, ...]:
    """Return the commonest failure signatures; an example is a run and where its line stands."""
    found = []
    for group in past.groups(connection, scope.route, scope.span, _SHOWN):
        examples = tuple((run, _place(connection, evidence)) for run, evidence in group.examples)
        found.append(
            Signature(
                reason=group.signature,
                path=group.path,
                count=figures.of_signature(connection, scope, group.signature, group.path),
                examples=examples,
            )
        )
    return tuple(found)


def _place(connection: Connection, evidence: tuple[str, int, int, int] | None) -> str:
    """Return where the first event behind a miss stands: `refunds/rf-1.jsonl, line 12`."""
    if evidence is None:
        return "a deadline that passed"
    _, file, offset, number = evidence
    path, _ = reader.line(connection, file, offset)
    return f"{clean(os.fsdecode(path))}, line {number}"
