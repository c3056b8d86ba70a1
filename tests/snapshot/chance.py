"""A store of chance: runs, misses, agents, orders, corrections and ladders of a few routes."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.burn.lifecycle import Alert, Held
from console.collector.history import accept
from console.control import ladder
from console.intake.times import instant_us
from console.ledger.counts import Entry, counts_of
from console.ledger.facts import CHANGE, Facts, encode, own_run
from console.ledger.orders import Orders
from console.ledger.sequence import Sequence
from console.model import (
    DAY_US,
    HOUR_US,
    MINUTE_US,
    Counts,
    Directive,
    DirectiveKind,
    Event,
    Origin,
    Window,
)
from console.settings import LadderStep, RouteSettings, Settings
from console.settings.tiers import BUILT_IN
from console.store import alerts, corrections, desk, episodes, intake
from console.store.corrections import Correction
from console.store.episodes import Episode
from console.store.writer import Writer

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

NAMES = ("alpha", "beta", "gamma", "delta", "mute")
UNHEARD, ORDERED = "unheard", "ordered"
"""A route of the settings that nothing was read of, and one that only an order names."""
AGENTS = ("", "w1", "w2", "w3")
CLASSES = ("latency", "trust", "escalation", "permission", "recovery")
WINDOWS = (
    Window(30), Window(30), Window(7), Window(1), Window(90),
    Window(None, "month", "Europe/Berlin"), Window(None, "day", "America/New_York"),
)  # fmt: skip
STEPS = (
    LadderStep("freeze", left_ppm=500_000),
    LadderStep("pause", left_ppm=0, mode="auto"),
    LadderStep("tighten", on="page", actions=("refund",)),
)


class Run(NamedTuple):
    """One run as it is stored; `number` is its route's."""

    number: int
    run: str
    entry: Entry
    last_us: int


class World(NamedTuple):
    """What is in the store, beside the store."""

    settings: Settings
    runs: list[Run]
    now_us: int
    changes: list[Event]
    """What was deployed, each under no run but its own."""


def write(path: Path, chance: Random) -> World:
    """Fill a new store; some routes have much of everything, some nothing."""
    now_us = instant_us("2026-03-20T10:11:12Z") + chance.randrange(40 * DAY_US)
    settings = _settings(chance)
    writer = Writer(path)
    runs: list[Run] = []
    with writer.transaction():
        for name in NAMES:
            number = writer.route_id(name, now_us - 60 * DAY_US)
            writer.saw([(name, now_us - chance.choice((5, 600, 6_000)) * MINUTE_US, 7)])
            runs += _runs(chance, number, now_us) if name != NAMES[-1] else []
            _agents(writer, chance, name, number, now_us)
        _save_runs(writer, chance, runs)
        changes = _changes(writer, chance, now_us)
        _orders(writer, chance, settings, now_us)
        _judgements(writer, chance, settings, runs, now_us)
    writer.close()
    return World(settings, runs, now_us, changes)


def _settings(chance: Random) -> Settings:
    def route(name: str) -> RouteSettings:
        return msgspec.structs.replace(
            BUILT_IN[chance.choice(sorted(BUILT_IN))],
            name=name,
            owner=chance.choice(("", "dana")),
            window=chance.choice(WINDOWS),
            rules=chance.choice((None, None, ())),
            ladder=chance.choice(((), STEPS)),
            schedule=chance.choice(("", "Mon-Fri 08:00-18:00")),
            dry_run=chance.random() < 0.2,
        )

    named = [name for name in (*NAMES, UNHEARD) if chance.random() < 0.8]
    return Settings(tiers=dict(BUILT_IN), routes={name: route(name) for name in named})


def _runs(chance: Random, number: int, now_us: int) -> list[Run]:
    miss_share = chance.choice((0.0, 0.02, 0.3))
    found = []
    for turn in range(chance.choice((0, 3, 150))):
        at_us = now_us - _ago_us(chance)
        state = "bad" if chance.random() < miss_share else "good"
        if chance.random() < 0.15:
            state = chance.choice(("open", "unknown", "excluded"))
        classes = chance.randrange(1, 32) if state == "bad" else 0
        minute = at_us // MINUTE_US if state in {"bad", "good"} else None
        handoff, rescues = chance.random() < 0.1, chance.choice((0, 0, 0, 2))
        entry = Entry(state, minute, classes, None, handoff, rescues)
        found.append(Run(number, f"r{turn}", entry, at_us))
    return found


def _ago_us(chance: Random) -> int:
    """Return how long ago a run closed: of late, long ago, or about where a window begins."""
    if chance.random() < 0.3:
        return chance.choice((1, 7, 30)) * DAY_US + chance.randrange(-90, 90) * MINUTE_US
    return int(chance.choice((HOUR_US, DAY_US, 50 * DAY_US)) * chance.random())


