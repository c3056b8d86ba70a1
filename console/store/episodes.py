"""Episodes: what a ladder's steps did, or propose to do, and on what grounds (semantics 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.model import DirectiveKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.store.connect import Connection

PROPOSE, AUTO, DRY_RUN = "propose", "auto", "dry_run"


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """One time that a step of a route's ladder fired.

    `step` is the step as it is written, `causes` are what set it off (alerts, runs, or the budget),
    `words` the reason with its numbers. What it orders is kept as it was when it fired, whatever
    the settings say later. `directive` is the order that carries it out: given by the ladder, given
    by whoever accepted it, or one that stood already and does as much (`covered`). An episode of
    mode "auto" without a directive is decided but not given yet; `base_generation` is what it was
    decided on. `ended` says how it was closed.
    """

    id: str
    route: str
    step: str
    mode: str
    kind: DirectiveKind
    words: str
    opened_us: int
    causes: tuple[str, ...]
    alert: str = ""
    changes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    max_runs: int | None = None
    base_generation: int = 0
    directive: str = ""
    covered: bool = False
    closed_us: int | None = None
    ended: str = ""

    @property
    def pending(self) -> bool:
        """Say whether it waits to be carried out."""
        return self.closed_us is None and not self.directive

    @property
    def proposed(self) -> bool:
        """Say whether an operator may accept it."""
        return self.pending and self.mode == PROPOSE


_EPISODE = msgspec.json.Decoder(Episode)


def open_of(connection: Connection, route: str) -> list[Episode]:
    """Return the open episodes of a route, oldest first."""
    rows = connection.execute(
        "select body from episode where route = ? and closed_us is null order by number", (route,)
    )
    return [_EPISODE.decode(row[0]) for row in rows]


def open_by_route(connection: Connection) -> dict[str, list[Episode]]:
    """Return the open episodes of each route that has some, oldest first."""
    found: dict[str, list[Episode]] = {}
    for (body,) in connection.execute(
        "select body from episode where closed_us is null order by number"
    ):
        episode = _EPISODE.decode(body)
        found.setdefault(episode.route, []).append(episode)
    return found


def opened_at(connection: Connection, at_us: int) -> dict[str, list[Episode]]:
    """Return the episodes of each route that were open at an instant of the past, oldest first."""
    found: dict[str, list[Episode]] = {}
    for (body,) in connection.execute(
        "select body from episode where opened_us <= ? and (closed_us is null or closed_us > ?) "
        "order by number",
        (at_us, at_us),
    ):
        episode = msgspec.structs.replace(_EPISODE.decode(body), closed_us=None, ended="")
        found.setdefault(episode.route, []).append(episode)
    return found


def unfinished(connection: Connection) -> list[Episode]:
    """Return the episodes of every route that a ladder has decided on and not yet given."""
    found = [episode for each in open_by_route(connection).values() for episode in each]
    found.sort(key=lambda episode: int(episode.id[1:]))
    return [episode for episode in found if episode.pending and episode.mode == AUTO]


def answered(connection: Connection, route: str, step: str) -> set[str]:
    """Return the causes of all closed episodes of one step: they set nothing off again."""
    rows = connection.execute(
        "select body from episode where route = ? and step = ? and closed_us is not null",
        (route, step),
    )
    return {cause for row in rows for cause in _EPISODE.decode(row[0]).causes}


def next_number(connection: Connection) -> int:
    """Return the number of the next episode; its id is `P` and the number."""
    row = connection.execute("select coalesce(max(number), 0) + 1 from episode").fetchone()
    return int(row[0])


def save(connection: Connection, changed: Iterable[Episode]) -> None:
    """Store episodes, new or changed."""
    connection.executemany(
        "insert or replace into episode (number, route, step, opened_us, closed_us, body) "
        "values (?, ?, ?, ?, ?, ?)",
        [
            (
                int(episode.id[1:]),
                episode.route,
                episode.step,
                episode.opened_us,
                episode.closed_us,
                msgspec.json.encode(episode).decode(),
            )
            for episode in changed
        ],
    )