def _save_runs(writer: Writer, chance: Random, runs: list[Run]) -> None:
    writer.connection.executemany(
        "insert into run (route, run, parent, state, minute, classes, handoff, rescues, "
        "first_us, last_us) values (?, ?, '', ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                run.number, run.run, run.entry.state, run.entry.minute, run.entry.classes,
                int(run.entry.handoff), run.entry.rescues, run.last_us, run.last_us,
            )
            for run in runs
        ],
    )  # fmt: skip
    for level, width in (("minute", 1), ("hour", 60), ("day", 1_440)):
        cells: defaultdict[tuple[int, int], Counts] = defaultdict(Counts)
        for run in runs:
            if run.entry.minute is not None:
                key = run.entry.minute // width, run.number
                cells[key] = cells[key].plus(counts_of(run.entry))
        places = ", ".join("?" * 9)
        rows = [(*key, *counts) for key, counts in cells.items()]
        writer.connection.executemany(f"insert into {level} values ({places})", rows)
    writer.connection.executemany(
        "insert into miss (route, run, class, at_us, rule, evidence) values (?, ?, ?, ?, ?, '[]')",
        [
            (run.number, run.run, name, run.last_us, f"while pause d-{chance.randrange(9)} stood")
            for run in runs
            for place, name in enumerate(CLASSES)
            if run.entry.classes & 1 << place
        ],
    )


def _changes(writer: Writer, chance: Random, now_us: int) -> list[Event]:
    """Deploy now and then; of one route, more often than is shown."""
    found = []
    for name in NAMES:
        number = writer.route_id(name, now_us)
        for turn in range(chance.choice((0, 2, 70))):
            at_us = now_us - int(40 * DAY_US * chance.random())
            event = Event(
                id=f"{name}-{turn}", event=CHANGE, ts_us=at_us, run="", route=name, change="prompt"
            )
            facts = Facts({event: Origin(1, turn, turn)})
            told = writer.connection.execute(
                "insert into told (events) values (?) returning id", (encode(facts),)
            ).fetchone()
            writer.connection.execute(
                "insert into run (route, run, parent, told, state, classes, handoff, rescues, "
                "first_us, last_us) values (?, ?, '', ?, '', 0, 0, 0, ?, ?)",
                (number, own_run(event), *told, at_us, at_us),
            )
            found.append(event)
    return found


def _agents(writer: Writer, chance: Random, name: str, number: int, now_us: int) -> None:
    known, orders = chance.sample(AGENTS, chance.randrange(len(AGENTS))), Orders()
    times = [now_us - int(3 * DAY_US * chance.random()) for _ in known]
    seen = [(number, agent, at_us, at_us) for agent, at_us in zip(known, times, strict=True)]
    desk.save_agents(writer.connection, seen)
    for agent in known:
        if chance.random() < 0.6:
            orders.receipts[agent, chance.randrange(12)] = now_us - chance.randrange(DAY_US)
        if chance.random() < 0.4:
            orders.late[f"d-{chance.randrange(9)}", agent] = now_us - chance.randrange(DAY_US)
    desk.save_receipts(writer.connection, number, orders)
    if chance.random() < 0.4:
        gaps = Sequence([(1, 3), (9, chance.randrange(10, 20))])
        intake.save_sequences(writer.connection, {(name, "w1", "b"): gaps})


def _orders(writer: Writer, chance: Random, settings: Settings, now_us: int) -> None:
    for turn in range(9):
        name = chance.choice((*NAMES, ORDERED))
        issued_us = now_us - int(chance.choice((HOUR_US, 9 * DAY_US)) * chance.random())
        order = Directive(
            id=f"d-{turn}",
            route=name,
            kind=chance.choice(list(DirectiveKind)),
            by=chance.choice(("dana", ladder.BY)),
            reason="why",
            issued_us=issued_us,
            generation=turn + 1,
            exit_remaining=str(Fraction(chance.randrange(4), 4)),
            exit_trusted=chance.choice((0, 3, 20)),
            until_us=chance.choice((None, issued_us + HOUR_US, now_us + HOUR_US)),
            lifted_us=chance.choice((None, None, issued_us + HOUR_US)),
            replaced_by=chance.choice(("", f"d-{turn + 1}")),
        )
        desk.save_directive(writer.connection, order)
        if chance.random() < 0.5:
            stricter = msgspec.structs.replace(settings.route(name), budget_ppm=1)
            accept(writer.connection, stricter, now_us - DAY_US)


def _judgements(
    writer: Writer, chance: Random, settings: Settings, runs: list[Run], now_us: int
) -> None:
    for turn in range(6):
        name = chance.choice(NAMES)
        from_us = now_us - int(40 * DAY_US * chance.random())
        correction = Correction(
            id=f"C{turn}", route=name, category="outage", reason="why", by="dana", at_us=now_us,
            by_owner=chance.random() < 0.5, from_us=from_us,
            to_us=from_us + chance.randrange(DAY_US),
            runs=tuple(run.run for run in runs if chance.random() < 0.02),
        )  # fmt: skip
        corrections.save(writer.connection, correction)
        step = chance.choice(settings.route(name).ladder or STEPS)
        episode = Episode(
            id=f"P{turn + 1}", route=name, step=ladder.name_of(step), kind=ladder.KINDS[step.do],
            mode=chance.choice(("propose", "auto", "dry_run")), words="why", causes=("budget",),
            opened_us=now_us + chance.randrange(-DAY_US, HOUR_US),
            directive=chance.choice(("", f"d-{turn}")), covered=chance.random() < 0.3,
            closed_us=chance.choice((None, None, now_us)),
        )  # fmt: skip
        episodes.save(writer.connection, [episode])
        held = Held(kind=chance.choice(("burn", "hard_stop", "left")), since_us=now_us, words="why")
        severity = chance.choice(("page", "ticket"))
        alert = Alert(
            id=f"A{turn + 1}", route=name, severity=severity, state="firing", conditions=(held,),
            opened_us=now_us - HOUR_US, resolved_us=chance.choice((None, now_us - 1, now_us + 1)),
        )  # fmt: skip
        alerts.save(writer.connection, alert)
